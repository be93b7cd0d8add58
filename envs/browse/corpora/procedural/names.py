"""Names, aliases and titles for every entity of a world.

Names recur, differ by a letter or a prefix, and are shared between kinds of things on purpose; only
page titles are unique, as in an encyclopedia: "Varn (river)", "Jo Brek (painter, born 1843)".
"""

from __future__ import annotations

from collections import Counter

from . import schema as s
from .cultures import shaped
from .draft import Draft
from .naming import Naming, columns
from .people import OCCUPATIONS
from .thing_names import NAMERS
from .vocabulary import CATEGORIES

__all__ = ["make_names", "make_titles"]


def make_names(draft: Draft) -> Naming:
    """Name everything: the land, then people, then what is named after either."""
    naming = Naming(draft)
    _name_land(naming)
    _name_people(naming)
    for type, namer in NAMERS:
        for entity in draft.ids(type):
            name, *aliases = namer(naming, entity)
            naming.names[entity] = name
            if aliases:
                naming.aliases[entity] = tuple(alias for alias in aliases if alias != name)
    return naming


def _name_land(naming: Naming) -> None:
    draft, chance, names = naming.draft, naming.chance, naming.names
    for continent in draft.ids(s.CONTINENT):
        _, pool = naming.culture_of(continent)
        names[continent] = chance.pick(pool.stems) + chance.pick(("ia", "is", "ora", "ea"))
    taken: set[str] = set()
    for type in (s.COUNTRY, s.REGION):
        for entity in draft.ids(type):
            culture, _ = naming.culture_of(entity)
            forms = culture.country if type == s.COUNTRY else culture.region
            name = naming.place_name(entity, forms)
            while name in taken:  # what says where things are must be one place
                name = naming.place_name(entity, forms)
            taken.add(name)
            names[entity] = name
    for settlement in draft.ids(s.SETTLEMENT):
        culture, pool = naming.culture_of(settlement)
        names[settlement] = naming.place_name(settlement, culture.place)
        if chance.random() < 0.22:
            former = shaped(chance.pick(culture.place), chance.pick(pool.stems))
            naming.aliases[settlement] = (former,)
    for river in draft.ids(s.RIVER):
        culture, _ = naming.culture_of(river)
        names[river] = naming.place_name(river, culture.river)


def _name_people(naming: Naming) -> None:
    draft, chance = naming.draft, naming.chance
    parents = {child: parent for _, child, parent in columns(draft, (s.CHILD_OF,))}
    first = draft.first[s.PERSON]
    for person in draft.ids(s.PERSON):  # in the order of birth, parents before children
        culture, pool = naming.culture_of(person)
        parent = parents.get(person, -1)
        if parent >= 0 and chance.random() < 0.8:
            family = naming.family[parent]
        else:
            family = chance.skewed(pool.family)
        givens = pool.female if draft.female[person - first] else pool.male
        given = chance.skewed(givens)
        naming.family[person] = family
        naming.names[person] = naming.person_name(given, family, culture)
        x = chance.random()
        if x < 0.25:
            middle = chance.pick(givens)
            naming.aliases[person] = (naming.person_name(f"{given} {middle}", family, culture),)
        elif x < 0.4:
            naming.aliases[person] = (naming.person_name(f"{given[0]}.", family, culture),)
        elif x < 0.46 and OCCUPATIONS[draft.sort[person]][0] in (
            "a novelist",
            "a poet",
            "an actor",
        ):
            pseudonym = f"{chance.pick(pool.male)} {chance.pick(pool.family)}"
            naming.aliases[person] = (pseudonym,)


def make_titles(naming: Naming) -> list[str]:
    """A unique page title for every entity."""
    draft, names = naming.draft, naming.names
    shared = {name for name, count in Counter(names).items() if count > 1}
    titles = list(names)
    taken: Counter[str] = Counter()
    for entity, name in enumerate(names):
        if name in shared:
            titles[entity] = f"{name} ({_distinction(draft, entity)})"
        folded = titles[entity].casefold()
        taken[folded] += 1
        if taken[folded] > 1:
            titles[entity] = f"{titles[entity]} {_roman(taken[folded])}"
    return titles


def _distinction(draft: Draft, entity: int) -> str:
    type = draft.type_of(entity)
    if type == s.PERSON:
        occupation = OCCUPATIONS[draft.sort[entity]][0].split(" ", 1)[1]
        return f"{occupation}, born {draft.since[entity]}"
    if type == s.SETTLEMENT:
        return CATEGORIES[s.SETTLEMENT, s.STATUS][draft.sort[entity]].split(" ", 1)[1]
    noun = s.TYPES[type].noun
    return f"{draft.since[entity]} {noun}" if draft.since[entity] else noun


def _roman(number: int) -> str:
    numerals = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    text = ""
    for value, letters in numerals:
        while number >= value:
            text, number = text + letters, number - value
    return text
