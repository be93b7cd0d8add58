"""Searching a corpus: `retriever(corpus, mode).search(query, limit)`.

    hits = retriever(corpus, "sparse").search("a bridge finished in the 1840s", limit=10)

A mode is a function from a corpus to a `Retriever`, known by its name in `MODES`.
"""

from __future__ import annotations

from collections.abc import Callable

from ...core import check_among
from ..corpus import Corpus
from .base import Hit, Retriever
from .sparse import Sparse

__all__ = ["MODES", "Hit", "Retriever", "retriever"]

MODES: dict[str, Callable[[Corpus], Retriever]] = {"sparse": Sparse}
"""Every retrieval mode by name."""


def retriever(corpus: Corpus, mode: str = "sparse") -> Retriever:
    """A way of searching a corpus; its index is built on first need and kept in the corpus folder.

    Raises:
        UsageError: there is no such mode.
    """
    check_among("retrieval", mode, MODES)
    return MODES[mode](corpus)
