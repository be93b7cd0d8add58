"""Pages as plain text: what is indexed and what snippets are cut from."""

from __future__ import annotations

import re

__all__ = ["plain"]

_MARKUP = re.compile(
    r"!?\[([^\[\]\n]*)\]\([^()\s]*\)"  # a link or picture: keep its words, drop its address
    r"|^#+ |^[-*] |^\|[ :|-]+\|$|[|*`]+",  # headings, bullets, rules of tables, cells, emphasis
    re.MULTILINE,
)


def plain(markdown: str) -> str:
    """The words of a Markdown page: addresses and marks dropped, white space made single."""
    return " ".join(_MARKUP.sub(r"\1 ", markdown).split())
