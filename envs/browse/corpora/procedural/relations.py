"""Draws the relations that `rules` describes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from . import schema as s
from .chance import Chance
from .draft import ON_OBJECT, ON_SUBJECT, PRESENT, Draft, Pool
from .moments import date_in
from .people import People
from .rules import MAKERS, MORE, RELATIONS, SPARSE, Maker, Relation
from .vocabulary import CATEGORIES

__all__ = ["make_relations"]

_TYPES = {type.name: i for i, type in enumerate(s.TYPES)}
SORTS = {
    s.COMPANY: CATEGORIES[s.COMPANY, s.INDUSTRY],
    s.BUILDING: CATEGORIES[s.BUILDING, s.USE],
}
"""Vocabularies of the types whose sort decides what they can have to do with."""
AGELESS = ("town", "settlement", "mountain", "river")
"""Pools whose members were there long before: their age does not matter."""
FREQUENT = {
    s.COMPANY: ("publishing", "shipbuilding", "film production"),
    s.BUILDING: ("a museum", "a gallery", "a theatre", "a concert hall", "a palace"),
}
NOT_BEFORE = {
    "film production": 1895,
    "railways": 1830,
    "a railway station": 1835,
    "chemicals": 1780,
}
LIFETIMES = {s.SHIP: (18, 70), s.COMPANY: (12, 260)}
"""Types whose things end, and after how many years at the earliest and latest."""


class _Pools:
    """What objects are drawn from, by name; pools of things are made when they all exist."""

    def __init__(self, draft: Draft, people: People, towns: Pool) -> None:
        self._draft = draft
        self._pools: dict[str, Pool] = {**people.of, "person": people.all, "town": towns}

    def __getitem__(self, name: str) -> Pool:
        pool = self._pools.get(name)
        if pool is None:
            type, _, sorts = name.partition("/")
            ids: Iterable[int] = self._draft.ids(_TYPES[type])
            if sorts:
                ids = self._of(ids, _TYPES[type], sorts)
            pool = self._pools[name] = Pool(self._draft, ids)
        return pool

    def _of(self, ids: Iterable[int], type: int, sorts: str) -> list[int]:
        """Those whose sort is one of some, as in "building/a museum/a gallery"."""
        vocabulary = SORTS[type]
        wanted = {vocabulary.index(sort) for sort in sorts.split("/")}
        return [entity for entity in ids if self._draft.sort[entity] in wanted]


def make_relations(draft: Draft, people: People, towns: Pool) -> None:
    """Make every thing, then relate all there is, then give more to what has few relations."""
    pools = _Pools(draft, people, towns)
    for maker in MAKERS:
        _make(draft, maker, pools)
    _sequels(draft)
    for number, relation in enumerate(RELATIONS):
        chance = Chance(draft.seed, f"relation {number}")
        for subject in draft.ids(relation.type):
            for _ in range(relation.times):
                if relation.share >= 1 or chance.random() < relation.share:
                    _relate(draft, relation, subject, pools, chance)
    for number, relation in enumerate(MORE):
        chance = Chance(draft.seed, f"more {number}")
        once = s.PREDICATES[relation.predicate].functional
        have = _subjects(draft, relation.predicate) if once else set[int]()
        for subject in draft.ids(relation.type):
            if draft.degree[subject] < SPARSE and subject not in have:
                for _ in range(1 if once else SPARSE - draft.degree[subject]):
                    _relate(draft, relation, subject, pools, chance)


def _make(draft: Draft, maker: Maker, pools: _Pools) -> None:
    """Bring the things of a type into being, each by a maker in the maker's lifetime."""
    chance = Chance(draft.seed, f"maker of {maker.type}")
    for thing in draft.ids(maker.type):
        made_by, year = -1, 0
        while made_by < 0:
            pool = pools[chance.pick(maker.pools)]
            # Drawing the year first, in the time in which there are makers, spreads things evenly.
            year = maker.since + int(
                (PRESENT - maker.since) * (1 - chance.random() * chance.random() * 1.2)
            )
            year = min(max(year, maker.since), PRESENT - 1)
            made_by = pool.draw(chance, year, maker.age, insist=True)
        draft.since[thing] = year
        draft.home[thing] = draft.home[made_by]
        if maker.type in SORTS:
            draft.sort[thing] = _sort(maker.type, year, chance)
        if maker.type in LIFETIMES and chance.random() < 0.7:
            draft.until[thing] = min(PRESENT, year + chance.between(*LIFETIMES[maker.type]))
        if chance.random() < maker.share:
            draft.relate(thing, maker.predicate, made_by, _places(chance, maker.places))


def _sort(type: int, year: int, chance: Chance) -> int:
    """What sort of company or building this is: those of which much is asked come more often."""
    vocabulary = SORTS[type]
    while True:
        sort = chance.pick(FREQUENT[type]) if chance.random() < 0.6 else chance.pick(vocabulary)
        if year >= NOT_BEFORE.get(sort, 0):
            return vocabulary.index(sort)


def _relate(draft: Draft, relation: Relation, subject: int, pools: _Pools, chance: Chance) -> None:
    name = chance.pick(relation.pools)
    if relation.at is None:
        year, age = PRESENT - 1, (0, 5000)
    else:
        year = draft.since[subject] + chance.between(*relation.at)
        if not year <= min(draft.until[subject], PRESENT - 1):
            return
        age = (1, 5000) if name in AGELESS else relation.age
    home = draft.home[subject] if chance.random() < relation.near else -1
    object = pools[name].draw(
        chance, year, age, home, insist=relation.insist, alive=not relation.outlived
    )
    if object < 0 or not draft.relate(
        subject, relation.predicate, object, _places(chance, relation.places)
    ):
        return
    if relation.name:
        draft.hints.setdefault(subject, object)
    if relation.dated >= 0:
        draft.attribute(subject, relation.dated, date_in(year, chance, 0.75))


def _sequels(draft: Draft) -> None:
    """Some novels follow an earlier one of the same author."""
    chance = Chance(draft.seed, "sequels")
    subject, predicate = draft.subject, draft.predicate
    latest: dict[int, int] = {}
    written = [
        (draft.since[subject[i]], subject[i], draft.value[i])
        for i in range(len(subject))
        if predicate[i] == s.WRITTEN_BY
    ]
    for year, novel, author in sorted(written):
        before = latest.get(author)
        if before is not None and draft.since[before] < year and chance.random() < 0.3:
            draft.relate(novel, s.SEQUEL_TO, before, _places(chance, (0.4, 0.3)))
        latest[author] = novel


def _subjects(draft: Draft, predicate: int) -> set[int]:
    """All that have a relation already."""
    chosen = np.frombuffer(draft.predicate, dtype=np.int16) == predicate
    return set(np.frombuffer(draft.subject, dtype=np.int32)[chosen].tolist())


def _places(chance: Chance, probabilities: tuple[float, float]) -> int:
    x = chance.random()
    if x < probabilities[0]:
        return ON_SUBJECT
    return ON_SUBJECT | ON_OBJECT if x < probabilities[0] + probabilities[1] else ON_OBJECT
