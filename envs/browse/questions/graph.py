"""Where questions may walk: relations between entities, degree bounds, and the splits' shares.

Only entities that have a page, and only relations that some page states, can be walked. An entity
is walkable if its number of neighbours is within the degree bounds: neither a dead end nor a hub
(DeepDive, arXiv 2509.10446, section on data synthesis). Relations are walked in both directions, so
a neighbour that is a hub itself (a library that everything needs) is no way on and does not count.

Splits must share no entity. A share drawn by a hash of each entity alone would cut most relations
(a share of 10% keeps 10% of them) and leave no long paths, so the hash is drawn for *cells*: the
walkable graph is divided into regions of nearby entities, grown in rounds from seeds that are
chosen by hash, and each cell belongs as a whole to one split. A walk never leaves its share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from ...core import UsageError
from ..corpus import Corpus, Kind

__all__ = ["Graph", "NoGraphError", "Step", "hashed"]

CELL = 128
"""Entities in a cell, about."""
HUB = 4
"""An entity with this many times the greatest degree is a hub."""
DENSE = 8
"""A component of this many times the path's length is taken to hold paths of that length."""


class NoGraphError(UsageError):
    """The corpus has no facts to make questions from."""


class Step(NamedTuple):
    """One relation seen from an entity: `forward` if that entity is the fact's subject."""

    neighbour: int
    fact: int
    predicate: int
    forward: bool


class Graph:
    """The walkable part of a corpus, divided into shares.

    Args:
        corpus: the world.
        degree: least and greatest number of neighbours of an entity on a path.
        shares: each split's name and relative share of the entities.
        seed: changes which entities fall into which share.
        reach: relations on the longest path of each split.
        linked: whether a relation is walked only from an entity whose own page states it.

    Raises:
        NoGraphError: the corpus states no relations between entities that have pages.
    """

    def __init__(
        self,
        corpus: Corpus,
        degree: tuple[int, int],
        shares: Mapping[str, float],
        seed: int,
        reach: Mapping[str, int],
        *,
        linked: bool = False,
    ) -> None:
        self.corpus, self._linked = corpus, linked
        self._subject_start = np.searchsorted(
            np.asarray(corpus.subject), np.arange(corpus.entities + 1, dtype=np.int32)
        )
        facts = self._walkable_facts()
        if len(facts) == 0:
            raise NoGraphError(
                f"the corpus {corpus.name!r} has {len(corpus):,} documents and no relations "
                "between entities with pages: it can be searched and browsed, but there is no "
                "graph to make questions from. Use a corpus with facts ('procedural', 'debian', or "
                "imported triples), or give the environment your own tasks."
            )
        subject = np.asarray(corpus.subject)[facts].astype(np.int64)
        object = np.asarray(corpus.value)[facts].astype(np.int64)
        source = np.concatenate([subject, object])
        order = np.argsort(source, kind="stable")
        self._start = np.searchsorted(source[order], np.arange(corpus.entities + 1))
        self._neighbour = np.concatenate([object, subject])[order]
        self._fact = np.concatenate([facts, facts])[order]
        self._forward = order < len(facts)
        self.walkable = _walkable(source[order], self._neighbour, corpus.entities, degree)
        self.share, self._starts = self._divide(source[order], shares, seed, reach)
        """int8 `(entities,)`: position of the split in `shares`, or -1."""
        self.splits: Sequence[str] = list(shares)
        self._stated = np.diff(np.asarray(corpus._stated_start)) > 0
        self.steps = lru_cache(maxsize=1 << 15)(self._steps)
        self.attributes = lru_cache(maxsize=1 << 15)(self._facts)

    def relation_counts(self) -> np.ndarray:
        """int64 `(predicates,)`: how many walkable relations each predicate has."""
        facts = np.unique(self._fact)
        return np.bincount(self.corpus.predicate[facts], minlength=len(self.corpus.predicates))

    def members(self, split: str) -> np.ndarray:
        """Sorted ids of the entities of a split that a path may begin at."""
        members = np.flatnonzero(self._starts & (self.share == self.splits.index(split)))
        if self._linked:
            members = members[[bool(self.steps(member)) for member in members.tolist()]]
        return members

    def _steps(self, entity: int) -> tuple[Step, ...]:
        """Every walkable relation of an entity to an entity of the same share."""
        low, high = self._start[entity], self._start[entity + 1]
        facts = self._fact[low:high]
        neighbours = self._neighbour[low:high]
        keep = self.share[neighbours] == self.share[entity]
        return tuple(
            Step(neighbour, fact, predicate, forward)
            for neighbour, fact, predicate, forward in zip(
                neighbours[keep].tolist(),
                facts[keep].tolist(),
                self.corpus.predicate[facts[keep]].tolist(),
                self._forward[low:high][keep].tolist(),
                strict=True,
            )
            if neighbour != entity and not (self._linked and self._elsewhere(entity, fact))
        )

    def _elsewhere(self, entity: int, fact: int) -> bool:
        """Whether an entity's own page says nothing of a fact."""
        return int(self.corpus.entity_document[entity]) not in self.corpus.stated_on(fact)

    def _facts(self, entity: int) -> tuple[tuple[int, int, int, int], ...]:
        """`(fact, predicate, kind, value)` of every fact about this subject that a page states."""
        low, high = self._subject_start[entity], self._subject_start[entity + 1]
        corpus = self.corpus
        if not self._stated[low:high].all():
            kept = low + np.flatnonzero(self._stated[low:high])
            return tuple(
                zip(
                    kept.tolist(),
                    corpus.predicate[kept].tolist(),
                    corpus.kind[kept].tolist(),
                    corpus.value[kept].tolist(),
                    strict=True,
                )
            )
        return tuple(
            zip(
                range(low, high),
                corpus.predicate[low:high].tolist(),
                corpus.kind[low:high].tolist(),
                corpus.value[low:high].tolist(),
                strict=True,
            )
        )

    def incoming(self, entity: int) -> list[tuple[int, int, int]]:
        """`(fact, predicate, subject)` of the walkable relations that end at this entity."""
        low, high = self._start[entity], self._start[entity + 1]
        incoming = ~self._forward[low:high]
        facts = self._fact[low:high][incoming]
        return list(
            zip(
                facts.tolist(),
                self.corpus.predicate[facts].tolist(),
                self._neighbour[low:high][incoming].tolist(),
                strict=True,
            )
        )

    # -- building --------------------------------------------------------------------------------

    def _walkable_facts(self) -> np.ndarray:
        corpus = self.corpus
        relation = np.asarray(corpus.kind) == Kind.ENTITY
        relation &= np.diff(np.asarray(corpus._stated_start)) > 0
        facts = np.flatnonzero(relation)
        has_page = np.asarray(corpus.entity_document) >= 0
        both = has_page[np.asarray(corpus.subject)[facts]] & has_page[corpus.value[facts]]
        return facts[both]

    def _divide(
        self, source: np.ndarray, shares: Mapping[str, float], seed: int, reach: Mapping[str, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        inside = self.walkable[source] & self.walkable[self._neighbour]
        a, b = source[inside], self._neighbour[inside]
        cell = self._cells(a, b, seed)
        share = self._deal(cell, shares, seed)
        same = (share[a] == share[b]) & (share[a] >= 0)
        far, size = self._distances(a[same], b[same])
        needed = np.array([*(reach[split] for split in shares), 0])[share]
        return share, (share >= 0) & ((far >= needed) | (size >= DENSE * needed))

    def _deal(self, cell: np.ndarray, shares: Mapping[str, float], seed: int) -> np.ndarray:
        """Deal the cells, in an order drawn by hash, so that the shares come out as asked."""
        cells, size = np.unique(cell[cell >= 0], return_counts=True)
        order = np.argsort(hashed(cells, seed * 2 + 1), kind="stable")
        middle = np.cumsum(size[order]) - size[order] / 2
        bounds = np.cumsum(np.array(list(shares.values()), dtype=float))
        dealt = np.empty(len(cells), dtype=np.int8)
        dealt[order] = np.searchsorted(bounds / bounds[-1], middle / size.sum(), side="right")
        share = np.full(len(cell), -1, dtype=np.int8)
        share[cell >= 0] = dealt[np.searchsorted(cells, cell[cell >= 0])]
        return share

    def _distances(self, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A distance that some other entity has from each, and the size of each one's component.

        A shortest path is a simple path, so an entity can begin a path of `n` relations if some
        other is `n` away; sweeps through a component give a lower bound of the greatest distance.
        In a dense component distances are short and simple paths are long all the same: there the
        size decides.
        """
        entities = self.corpus.entities
        links = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(entities, entities))
        links = links.tocsr()
        count, component = connected_components(links, directed=False)
        size = np.bincount(component, minlength=count)
        far = np.flatnonzero(size > 2)
        roots = np.full(count, -1, dtype=np.int64)
        roots[component[::-1]] = np.arange(entities)[::-1]  # the smallest id of each component
        greatest = np.zeros(entities)
        for _ in range(3):
            if len(far) == 0:
                break
            distance = dijkstra(links, indices=roots[far], unweighted=True, min_only=True)
            distance = np.where(np.isfinite(distance), distance, -1)
            greatest = np.maximum(greatest, distance)
            order = np.argsort(distance, kind="stable")
            roots[component[order]] = order  # the farthest entity of each component
        return greatest, size[component]

    def _cells(self, a: np.ndarray, b: np.ndarray, seed: int) -> np.ndarray:
        """int64 `(entities,)`: the seed entity of each entity's cell, or -1."""
        corpus = self.corpus
        walkable = int(self.walkable.sum())
        size = max(8, min(CELL, walkable // 128))
        ids = np.arange(corpus.entities, dtype=np.int64)
        rank = hashed(ids, seed * 2)
        cell = np.where(self.walkable & (rank < np.uint64(2**64 // size)), ids, -1)
        while True:
            reach = (cell[a] >= 0) & (cell[b] < 0)
            if not reach.any():
                return cell
            # Of several cells that reach an entity in the same round, the smallest id wins.
            frontier, owner = b[reach], cell[a[reach]]
            order = np.lexsort((owner, frontier))
            frontier, owner = frontier[order], owner[order]
            first = np.ones(len(frontier), dtype=bool)
            first[1:] = frontier[1:] != frontier[:-1]
            cell[frontier[first]] = owner[first]


def _walkable(
    source: np.ndarray, neighbour: np.ndarray, entities: int, degree: tuple[int, int]
) -> np.ndarray:
    """bool `(entities,)`: no hub, and within the bounds in distinct neighbours that are no hubs."""
    pairs = np.unique(source * np.int64(entities) + neighbour)
    a, b = pairs // entities, pairs % entities
    a, b = a[a != b], b[a != b]
    hub = np.bincount(a, minlength=entities) > HUB * degree[1]
    ways_on = np.bincount(a[~hub[b]], minlength=entities)
    return ~hub & (ways_on >= degree[0]) & (ways_on <= degree[1])


def hashed(ids: np.ndarray, key: int) -> np.ndarray:
    """uint64 hashes (SplitMix64's finaliser), the same on every machine."""
    x = ids.astype(np.uint64) + np.uint64((key * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
