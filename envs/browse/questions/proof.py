"""Proof of uniqueness: the exact set of answers to a query, by semi-joins over the fact arrays.

The query of a question is a path, so one pass of semi-joins along it gives exactly the entities
that can stand at its end (Yannakakis, "Algorithms for Acyclic Database Schemes", VLDB 1981). No
answer is missed: every step is an exhaustive look-up in the corpus's arrays, not a sample. Entities
may repeat along a binding here, which a reader could rule out, so the set found can only be larger
than what a reader would accept: unique here is unique there.

This module shares no code with the generator; both know only `query` and the corpus.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from ..corpus import Corpus, Kind
from .query import (
    AttributeCue,
    Category,
    Cue,
    Inside,
    Named,
    Query,
    Range,
    Related,
    Variable,
    Within,
)

__all__ = ["Answers", "Prover", "normalised_name"]

Ids = np.ndarray
"""Sorted unique int64 entity ids."""


class Answers(NamedTuple):
    """What a query's evaluation found.

    Attributes:
        entities: sorted ids that satisfy the whole query.
        values: sorted values of the asked attribute over those entities; empty if none is asked.
        reached: for each variable, how many entities fit it and the path up to it.
        starts: sorted ids of the first variable over all full bindings; empty unless asked for.
    """

    entities: Ids
    values: Ids
    reached: tuple[int, ...]
    starts: Ids


class Prover:
    """Evaluates queries over one corpus. Opening costs nothing; indexes are made on first use."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._entity_type = np.asarray(corpus.entity_type)
        self._mark = np.zeros(corpus.entities, dtype=bool)
        self._part_of = [i for i, p in enumerate(corpus.predicates) if p.role == "part_of"]
        self._predicate = lru_cache(maxsize=None)(self._index_of)
        self._of_type = lru_cache(maxsize=None)(
            lambda type: np.flatnonzero(self._entity_type == type)
        )
        self._members = lru_cache(maxsize=1024)(self._members_of)
        self._satisfying = lru_cache(maxsize=1024)(self._satisfying_cue)
        self._names: dict[str, list[int]] | None = None

    # -- queries ---------------------------------------------------------------------------------

    def answers(self, query: Query, *, start: int = 0, backward: bool = False) -> Answers:
        """Evaluate a query exhaustively.

        Args:
            query: the question.
            start: ignore the path before this variable (the question without its beginning).
            backward: also find which entities the first variable can be.
        """
        forward: list[Ids] = []
        for position in range(start, len(query.variables)):
            variable = query.variables[position]
            if position == start:
                reached = self._candidates(variable)
            else:
                edge = query.edges[position - 1]
                image = self._image(forward[-1], edge.predicate, edge.forward)
                reached = self._narrow(image, variable)
            forward.append(reached)
        values = np.empty(0, dtype=np.int64)
        if query.asked >= 0:
            values = self._values(forward[-1], query.asked)
        starts = np.empty(0, dtype=np.int64)
        if backward:
            starts = forward[-1]
            for position in range(len(forward) - 2, -1, -1):
                edge = query.edges[start + position]
                image = self._image(starts, edge.predicate, not edge.forward)
                starts = self._intersection(forward[position], image)
        reached_sizes = tuple(len(ids) for ids in forward)
        return Answers(forward[-1], values, reached_sizes, starts)

    def described(self, query: Query) -> tuple[int, ...]:
        """For each variable, how many entities fit its own description alone."""
        return tuple(len(self._candidates(variable)) for variable in query.variables)

    def share(self, type: int, cue: Cue) -> float:
        """The share of the entities of a type that satisfy a cue."""
        return len(self._candidates(Variable(type, (cue,)))) / len(self._of_type(type))

    def describes(self, entity: int, variable: Variable) -> bool:
        """Whether an entity fits a variable's type and cues."""
        return len(self._narrow(np.array([entity]), variable)) == 1

    def named(self, name: str) -> list[int]:
        """All entities with this name or alias, whatever the case and spacing."""
        if self._names is None:
            self._names = {}
            for entity in range(self._corpus.entities):
                for known in (self._corpus.entity_name(entity), *self._corpus.aliases(entity)):
                    entities = self._names.setdefault(normalised_name(known), [])
                    if entity not in entities:
                        entities.append(entity)
        return self._names.get(normalised_name(name), [])

    # -- variables -------------------------------------------------------------------------------

    def _candidates(self, variable: Variable) -> Ids:
        if not variable.cues:
            return self._of_type(variable.type)
        cues = sorted(variable.cues, key=lambda cue: len(self._satisfying(cue)))
        found = self._satisfying(cues[0])
        return self._narrow(found, Variable(variable.type, tuple(cues[1:])))

    def _narrow(self, ids: Ids, variable: Variable) -> Ids:
        ids = ids[self._entity_type[ids] == variable.type]
        for cue in variable.cues:
            if len(ids) == 0:
                break
            ids = self._intersection(ids, self._satisfying(cue))
        return ids

    def _satisfying_cue(self, cue: Cue) -> Ids:
        match cue:
            case Range() | Category():
                return self._with_attribute(cue)
            case Inside(region):
                return self._members_of_namesakes(region)
            case Within(predicate, type, region):
                places = self._members_of_namesakes(region)
                places = places[self._entity_type[places] == type]
                return self._image(places, predicate, forward=False)
            case Related(predicate, outgoing, type, attribute):
                others = self._of_type(type)
                if attribute is not None:
                    others = self._with_attribute(attribute)
                    others = others[self._entity_type[others] == type]
                return self._image(others, predicate, forward=not outgoing)
            case Named(name):
                return np.array(self.named(name), dtype=np.int64)

    def _with_attribute(self, cue: AttributeCue) -> Ids:
        if isinstance(cue, Range):
            return self._unique(self._predicate(cue.predicate).between(cue.low, cue.high))
        return self._unique(self._predicate(cue.predicate).between(cue.value, cue.value))

    def _members_of_namesakes(self, region: int) -> Ids:
        """What lies in any region of this name: the text names a region, it does not number it."""
        namesakes = self._regions.get(normalised_name(self._corpus.entity_name(region)), [region])
        return self._union([self._members(each) for each in namesakes])

    @cached_property
    def _regions(self) -> dict[str, list[int]]:
        """Regions, that is, entities that something is part of, by name."""
        regions: dict[str, list[int]] = {}
        parts = np.isin(self._corpus.predicate, self._part_of)
        for region in np.unique(np.asarray(self._corpus.value)[parts]).tolist():
            name = normalised_name(self._corpus.entity_name(region))
            regions.setdefault(name, []).append(region)
        return regions

    def _members_of(self, region: int) -> Ids:
        """Every entity that is part of the region at any depth, without the region itself."""
        found = frontier = np.array([region], dtype=np.int64)
        while len(frontier):
            parts = [self._image(frontier, predicate, False) for predicate in self._part_of]
            frontier = np.setdiff1d(self._union(parts), found, assume_unique=True)
            found = self._union([found, frontier])
        return found[found != region]

    # -- relations -------------------------------------------------------------------------------

    def _index_of(self, predicate: int) -> _PredicateIndex:
        return _PredicateIndex(self._corpus, predicate)

    def _image(self, ids: Ids, predicate: int, forward: bool) -> Ids:
        index = self._predicate(predicate)
        if not index.is_relation:
            raise ValueError(f"predicate {predicate} is an attribute and cannot be an edge")
        return self._unique(index.objects_of(ids) if forward else index.subjects_of(ids))

    def _values(self, ids: Ids, predicate: int) -> Ids:
        return np.unique(self._predicate(predicate).objects_of(ids))

    def _unique(self, ids: np.ndarray) -> Ids:
        """Sorted and without repetitions: by marking if they are many, else by sorting."""
        if len(ids) * 64 < len(self._mark):
            return np.unique(ids)
        self._mark[ids] = True
        found = np.flatnonzero(self._mark)
        self._mark[found] = False
        return found

    def _union(self, sets: list[Ids]) -> Ids:
        if len(sets) == 1:
            return sets[0]
        return self._unique(np.concatenate([np.empty(0, dtype=np.int64), *sets]))

    def _intersection(self, ids: Ids, others: Ids) -> Ids:
        """Members of the sorted `ids` that are among `others`."""
        if len(ids) * 16 < len(others):
            at = np.minimum(others.searchsorted(ids), len(others) - 1)
            return ids[others[at] == ids]
        self._mark[others] = True
        kept = ids[self._mark[ids]]
        self._mark[others] = False
        return kept


class _PredicateIndex:
    """The facts of one predicate, in both orders."""

    def __init__(self, corpus: Corpus, predicate: int) -> None:
        self.is_relation = corpus.predicates[predicate].kind == Kind.ENTITY
        facts = np.flatnonzero(np.asarray(corpus.predicate) == predicate)
        self._subject = np.asarray(corpus.subject)[facts].astype(np.int64)
        self._value_of_subject = np.asarray(corpus.value)[facts].astype(np.int64)
        order = np.argsort(self._value_of_subject, kind="stable")
        self._value = self._value_of_subject[order]
        self._subject_of_value = self._subject[order]

    def between(self, low: int, high: int) -> np.ndarray:
        """Subjects with a value in `low..high`, possibly repeated."""
        start = self._value.searchsorted(low, side="left")
        stop = self._value.searchsorted(high, side="right")
        return self._subject_of_value[start:stop]

    def objects_of(self, ids: Ids) -> np.ndarray:
        return _gather(self._subject, self._value_of_subject, ids)

    def subjects_of(self, ids: Ids) -> np.ndarray:
        return _gather(self._value, self._subject_of_value, ids)


def _gather(keys: np.ndarray, payload: np.ndarray, ids: Ids) -> np.ndarray:
    """The payload of every row whose key is among `ids`; `keys` is sorted."""
    start = keys.searchsorted(ids, side="left")
    length = keys.searchsorted(ids, side="right") - start
    total = int(length.sum())
    if total == 0:
        return np.empty(0, dtype=np.int64)
    offset = np.repeat(start - (np.cumsum(length) - length), length)
    return payload[offset + np.arange(total)]


def normalised_name(name: str) -> str:
    """The form under which two names count as the same for `Named`."""
    return " ".join(name.casefold().split())
