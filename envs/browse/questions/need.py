"""Proof of need: no single page, no closed book and no single search answers the question.

DeepDive filters its questions with a strong model that searches four times and throws away what it
ever solves. Here the same is proved, with no model:

- *pages*: the relation edges of the path stand on no single page; the fewest pages that hold all
  of them is an exact minimum set cover;
- *closed book*: neither the answer nor an alias of it can be read off the text, and it is not what
  one would guess from the kind of question alone (the best-known entity of its type, the most
  frequent value of its attribute);
- *one search*: neither the whole text nor any sentence of it, used as a query, brings the page of
  the answer among the first results.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from ..corpus import Corpus, Kind

__all__ = ["FIRST_RESULTS", "Found", "Need", "Search", "fewest_pages", "mentions"]

FIRST_RESULTS = 5
"""How many results of one search count as found by it."""
GUESSABLE = 0.02
"""An attribute whose most frequent value is more common than this can be guessed; do not ask it."""


class Found(Protocol):
    """One search result."""

    @property
    def document(self) -> int: ...


class Search(Protocol):
    """Whatever searches the corpus."""

    def search(self, query: str, limit: int, /) -> Sequence[Found]: ...


class Need:
    """Checks of need over one corpus and one retriever (None: without the search proof)."""

    def __init__(self, corpus: Corpus, retriever: Search | None) -> None:
        self._corpus, self._retriever = corpus, retriever
        self._best_known = lru_cache(maxsize=None)(self._best_known_of)
        self.modal_share = lru_cache(maxsize=None)(self._modal_share_of)

    def pages(self, facts: Sequence[int]) -> int | None:
        """The fewest pages that state all these facts, or None if some fact stands nowhere."""
        return fewest_pages([self._corpus.stated_on(fact).tolist() for fact in facts])

    def closed_book(self, text: str, answers: Sequence[str]) -> bool:
        """Whether the text gives one of the answers away."""
        words = set(_words(text))
        return any(set(_words(answer)) <= words for answer in answers)

    def obvious_entity(self, entity: int) -> bool:
        """Whether this is the entity of its type with the most relations, the natural guess."""
        return self._best_known(int(self._corpus.entity_type[entity])) == entity

    def guessable(self, type: int, predicate: int) -> bool:
        """Whether the most frequent value of an attribute is frequent enough to be guessed."""
        return self.modal_share(type, predicate) > GUESSABLE

    def found_by_one_search(self, document: int, queries: Sequence[str]) -> bool:
        """Whether one of these queries alone brings up the page of the answer."""
        if self._retriever is None:
            return False
        return any(
            hit.document == document
            for query in queries
            for hit in self._retriever.search(query, FIRST_RESULTS)
        )

    def _best_known_of(self, type: int) -> int:
        corpus = self._corpus
        relations = np.asarray(corpus.kind) == Kind.ENTITY
        counts = np.bincount(np.asarray(corpus.value)[relations], minlength=corpus.entities)
        counts += np.bincount(np.asarray(corpus.subject)[relations], minlength=corpus.entities)
        return int(np.argmax(np.where(np.asarray(corpus.entity_type) == type, counts, -1)))

    def _modal_share_of(self, type: int, predicate: int) -> float:
        corpus = self._corpus
        chosen = np.asarray(corpus.predicate) == predicate
        chosen &= np.asarray(corpus.entity_type)[np.asarray(corpus.subject)] == type
        values = np.asarray(corpus.value)[chosen]
        if len(values) == 0:
            return 1.0
        return float(np.unique(values, return_counts=True)[1].max() / len(values))


def fewest_pages(stated_on: Sequence[Sequence[int]]) -> int | None:
    """The size of the smallest set of pages that holds every fact (exact; None if impossible).

    Args:
        stated_on: for each fact, the pages that state it.
    """
    everything = (1 << len(stated_on)) - 1
    holds: dict[int, int] = {}
    for position, pages in enumerate(stated_on):
        for page in pages:
            holds[page] = holds.get(page, 0) | 1 << position
    masks = sorted(set(holds.values()), key=lambda mask: (-mask.bit_count(), mask))
    useful: list[int] = []
    for mask in masks:  # a page that holds a part of what another holds is never needed
        if not any(mask & kept == mask for kept in useful):
            useful.append(mask)
    covered, pages = {0}, 0
    while everything not in covered:
        pages += 1
        grown = {have | mask for have in covered for mask in useful}
        if grown <= covered:
            return None
        covered = grown
    return pages


def mentions(text: str, name: str) -> bool:
    """Whether a name can be read in a text: as a whole, or all its words in some order."""
    return set(_words(name)) <= set(_words(text))


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> tuple[str, ...]:
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return tuple(re.findall(r"\w+", text))
