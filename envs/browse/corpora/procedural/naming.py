"""What names are made from: cultures, family names, places, and what other facts say."""

from __future__ import annotations

import numpy as np

from . import schema as s
from .chance import Chance
from .cultures import CULTURES, Culture, Names, invent, shaped
from .draft import Draft
from .vocabulary import CATEGORIES

__all__ = ["Naming", "columns"]

TOWNS = (s.STANDS_IN, s.BASED_IN, s.FOUND_IN, s.HOME_PORT)
LABELS = (s.PURPOSE, s.FORM, s.KEY, s.THEME, s.GROUP, s.FIELD)


class Naming:
    """The names of a draft, in the making and then to be read.

    Attributes:
        draft: the world.
        names: of every entity.
        aliases: of those that have any.
        labels: what other facts say that names are made from: `(predicate, entity)` to a text.
        towns: the settlement that a thing stands in, is based in, or was found in.
        family: people's family names.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft, self.labels = draft, _labels(draft)
        self.towns = {subject: object for _, subject, object in columns(draft, TOWNS)}
        self.names = [""] * draft.size
        self.aliases: dict[int, tuple[str, ...]] = {}
        self.family: dict[int, str] = {}
        self.chance = Chance(draft.seed, "names")
        countries = draft.ids(s.COUNTRY)
        each = len(CULTURES)
        self._culture = {c: (c - countries.start) % each for c in countries}
        people, places = draft.count(s.PERSON) // each, draft.count(s.SETTLEMENT) // each
        self.pools = [
            invent(culture, Chance(draft.seed, f"culture {i}"), people, max(40, places))
            for i, culture in enumerate(CULTURES)
        ]

    def culture_of(self, entity: int) -> tuple[Culture, Names]:
        """The naming culture of an entity's country."""
        home = self.draft.home[entity]
        number = self._culture.get(home, entity % len(CULTURES))
        return CULTURES[number], self.pools[number]

    def place_name(self, entity: int, forms: tuple[str, ...]) -> str:
        """A new name in one of a culture's forms for places."""
        _, pool = self.culture_of(entity)
        return shaped(self.chance.pick(forms), self.chance.skewed(pool.stems))

    def person_name(self, given: str, family: str, culture: Culture) -> str:
        return f"{family} {given}" if culture.family_first else f"{given} {family}"

    def family_of(self, person: int) -> str:
        """The family name of a person who has been named."""
        return self.family[person]


def columns(draft: Draft, predicates: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """`(predicate, subject, value)` of all facts with these predicates."""
    predicate = np.frombuffer(draft.predicate, dtype=np.int16)
    chosen = np.flatnonzero(np.isin(predicate, predicates))
    subject = np.frombuffer(draft.subject, dtype=np.int32)[chosen]
    value = np.frombuffer(draft.value, dtype=np.int64)[chosen]
    return list(zip(predicate[chosen].tolist(), subject.tolist(), value.tolist(), strict=True))


def _labels(draft: Draft) -> dict[tuple[int, int], str]:
    labels = {
        (predicate, subject): draft.strings[value]
        for predicate, subject, value in columns(draft, LABELS)
    }
    for type, predicate in ((s.COMPANY, s.INDUSTRY), (s.BUILDING, s.USE)):
        vocabulary = CATEGORIES[type, predicate]
        for entity in draft.ids(type):
            labels[predicate, entity] = vocabulary[draft.sort[entity]]
    return labels
