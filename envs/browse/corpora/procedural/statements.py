"""Which facts are stated on which page: a draft's columns, by subject and by object."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...corpus import Kind
from . import schema as s
from .draft import ON_OBJECT, ON_SUBJECT, Draft

__all__ = ["Statement", "Statements"]

Statement = tuple[int, int, int]
"""A fact's number, its predicate, and its value or, on the page of its value, its subject."""
CHUNK = 20_000
"""Entities whose statements are held as Python objects at a time."""


class Statements:
    """The facts of a draft by subject and by object."""

    def __init__(self, draft: Draft) -> None:
        self._size = draft.size
        self._subject = np.frombuffer(draft.subject, dtype=np.int32)
        self._predicate = np.frombuffer(draft.predicate, dtype=np.int16)
        self._value = np.frombuffer(draft.value, dtype=np.int64)
        places = np.frombuffer(draft.places, dtype=np.int8)
        relation = np.array(s.KIND)[self._predicate] == Kind.ENTITY
        self._own = _sorted_by(self._subject, np.flatnonzero(places & ON_SUBJECT))
        self._incoming = _sorted_by(
            self._value, np.flatnonzero((places & ON_OBJECT > 0) & relation)
        )
        self._attributes: dict[int, dict[int, tuple[int, int]]] = {}

    def rows(self) -> Iterator[tuple[int, list[Statement], list[Statement]]]:
        """For each entity, what its page states as a subject and as an object."""
        for low in range(0, self._size, CHUNK):
            high = min(low + CHUNK, self._size)
            own = self._slice(self._own, self._subject, self._value, low, high)
            incoming = self._slice(self._incoming, self._value, self._subject, low, high)
            for entity in range(low, high):
                yield entity, own[entity - low], incoming[entity - low]

    def attribute(self, predicate: int) -> dict[int, tuple[int, int]]:
        """Of an attribute: entity to the fact's number and value."""
        known = self._attributes.get(predicate)
        if known is None:
            facts = np.flatnonzero(self._predicate == predicate)
            pairs = zip(facts.tolist(), self._value[facts].tolist(), strict=True)
            known = dict(zip(self._subject[facts].tolist(), pairs, strict=True))
            self._attributes[predicate] = known
        return known

    def _slice(
        self, facts: np.ndarray, key: np.ndarray, other: np.ndarray, low: int, high: int
    ) -> list[list[Statement]]:
        start, stop = np.searchsorted(key[facts], (low, high))
        facts = facts[start:stop]
        rows: list[list[Statement]] = [[] for _ in range(low, high)]
        for row, fact, predicate, value in zip(
            (key[facts] - low).tolist(),
            facts.tolist(),
            self._predicate[facts].tolist(),
            other[facts].tolist(),
            strict=True,
        ):
            rows[row].append((fact, predicate, value))
        return rows


def _sorted_by(key: np.ndarray, facts: np.ndarray) -> np.ndarray:
    return facts[np.argsort(key[facts], kind="stable")]
