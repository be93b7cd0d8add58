"""Blurring: exact facts about an entity become vague cues, by typed rules.

A blur level is a number. Level 0 states a fact as it is, and each level above is vaguer:

| | 0 | 1 | 2 | 3 |
|---|---|---|---|---|
| date | as known | a span of five years | a decade | half a century |
| quantity | exact | about a tenth around | one step of 1-2-5 | an order of magnitude |
| place | the region around it | the region around it | one further out | the outermost |
| name | type and one attribute at the same level | = | = | type and that attribute |

Every true value lies strictly inside its span, so that it makes no difference whether a reader
counts the ends in.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import lru_cache

import numpy as np

from ..corpus import Kind
from .graph import Graph
from .query import AttributeCue, Category, Cue, Inside, Range, Related, Within

__all__ = ["MAX_BLUR", "Blurrer", "blur_date", "blur_quantity"]

MAX_BLUR = 3
_STEPS = tuple(mantissa * 10**exponent for exponent in range(17) for mantissa in (1, 2, 5))


def blur_date(value: int, level: int, rng: random.Random) -> tuple[int, int]:
    """The span `low..high`, in whole years above level 0, that a date is blurred to."""
    if level == 0:
        return value, value
    year = value // 10_000
    if level == 1:
        first = year - rng.randint(1, 3)
        return _years(first, first + 4)
    if level == 2:
        if year % 100 < 10:  # "the 1900s" could be a decade or a century
            first = year - rng.randint(2, 7)
            return _years(first, first + 9)
        return _years(year - year % 10, year - year % 10 + 9)
    first = year - year % 50
    if year == first:
        return _years(year - 25, year + 25)
    return _years(first, first + 50)


def blur_quantity(value: int, level: int, rng: random.Random) -> tuple[int, int]:
    """The span `low..high` that a quantity (of at least 1) is blurred to."""
    if level == 0:
        return value, value
    if level == 1 and value >= 20:
        grain = 10 ** max(0, len(str(value)) - 2)
        low = value // grain * grain - rng.randint(0, 1) * grain
        if low == value:
            low -= grain
        return low, low + rng.randint(2, 3) * grain
    if level <= 2:
        at = bisect_left(_STEPS, value)  # _STEPS[at - 1] < value <= _STEPS[at]
        high = _STEPS[at + 1] if _STEPS[at] == value else _STEPS[at]
        return (_STEPS[at - 1] if at else 0), high
    power = 10 ** (len(str(value)) - 1)
    return (power // 10 if value == power else power), power * 10


def _years(first: int, last: int) -> tuple[int, int]:
    return first * 10_000, last * 10_000 + 9_999


class Blurrer:
    """Makes cues about entities of one corpus."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self.corpus = graph, graph.corpus
        self._predicates = self.corpus.predicates
        self._type = np.asarray(self.corpus.entity_type)
        self._part_of = {i for i, p in enumerate(self._predicates) if p.role == "part_of"}
        self.regions = lru_cache(maxsize=1 << 14)(self._regions_of)

    def attributes(self, entity: int, level: int, rng: random.Random) -> Iterator[AttributeCue]:
        """Every date, quantity and category of an entity, blurred."""
        for _, predicate, kind, value in self._graph.attributes(entity):
            if kind == Kind.DATE and value >= 1_0000:
                yield Range(predicate, *blur_date(value, level, rng))
            elif kind == Kind.QUANTITY and value >= 1:
                yield Range(predicate, *blur_quantity(value, level, rng))
            elif kind == Kind.TEXT and self._predicates[predicate].role == "category":
                yield Category(predicate, value)

    def places(self, entity: int, level: int, hidden: Collection[int]) -> Iterator[Cue]:
        """The region that an entity, or a place it is related to, lies in."""
        own = self._outward(entity, level, hidden)
        if own is not None:
            yield Inside(own)
        for _, predicate, kind, value in self._graph.attributes(entity):
            if kind != Kind.ENTITY or predicate in self._part_of or value in hidden:
                continue
            region = self._outward(value, level, hidden)
            if region is not None and self._type[value] != self._type[entity]:
                yield Within(predicate, int(self._type[value]), region)

    def relations(
        self, entity: int, level: int, rng: random.Random, hidden: Collection[int]
    ) -> Iterator[Related]:
        """Entities off the path, described by their type and one blurred attribute."""
        outgoing = [
            (predicate, True, value)
            for _, predicate, kind, value in self._graph.attributes(entity)
            if kind == Kind.ENTITY and predicate not in self._part_of
        ]
        incoming = [
            (predicate, False, subject)
            for _, predicate, subject in self._graph.incoming(entity)
            if predicate not in self._part_of and self._predicates[predicate].inverse
        ]
        others = outgoing + incoming
        rng.shuffle(others)
        for predicate, forward, other in others:
            # A second entity of the same type would make "this person" ambiguous.
            if other in hidden or self._type[other] == self._type[entity]:
                continue
            attributes = list(self.attributes(other, level, rng))
            cue = rng.choice(attributes) if attributes else None
            yield Related(predicate, forward, int(self._type[other]), cue)

    def _outward(self, entity: int, level: int, hidden: Collection[int]) -> int | None:
        regions = [region for region in self.regions(entity) if region not in hidden]
        if not regions:
            return None
        return regions[min(max(level - 1, 0), len(regions) - 1) if level < MAX_BLUR else -1]

    def _regions_of(self, entity: int) -> tuple[int, ...]:
        """The regions around an entity, from the nearest outwards."""
        regions: list[int] = []
        here = entity
        while True:
            around = [
                value
                for _, predicate, _, value in self._graph.attributes(here)
                if predicate in self._part_of
            ]
            if not around or around[0] in regions or around[0] == entity:
                return tuple(regions)
            here = around[0]
            regions.append(here)
