"""Which cues describe each entity of a path: as few as make the question unique.

Cues are added one at a time until the query has exactly one answer, first where the path begins,
so that the description of the answer stays too thin to find it by itself.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from .blur import Blurrer
from .proof import Prover
from .query import Cue, Edge, Named, Query, Variable
from .recipe import Recipe

__all__ = ["Describer"]

MOST_CUES = 4
MOST_COMMON = 0.4
"""A cue that more of the entities of its type satisfy than this says nothing."""
TRIES = 14
"""Cues added to a query before its path is given up."""


class Describer:
    """Chooses cues so that a path's query has one answer."""

    def __init__(self, blurrer: Blurrer, prover: Prover) -> None:
        self._blurrer, self._prover = blurrer, prover

    def describe(
        self,
        entities: tuple[int, ...],
        edges: tuple[Edge, ...],
        asked: int,
        recipe: Recipe,
        rng: random.Random,
    ) -> Query | None:
        """A query that only the path's last entity answers, or None if the cues do not suffice."""
        pools = [
            self._pool(entity, recipe.blur, rng, entities, asked if entity == entities[-1] else -1)
            for entity in entities
        ]
        chosen: list[list[Cue]] = [[] for _ in entities]
        if recipe.named:
            chosen[0] = [Named(self._blurrer.corpus.entity_name(entities[0]))]
        else:
            # The beginning carries the weight: two cues there, one on every other entity between.
            for position in (0, 0, *range(2, len(entities) - 1, 2)):
                self._add(chosen[position], pools[position])
        for _ in range(TRIES):
            query = self._query(entities, edges, asked, chosen)
            found = self._prover.answers(query)
            if len(found.entities) == 1 and (asked < 0 or len(found.values) == 1):
                return query
            order = sorted(
                range(1 if recipe.named else 0, len(entities)),
                key=lambda position: (len(chosen[position]), position),
            )
            if not any(self._add(chosen[position], pools[position]) for position in order):
                return None
        return None

    def hops_needed(self, query: Query) -> int:
        """The fewest edges at the path's end that leave the question unique."""
        low, high = 0, len(query.edges)
        while low < high:  # a shorter end has at least as many answers
            hops = (low + high) // 2
            found = self._prover.answers(query, start=len(query.edges) - hops)
            low, high = (low, hops) if len(found.entities) == 1 else (hops + 1, high)
        return low

    def _query(
        self,
        entities: tuple[int, ...],
        edges: tuple[Edge, ...],
        asked: int,
        chosen: list[list[Cue]],
    ) -> Query:
        types = [int(self._blurrer.corpus.entity_type[entity]) for entity in entities]
        variables = tuple(
            Variable(type, tuple(cues)) for type, cues in zip(types, chosen, strict=True)
        )
        return Query(variables, edges, asked)

    def _add(self, chosen: list[Cue], pool: Iterator[Cue]) -> bool:
        if len(chosen) >= MOST_CUES:
            return False
        cue = next(pool, None)
        if cue is None:
            return False
        chosen.append(cue)
        return True

    def _pool(
        self,
        entity: int,
        level: int,
        rng: random.Random,
        hidden: tuple[int, ...],
        asked: int,
    ) -> Iterator[Cue]:
        """Cues about an entity: each predicate once, attributes before relations as a rule."""
        blurrer = self._blurrer
        type = int(blurrer.corpus.entity_type[entity])
        told: set[int] = {asked}
        own: list[Cue] = [*blurrer.attributes(entity, level, rng)]
        own += blurrer.places(entity, level, hidden)
        rng.shuffle(own)
        relations = blurrer.relations(entity, level, rng, hidden)
        lead = next(relations, None) if rng.random() < 0.3 or not own else None
        if lead is not None:
            own.insert(rng.randint(0, 1), lead)
        for cue in itertools.chain(own, relations):
            predicate = getattr(cue, "predicate", -2)
            if predicate not in told and self._prover.share(type, cue) <= MOST_COMMON:
                told.add(predicate)
                yield cue
