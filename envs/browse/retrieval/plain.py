"""Pages as plain text: what is indexed and what snippets are cut from."""

from __future__ import annotations

import re

__all__ = ["plain"]

_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_RULE = re.compile(r"^\|[ :|-]*\|\n|^#+ |\A- ", re.MULTILINE)


def plain(markdown: str) -> str:
    """The words of a Markdown page: addresses and marks dropped, white space made single.

    The row `| Born | 1843 |` of a table becomes "Born: 1843."
    """
    text = markdown
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = _RULE.sub("", text).replace("\n- ", " · ")
    if "|" in text:
        text = text.replace(" |\n| ", ". ").replace(" | ", ": ").replace(" |\n", ". ")
        text = text.replace("|", " ")
    return " ".join(text.replace("*", "").split())
