"""What every way of searching a corpus looks like from outside."""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["Hit", "Retriever"]


class Hit(NamedTuple):
    """One search result.

    Attributes:
        document: the page's id.
        score: higher is better; comparable within one search only.
        snippet: a passage of the page as plain text.
    """

    document: int
    score: float
    snippet: str


class Retriever(Protocol):
    """Ranks the pages of one corpus."""

    def search(self, query: str, limit: int) -> list[Hit]:
        """The best pages for a query, best first, at most `limit`.

        Any text is a valid query; one that matches nothing gives an empty list. The same query
        gives the same list on every machine.
        """
        ...
