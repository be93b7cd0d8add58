"""Dates, quantities and categories of every entity."""

from __future__ import annotations

from . import schema as s
from .chance import Chance
from .draft import PRESENT, Draft
from .moments import date_in
from .people import OCCUPATIONS
from .vocabulary import CATEGORIES, MOVEMENTS

__all__ = ["make_attributes"]

Spread = tuple[tuple[int, int], ...]
"""Ranges of which one is drawn first, then a number in it: what spans magnitudes stays even."""

DATES: dict[int, tuple[int, float]] = {
    # type: predicate of the day on which it came into being, how often that is known to the day
    s.SETTLEMENT: (s.FOUNDED, 0.1),
    s.COMPANY: (s.FOUNDED, 0.6),
    s.SCHOOL: (s.FOUNDED, 0.5),
    s.SOCIETY: (s.FOUNDED, 0.7),
    s.BUILDING: (s.COMPLETED, 0.4),
    s.NOVEL: (s.PUBLISHED, 0.6),
    s.FILM: (s.RELEASED, 0.9),
    s.PAINTING: (s.COMPLETED, 0.25),
    s.COMPOSITION: (s.PREMIERED, 0.8),
    s.BATTLE: (s.FOUGHT, 0.9),
    s.EXPEDITION: (s.SET_OUT, 0.85),
    s.EXHIBITION: (s.OPENED, 0.9),
    s.ARTEFACT: (s.MADE, 0.0),
    s.SPECIES: (s.DESCRIBED, 0.0),
    s.SHIP: (s.LAUNCHED, 0.8),
    s.AWARD: (s.FOUNDED, 0.4),
}

QUANTITIES: dict[int, tuple[tuple[int, float, Spread], ...]] = {
    # type: predicate, how often it is given, spread
    s.COUNTRY: (
        (
            s.POPULATION,
            1,
            ((400_000, 3_000_000), (3_000_000, 20_000_000), (20_000_000, 90_000_000)),
        ),
        (s.AREA, 1, ((9_000, 60_000), (60_000, 300_000), (300_000, 1_900_000))),
    ),
    s.REGION: (
        (s.POPULATION, 0.9, ((20_000, 200_000), (200_000, 1_000_000), (1_000_000, 5_000_000))),
        (s.AREA, 0.9, ((400, 3_000), (3_000, 20_000), (20_000, 90_000))),
    ),
    s.SETTLEMENT: ((s.ELEVATION, 0.55, ((2, 90), (90, 500), (500, 2_300))),),
    s.RIVER: (
        (s.LENGTH, 0.95, ((12, 90), (90, 400), (400, 2_600))),
        (s.DISCHARGE, 0.55, ((2, 30), (30, 400), (400, 9_000))),
    ),
    s.MOUNTAIN: ((s.HEIGHT, 1, ((280, 1_200), (1_200, 3_000), (3_000, 7_400))),),
    s.PERSON: (
        (s.CHILDREN, 0.3, ((2, 5), (3, 9))),
        (s.LANGUAGES, 0.15, ((2, 5), (4, 9))),
        (s.LETTERS, 0.2, ((30, 300), (300, 4_000))),
    ),
    s.COMPANY: ((s.EMPLOYEES, 0.75, ((8, 90), (90, 1_200), (1_200, 60_000))),),
    s.SCHOOL: ((s.STUDENTS, 0.85, ((60, 600), (600, 4_000), (4_000, 42_000))),),
    s.SOCIETY: ((s.MEMBERS, 0.8, ((24, 200), (200, 2_000), (2_000, 9_000))),),
    s.BUILDING: (
        (s.HEIGHT, 0.65, ((7, 30), (30, 140))),
        (s.ROOMS, 0.45, ((4, 30), (30, 240))),
    ),
    s.NOVEL: ((s.PAGES, 0.8, ((90, 300), (300, 1_150))),),
    s.FILM: (
        (s.RUNNING_TIME, 0.85, ((54, 100), (100, 215))),
        (s.BUDGET, 0.5, ((18_000, 300_000), (300_000, 4_000_000), (4_000_000, 90_000_000))),
    ),
    s.PAINTING: (
        (s.HIGH, 0.7, ((14, 60), (60, 320))),
        (s.WIDE, 0.7, ((14, 60), (60, 480))),
    ),
    s.COMPOSITION: (
        (s.DURATION, 0.7, ((3, 25), (25, 190))),
        (s.PLAYERS, 0.4, ((2, 9), (9, 120))),
    ),
    s.BATTLE: (
        (s.SOLDIERS, 0.8, ((400, 4_000), (4_000, 30_000), (30_000, 160_000))),
        (s.LIVES, 0.6, ((12, 300), (300, 9_000))),
    ),
    s.EXPEDITION: (
        (s.DAYS, 0.8, ((24, 200), (200, 1_400))),
        (s.PARTY, 0.7, ((5, 40), (40, 310))),
    ),
    s.EXHIBITION: ((s.VISITORS, 0.9, ((400, 6_000), (6_000, 90_000), (90_000, 3_000_000))),),
    s.ARTEFACT: ((s.WEIGHT, 0.85, ((6, 90), (90, 2_000), (2_000, 64_000))),),
    s.SPECIES: ((s.GROWS_TO, 0.9, ((3, 40), (40, 400), (400, 3_800))),),
    s.SHIP: (
        (s.LONG, 0.8, ((14, 40), (40, 240))),
        (s.CREW, 0.65, ((8, 60), (60, 900))),
    ),
    s.AWARD: ((s.WORTH, 0.8, ((90, 1_500), (1_500, 30_000), (30_000, 900_000))),),
}

CATEGORY_SHARES: dict[int, tuple[tuple[int, float], ...]] = {
    s.COUNTRY: ((s.CURRENCY, 1),),
    s.SETTLEMENT: ((s.KNOWN_FOR, 0.5),),
    s.MOUNTAIN: ((s.ROCK, 0.85),),
    s.SCHOOL: ((s.TEACHES, 0.8),),
    s.SOCIETY: ((s.PURPOSE, 0.95),),
    s.BUILDING: ((s.STYLE, 0.7),),
    s.NOVEL: ((s.GENRE, 0.85),),
    s.FILM: ((s.GENRE, 0.85),),
    s.PAINTING: ((s.TECHNIQUE, 0.85),),
    s.COMPOSITION: ((s.FORM, 0.9), (s.KEY, 0.6)),
    s.BATTLE: ((s.CAUSE, 0.6),),
    s.EXPEDITION: ((s.AIM, 0.7),),
    s.EXHIBITION: ((s.THEME, 0.85),),
    s.ARTEFACT: ((s.MATERIAL, 0.95),),
    s.SPECIES: ((s.GROUP, 1), (s.HABITAT, 0.8)),
    s.SHIP: ((s.RIG, 0.9),),
    s.AWARD: ((s.FIELD, 0.95),),
}
SORTS: dict[int, tuple[int, float]] = {
    # type: predicate of the vocabulary that `Draft.sort` holds positions in, how often it is given
    s.SETTLEMENT: (s.STATUS, 0.85),
    s.COMPANY: (s.INDUSTRY, 0.95),
    s.BUILDING: (s.USE, 0.85),
}
_SMALL: Spread = ((90, 500), (500, 1_900))
_MIDDLE: Spread = ((1_500, 5_000), (5_000, 24_000))
_LARGE: Spread = ((20_000, 90_000), (90_000, 300_000), (300_000, 1_400_000))
STATUS_POPULATION = (
    _SMALL, ((40, 400),), _MIDDLE, _MIDDLE, (*_MIDDLE, *_LARGE), _MIDDLE, _LARGE,
    _MIDDLE, _SMALL, _MIDDLE, (*_MIDDLE, *_LARGE), _LARGE,
)  # fmt: skip
"""For each status in the vocabulary."""
ARTISTS = frozenset(
    ("a novelist", "a painter", "a composer", "an architect", "a sculptor", "a poet",
     "a film director")
)  # fmt: skip


def make_attributes(draft: Draft) -> None:
    """Give every entity its attributes."""
    chance = Chance(draft.seed, "attributes")
    for type, (predicate, known) in DATES.items():
        for entity in draft.ids(type):
            draft.attribute(entity, predicate, date_in(draft.since[entity], chance, known))
    for country in draft.ids(s.COUNTRY):
        draft.attribute(country, s.INDEPENDENT, date_in(chance.between(1380, 1960), chance, 0.8))
    _lives(draft, chance)
    _settlements(draft, chance)
    for type, (predicate, share) in SORTS.items():
        values = [draft.string(text) for text in CATEGORIES[type, predicate]]
        for entity in draft.ids(type):
            if chance.random() < share:
                draft.attribute(entity, predicate, values[draft.sort[entity]])
    for type, quantities in QUANTITIES.items():
        for entity in draft.ids(type):
            for predicate, share, spread in quantities:
                if share >= 1 or chance.random() < share:
                    draft.attribute(entity, predicate, _quantity(spread, chance))
    for type, categories in CATEGORY_SHARES.items():
        for predicate, share in categories:
            values = [draft.string(text) for text in CATEGORIES[type, predicate]]
            for entity in draft.ids(type):
                if share >= 1 or chance.random() < share:
                    draft.attribute(entity, predicate, chance.pick(values))


def _lives(draft: Draft, chance: Chance) -> None:
    occupations = [draft.string(name) for name, _, _ in OCCUPATIONS]
    movements = [draft.string(name) for name in MOVEMENTS]
    for person in draft.ids(s.PERSON):
        occupation = draft.sort[person]
        draft.attribute(person, s.BORN, date_in(draft.since[person], chance, 0.82))
        if draft.until[person] < PRESENT:
            draft.attribute(person, s.DIED, date_in(draft.until[person], chance, 0.82))
        draft.attribute(person, s.OCCUPATION, occupations[occupation])
        if OCCUPATIONS[occupation][0] in ARTISTS and chance.random() < 0.5:
            draft.attribute(person, s.MOVEMENT, chance.pick(movements))


def _settlements(draft: Draft, chance: Chance) -> None:
    """How many live in each, as befits its status."""
    for settlement in draft.ids(s.SETTLEMENT):
        population = _quantity(STATUS_POPULATION[draft.sort[settlement]], chance)
        draft.attribute(settlement, s.POPULATION, population)


def _quantity(spread: Spread, chance: Chance) -> int:
    """A number with two or three telling digits, as people give them, or an exact one."""
    low, high = chance.pick(spread)
    value = chance.between(low, high)
    if value >= 10_000 and chance.random() < 0.3:
        grain = 10 ** (len(str(value)) - 3)
        value = value // grain * grain
    return value
