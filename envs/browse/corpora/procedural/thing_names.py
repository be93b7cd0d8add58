"""Names of mountains, organisations, works and things, many made from what they are related to."""

from __future__ import annotations

from collections.abc import Callable

from . import schema as s
from .naming import Naming
from .titles import ARTEFACTS, GENERA_ENDINGS, epithet, ship_name, still_life, title

__all__ = ["NAMERS"]

Named = tuple[str, ...]
"""The name, then aliases."""


def _town(naming: Naming, entity: int) -> str:
    """The settlement that the entity is in, by name, or one that is no more."""
    town = naming.towns.get(entity, -1)
    if town >= 0:
        return naming.names[town]
    culture, _ = naming.culture_of(entity)
    return naming.place_name(entity, culture.place)


def _hint(naming: Naming, entity: int, type: int) -> int:
    """What the entity is named after, if that is of a type; else -1."""
    hint = naming.draft.hints.get(entity, -1)
    return hint if hint >= 0 and naming.draft.type_of(hint) == type else -1


def _some_family(naming: Naming, entity: int) -> str:
    _, pool = naming.culture_of(entity)
    return naming.chance.pick(pool.family)


def _mountain(naming: Naming, entity: int) -> Named:
    person = _hint(naming, entity, s.PERSON)
    if person >= 0:
        culture, _ = naming.culture_of(entity)
        return f"Mount {naming.family_of(person)}", naming.place_name(entity, culture.mountain)
    culture, _ = naming.culture_of(entity)
    return (naming.place_name(entity, culture.mountain),)


_TRADES = {
    "publishing": ("Press", "Books", "Publishing House"),
    "printing": ("Printers", "Press"),
    "shipbuilding": ("Shipyard", "Yards", "Dockyard"),
    "film production": ("Pictures", "Films", "Studios"),
    "brewing": ("Brewery",),
    "railways": ("Railway Company", "Railway"),
    "banking": ("Bank", "& Co., Bankers"),
    "insurance": ("Insurance", "Mutual"),
    "mining": ("Mining Company", "Mines"),
    "shipping": ("Line", "Shipping Company"),
    "clockmaking": ("Clock Works", "& Sons"),
    "glassmaking": ("Glassworks",),
    "papermaking": ("Paper Mills",),
    "steelmaking": ("Steelworks",),
}


def _company(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    trade = chance.pick(
        _TRADES.get(naming.labels[s.INDUSTRY, entity], ("Works", "Company", "& Sons"))
    )
    person = _hint(naming, entity, s.PERSON)
    if person >= 0 or chance.random() < 0.6:
        family = naming.family_of(person) if person >= 0 else _some_family(naming, entity)
        if chance.random() < 0.2:
            family = f"{family} & {_some_family(naming, entity)}"
        elif chance.random() < 0.15:
            family = f"{family} Brothers"
        name = f"{family} {trade}"
    else:
        name = f"{_town(naming, entity)} {trade}"
    if chance.random() < 0.25:
        letters = "".join(word[0] for word in name.split() if word[0].isupper())
        if len(letters) > 2:
            return name, letters
    return (name,)


def _school(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    person = _hint(naming, entity, s.PERSON)
    if person >= 0:
        family = naming.family_of(person)
        return (f"{family} {chance.pick(('College', 'Academy', 'School', 'Institute'))}",)
    town = _town(naming, entity)
    x = chance.random()
    if x < 0.4:
        return f"University of {town}", f"{town} University"
    if x < 0.7:
        return (f"{town} {chance.pick(('Academy', 'College', 'High School', 'Institute'))}",)
    return (f"Royal School of {town}",)


def _society(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    purpose = naming.labels.get((s.PURPOSE, entity), "learning")
    subject = " ".join(
        word if word in ("the", "of") else word.capitalize() for word in purpose.split()
    )
    x = chance.random()
    if x < 0.35:
        return (f"{naming.names[naming.draft.home[entity]]} Society for {subject}",)
    if x < 0.7:
        return (f"{_town(naming, entity)} Society of {subject}",)
    if x < 0.85:
        return (f"{_some_family(naming, entity)} Society",)
    return (f"Academy of {subject} of {_town(naming, entity)}",)


def _building(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    use = naming.labels[s.USE, entity].split(" ", 1)[1]
    kind = " ".join(word.capitalize() for word in use.split())
    person = _hint(naming, entity, s.PERSON)
    if person >= 0:
        family = naming.family_of(person)
        return (f"{family} {chance.pick((kind, kind, 'House', 'Hall'))}",)
    x = chance.random()
    if x < 0.45:
        return (f"{_town(naming, entity)} {kind}",)
    if x < 0.6:
        return (f"Old {kind} of {_town(naming, entity)}",)
    _, pool = naming.culture_of(entity)
    if x < 0.85:
        return (f"{chance.pick(pool.stems)} {kind}",)
    return (f"{kind} of the {title_word(naming)}",)


def title_word(naming: Naming) -> str:
    return naming.chance.pick(
        ("Lions", "Four Winds", "Doves", "Salt", "Two Rivers", "Stars", "Vines")
    )


def _novel(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    _, pool = naming.culture_of(entity)
    given = chance.skewed(pool.male if chance.random() < 0.5 else pool.female)
    name = title(chance, _town(naming, entity), given)
    if chance.random() < 0.18:
        original = f"{chance.pick(pool.stems)} {chance.pick(pool.stems).lower()}"
        return name, original
    return (name,)


def _film(naming: Naming, entity: int) -> Named:
    novel = _hint(naming, entity, s.NOVEL)
    if novel >= 0 and naming.chance.random() < 0.55:
        return (naming.names[novel],)
    return _novel(naming, entity)


def _painting(naming: Naming, entity: int) -> Named:
    chance, draft = naming.chance, naming.draft
    hint = draft.hints.get(entity, -1)
    if hint < 0 or chance.random() < 0.25:
        return (still_life(chance),)
    type, name = draft.type_of(hint), naming.names[hint]
    if type == s.PERSON:
        family = naming.family_of(hint)
        forms = (
            f"Portrait of {name}",
            f"Portrait of {name}",
            f"The {family} Portrait",
            "Portrait of a Sitter",
        )
    elif type == s.BATTLE:
        forms = (name, f"The {name}", "After the Battle")
    elif type == s.SHIP:
        forms = (f"The {name} at Sea", f"The {name} in Harbour", "Ship in a Storm")
    else:
        forms = (f"View of {name}", f"{name} at Dusk", f"{name} in Winter", f"Morning at {name}")
    return (chance.pick(forms),)


def _composition(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    novel = _hint(naming, entity, s.NOVEL)
    if novel >= 0 and chance.random() < 0.5:
        return (naming.names[novel],)
    form = naming.labels.get((s.FORM, entity), "a sonata").split(" ", 1)[1]
    key = naming.labels.get((s.KEY, entity))
    if form in ("opera", "ballet", "song cycle", "tone poem") or chance.random() < 0.25:
        return _novel(naming, entity)
    kind = " ".join(word.capitalize() for word in form.split())
    numbered = f"{kind} No. {chance.between(1, 14)}"
    return (f"{numbered} in {key}", numbered) if key else (numbered,)


def _battle(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    town = _hint(naming, entity, s.SETTLEMENT)
    place = naming.names[town] if town >= 0 else _town(naming, entity)
    kind = chance.pick(("Battle", "Battle", "Battle", "Siege", "Second Battle", "Rout"))
    return (f"{kind} of {place}",)


def _expedition(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    x = chance.random()
    if x < 0.45:
        return (f"{_some_family(naming, entity)} Expedition",)
    country = naming.names[naming.draft.home[entity]]
    number = chance.pick(("First", "Second", "Third", "Great", "Royal", "Southern", "Northern"))
    if x < 0.75:
        return (f"{number} {country} Expedition",)
    return (f"{number} {_some_family(naming, entity)} Expedition",)


def _exhibition(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    theme = naming.labels.get((s.THEME, entity), "art")
    year = naming.draft.since[entity]
    forms = (
        f"{_town(naming, entity)} Salon of {year}",
        f"Great {_town(naming, entity)} Exhibition",
        f"{theme[0].upper()}{theme[1:]} and {title_word(naming)}",
        f"A Century of {theme[0].upper()}{theme[1:]}",
        title(chance, _town(naming, entity), _some_family(naming, entity)),
    )
    return (chance.pick(forms),)


def _artefact(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    thing = chance.pick(ARTEFACTS)
    x = chance.random()
    if x < 0.45:
        return (f"{_town(naming, entity)} {thing}",)
    if x < 0.8:
        return (f"{_some_family(naming, entity)} {thing}",)
    return (f"{thing} of the {title_word(naming)}",)


def _species(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    _, latin = naming.pools[5].family, naming.pools[5].stems
    genus = chance.skewed(latin)[:7] + chance.pick(GENERA_ENDINGS)
    person = _hint(naming, entity, s.PERSON)
    group = naming.labels[s.GROUP, entity]
    single = group[:-2] if group.endswith("es") and group.endswith("sses") else group.rstrip("s")
    if person < 0:
        return (f"{genus} {epithet(chance)}",)
    family = naming.family_of(person)
    last = family.replace(" ", "").replace("-", "").replace("'", "").lower()
    first = naming.draft.first[s.PERSON]
    ending = "ae" if naming.draft.female[person - first] else "i"
    return f"{genus} {last}{ending}", f"{family}'s {single}"


def _ship(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    person = _hint(naming, entity, s.PERSON)
    if person >= 0:
        return (naming.names[person],) if chance.random() < 0.6 else (naming.family_of(person),)
    _, pool = naming.culture_of(entity)
    x = chance.random()
    if x < 0.5:
        name = ship_name(chance)
    elif x < 0.75:
        name = f"{chance.pick(pool.female)} {chance.skewed(pool.family)}"
    else:
        name = f"{chance.pick(('Star', 'Pride', 'Spirit', 'Maid'))} of {_town(naming, entity)}"
    return (name, ship_name(chance)) if chance.random() < 0.12 else (name,)


def _award(naming: Naming, entity: int) -> Named:
    chance = naming.chance
    kind = chance.pick(("Prize", "Medal", "Award", "Laurel", "Cup"))
    person = _hint(naming, entity, s.PERSON)
    if person >= 0:
        return (f"{naming.family_of(person)} {kind}",)
    field = naming.labels.get((s.FIELD, entity), "merit")
    return (f"{_town(naming, entity)} {kind} for {field.capitalize()}",)


NAMERS: tuple[tuple[int, Callable[[Naming, int], Named]], ...] = (
    (s.MOUNTAIN, _mountain),
    (s.COMPANY, _company),
    (s.SCHOOL, _school),
    (s.SOCIETY, _society),
    (s.BUILDING, _building),
    (s.SHIP, _ship),
    (s.NOVEL, _novel),
    (s.FILM, _film),
    (s.BATTLE, _battle),
    (s.PAINTING, _painting),
    (s.COMPOSITION, _composition),
    (s.EXPEDITION, _expedition),
    (s.EXHIBITION, _exhibition),
    (s.ARTEFACT, _artefact),
    (s.SPECIES, _species),
    (s.AWARD, _award),
)
"""In this order: what others are named after comes first."""
