"""The world while it is made: entities, their lifetimes and homes, and facts in columns."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from .chance import Chance
from .schema import PERSON

__all__ = ["HUB", "ON_OBJECT", "ON_SUBJECT", "PRESENT", "Draft", "Pool"]

PRESENT = 2024
"""The year in which the world's pages are written: nothing is later."""
ON_SUBJECT, ON_OBJECT = 1, 2
"""Pages that state a fact: the subject's, the object's, or both (3)."""
CAPACITY = (5, 9)
"""An entity with so many neighbours is given no more if another is to be had; each has its own."""
HUB = 60
"""The same for the few entities to which much happens."""
TRIES = 5


class Draft:
    """Entities and facts in the making.

    Attributes:
        seed: of the world.
        first: the id of the first entity of each type; ids of a type are consecutive.
        since, until: the years in which each entity comes into being and ends.
        home: each entity's country (an id), or -1.
        degree: how many other entities each is related to.
        capacity: how many it should have at most.
        subject, predicate, value, places: columns of facts; `places` is where each is stated.
        sort: what decides who does what: a person's occupation, a company's industry, a building's
            use, a settlement's status, as positions in their vocabularies; else -1.
        female: for each person.
        hints: for an entity, the related one that its name is made from.
        strings: the values of categories, which facts refer to by position.
    """

    def __init__(self, seed: int, counts: Iterable[int]) -> None:
        self.seed = seed
        self.first = [0]
        for count in counts:
            self.first.append(self.first[-1] + count)
        size = self.size = self.first[-1]
        self.since = array("h", bytes(2 * size))
        self.until = array("h", [PRESENT]) * size
        self.home = array("i", [-1]) * size
        self.degree = array("H", bytes(2 * size))
        chance = Chance(seed, "capacity")
        self.capacity = bytearray(chance.between(*CAPACITY) for _ in range(size))
        self.subject, self.predicate = array("i"), array("h")
        self.value, self.places = array("q"), array("b")
        self.hints: dict[int, int] = {}
        self.strings: list[str] = []
        self.sort = array("b", [-1]) * size
        self.female = bytearray(self.count(PERSON))
        self._pairs: set[int] = set()
        self._string: dict[str, int] = {}

    def ids(self, type: int) -> range:
        """The entities of a type."""
        return range(self.first[type], self.first[type + 1])

    def count(self, type: int) -> int:
        return self.first[type + 1] - self.first[type]

    def type_of(self, entity: int) -> int:
        return bisect_right(self.first, entity) - 1

    def attribute(self, subject: int, predicate: int, value: int) -> None:
        """Add a fact that is no relation; the subject's page states it."""
        self.subject.append(subject)
        self.predicate.append(predicate)
        self.value.append(value)
        self.places.append(ON_SUBJECT)

    def string(self, text: str) -> int:
        """The position of a category's value in `strings`."""
        if text not in self._string:
            self._string[text] = len(self.strings)
            self.strings.append(text)
        return self._string[text]

    def relate(self, subject: int, predicate: int, object: int, places: int) -> bool:
        """Relate two entities unless they are related already; returns whether it did."""
        low, high = (subject, object) if subject < object else (object, subject)
        pair = low * self.size + high
        if low == high or pair in self._pairs:
            return False
        self._pairs.add(pair)
        self.relate_again(subject, predicate, object, places)
        self.degree[subject] += 1
        self.degree[object] += 1
        return True

    def relate_again(self, subject: int, predicate: int, object: int, places: int) -> None:
        """Relate two entities that are related in another way."""
        self.subject.append(subject)
        self.predicate.append(predicate)
        self.value.append(object)
        self.places.append(places)

    def related(self, a: int, b: int) -> bool:
        """Whether two entities are related in any way."""
        return (min(a, b) * self.size + max(a, b)) in self._pairs


class Pool:
    """Entities of one kind, by the year in which they came into being, whole and by country."""

    def __init__(self, draft: Draft, ids: Iterable[int]) -> None:
        self._draft = draft
        since, home = draft.since, draft.home
        ordered = sorted(ids, key=lambda entity: (since[entity], entity))
        self._all = ordered, [since[entity] for entity in ordered]
        by_home: dict[int, tuple[list[int], list[int]]] = {}
        for entity in ordered:
            entities, years = by_home.setdefault(home[entity], ([], []))
            entities.append(entity)
            years.append(since[entity])
        self._by_home = by_home

    def __len__(self) -> int:
        return len(self._all[0])

    def draw(
        self,
        chance: Chance,
        year: int,
        age: tuple[int, int] = (0, 5000),
        home: int = -1,
        *,
        insist: bool = False,
        alive: bool = True,
    ) -> int:
        """Some entity that exists in a year, at an age in `age` then; -1 if none is found.

        Args:
            home: a country whose entities are preferred.
            insist: take one that has many neighbours already rather than none.
            alive: whether it must still exist when the year is over.
        """
        entities, years = self._by_home.get(home, self._all) if home >= 0 else self._all
        low = bisect_left(years, year - age[1])
        high = bisect_right(years, year - age[0])
        if low == high:
            return self.draw(chance, year, age, insist=insist, alive=alive) if home >= 0 else -1
        until, degree, capacity = self._draft.until, self._draft.degree, self._draft.capacity
        last = -1
        for _ in range(TRIES):
            entity = entities[low + int(chance.random() * (high - low))]
            if alive and until[entity] <= year:
                continue
            if degree[entity] < capacity[entity]:
                return entity
            last = entity
        return last if insist else -1
