"""Links in Markdown: finding them, and rewriting them to the addresses of a corpus."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["relinked"]

_LINK = re.compile(r"(!?)\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]+)>?(?:\s+\"[^\"\n]*\")?\s*\)")


def relinked(
    text: str, resolve: Callable[[str], int | None], url: Callable[[int], str]
) -> tuple[str, list[int]]:
    """A text whose links to other documents carry their addresses, and those documents in order.

    Args:
        resolve: the document that an address leads to, or None.
        url: the address of a document.
    """
    found: dict[int, None] = {}

    def rewrite(match: re.Match[str]) -> str:
        document = None if match[1] else resolve(match[3])
        if document is None:
            return match[0]
        found[document] = None
        return f"[{match[2]}]({url(document)})"

    return _LINK.sub(rewrite, text), list(found)
