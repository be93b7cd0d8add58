"""People: when and where they lived, what they did, and their families."""

from __future__ import annotations

from .chance import Chance
from .draft import ON_OBJECT, ON_SUBJECT, PRESENT, Draft, Pool
from .schema import BORN_IN, CHILD_OF, COUNTRY, DIED_IN, MARRIED_TO, PERSON, STUDENT_OF

__all__ = ["OCCUPATIONS", "People", "make_people"]

OCCUPATIONS = (
    # occupation, share, from which year on people of it are born
    ("a novelist", 12, 1450),
    ("a painter", 10, 1450),
    ("a composer", 8, 1450),
    ("an architect", 8, 1450),
    ("a merchant", 7, 1450),
    ("an industrialist", 5, 1700),
    ("a naturalist", 8, 1600),
    ("an explorer", 6, 1480),
    ("a general", 5, 1450),
    ("a sea captain", 6, 1450),
    ("a goldsmith", 4, 1450),
    ("a sculptor", 3, 1450),
    ("an archaeologist", 4, 1720),
    ("a film director", 6, 1868),
    ("an actor", 8, 1868),
    ("a mountaineer", 3, 1790),
    ("a politician", 6, 1450),
    ("a physician", 5, 1450),
    ("an astronomer", 4, 1500),
    ("a philosopher", 3, 1450),
    ("a mathematician", 3, 1500),
    ("a poet", 4, 1450),
    ("an engineer", 5, 1650),
    ("a historian", 3, 1450),
    ("a curator", 3, 1760),
    ("a philanthropist", 3, 1600),
)
LAST_BIRTH = 1990
FEWEST = 3
"""People of each occupation, at least."""
SPANS = ((1450, 1600, 0.14), (1600, 1750, 0.2), (1750, 1870, 0.3), (1870, LAST_BIRTH, 0.36))
"""First and last years of birth, and the share of people born between them."""


class People:
    """The people of a draft in pools: all together, and by occupation."""

    def __init__(self, draft: Draft) -> None:
        self.all = Pool(draft, draft.ids(PERSON))
        by_occupation: list[list[int]] = [[] for _ in OCCUPATIONS]
        for person in draft.ids(PERSON):
            by_occupation[draft.sort[person]].append(person)
        self.of = {
            name: Pool(draft, ids)
            for (name, _, _), ids in zip(OCCUPATIONS, by_occupation, strict=True)
        }


def make_people(draft: Draft, towns: Pool) -> People:
    """Give every person a life and a family."""
    chance = Chance(draft.seed, "people")
    countries = draft.ids(COUNTRY)
    first = draft.first[PERSON]
    births = _births(draft.count(PERSON), chance)
    for person, born in zip(draft.ids(PERSON), births, strict=True):
        draft.since[person] = born
        died = born + 38 + int((chance.random() + chance.random()) * 29)
        draft.until[person] = min(died, PRESENT)
        draft.female[person - first] = chance.random() < 0.45
        home = draft.home[person] = chance.pick(countries)
        draft.sort[person] = _occupation(born, chance)
        birthplace = towns.draw(chance, born, (10, 5000), home, insist=True)
        if chance.random() < 0.92:
            draft.relate(person, BORN_IN, birthplace, _places(chance, 0.72, 0.2))
        if died < PRESENT and chance.random() < 0.62:
            abroad = chance.random() < 0.2
            place = towns.draw(chance, died, (30, 5000), -1 if abroad else home)
            if place >= 0:
                draft.relate(person, DIED_IN, place, _places(chance, 0.8, 0.12))
    _fill_occupations(draft)
    people = People(draft)
    _families(draft, people, chance)
    return people


def _births(count: int, chance: Chance) -> list[int]:
    births: list[int] = []
    for low, high, share in SPANS:
        births += [chance.between(low, high - 1) for _ in range(int(count * share))]
    births += [chance.between(1750, LAST_BIRTH) for _ in range(count - len(births))]
    return sorted(births)


_TICKETS = [i for i, (_, share, _) in enumerate(OCCUPATIONS) for _ in range(share)]


def _occupation(born: int, chance: Chance) -> int:
    while True:
        occupation = chance.pick(_TICKETS)
        if born >= OCCUPATIONS[occupation][2]:
            return occupation


def _fill_occupations(draft: Draft) -> None:
    """See to it that in a small world, too, every occupation has people in it."""
    have = [0] * len(OCCUPATIONS)
    for person in draft.ids(PERSON):
        have[draft.sort[person]] += 1
    for occupation, (_, _, since) in enumerate(OCCUPATIONS):
        for person in draft.ids(PERSON):
            if have[occupation] >= FEWEST:
                break
            if draft.since[person] >= since and have[draft.sort[person]] > 2 * FEWEST:
                have[draft.sort[person]] -= 1
                have[occupation] += 1
                draft.sort[person] = occupation


def _families(draft: Draft, people: People, chance: Chance) -> None:
    """Parents, husbands and wives, and teachers; a child is born in a parent's lifetime."""
    since, until, home, first = draft.since, draft.until, draft.home, draft.first[PERSON]
    married = bytearray(len(draft.female))
    for person in draft.ids(PERSON):
        born, died = since[person], until[person]
        if chance.random() < 0.3:
            parent = people.all.draw(chance, born, (20, 42), home[person])
            if parent >= 0 and parent != person:
                draft.relate(person, CHILD_OF, parent, _places(chance, 0.45, 0.3))
        if not married[person - first] and chance.random() < 0.3:
            when = born + chance.between(20, 34)
            spouse = people.all.draw(chance, when, (19, 40), home[person])
            if (
                spouse >= 0
                and when < died
                and not married[spouse - first]
                and draft.female[spouse - first] != draft.female[person - first]
                and draft.relate(person, MARRIED_TO, spouse, _places(chance, 0.4, 0.3))
            ):
                married[person - first] = married[spouse - first] = 1
        if chance.random() < 0.36:
            teachers = people.of[OCCUPATIONS[draft.sort[person]][0]]
            when = born + chance.between(17, 26)
            teacher = teachers.draw(chance, when, (32, 70), home[person])
            if teacher >= 0 and when < min(died, PRESENT):
                draft.relate(person, STUDENT_OF, teacher, _places(chance, 0.4, 0.35))


def _places(chance: Chance, subject_only: float, both: float) -> int:
    """Where a fact is stated, with these probabilities; what remains is the object's page alone."""
    x = chance.random()
    if x < subject_only:
        return ON_SUBJECT
    return ON_SUBJECT | ON_OBJECT if x < subject_only + both else ON_OBJECT
