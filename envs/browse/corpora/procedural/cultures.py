"""Eight invented naming cultures: syllables, and how they make names of people and places.

None of them is a real language; each has sounds and name forms of its own, so that a reader can
learn to tell where a name comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .chance import Chance

__all__ = ["CULTURES", "Culture", "Names", "invent", "shaped"]


class Culture(NamedTuple):
    """A grammar of names.

    Attributes:
        onsets, vowels, codas: parts of a syllable; an empty one may be among them.
        long: syllables of a place's stem, fewest and most.
        male, female: endings of given names.
        family: forms of family names around `{}`.
        place: forms of settlements' names around `{}`.
        river, mountain, region, country: forms of those.
        people: the ending of the country's adjective.
        family_first: whether the family name comes first.
    """

    onsets: tuple[str, ...]
    vowels: tuple[str, ...]
    codas: tuple[str, ...]
    long: tuple[int, int]
    male: tuple[str, ...]
    female: tuple[str, ...]
    family: tuple[str, ...]
    place: tuple[str, ...]
    river: tuple[str, ...]
    mountain: tuple[str, ...]
    region: tuple[str, ...]
    country: tuple[str, ...]
    people: str
    family_first: bool = False


def _parts(text: str) -> tuple[str, ...]:
    """Parts separated by spaces; "-" is the empty one."""
    return tuple("" if part == "-" else part for part in text.split(" "))


def _forms(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


CULTURES = (
    Culture(  # northern coast
        _parts("b br d f fj g gr h hj k kv l m n r s sk st sv t th v"), _parts("a e i o u y å ö"),
        _parts("- - n r l rn ld nd st k rk m"), (1, 2), _parts("e ar in ulf mund rik"),
        _parts("a hild run ne dis"), _forms("{}vorn|{}hald|{}stred|{}mark|{}lien|{}gard"),
        _forms("{}vik|{}holt|{}stad|{}havn|{}ness|Nedder {}dal|Over {}dal|{}fell"),
        _forms("{}elva|{}å"), _forms("{}tind|{}horn"), _forms("{}land|{}mark"),
        _forms("{}heim|{}rike"), "ish",
    ),
    Culture(  # southern islands
        _parts("c d f l m n p r s t v g b z tr pr"), _parts("a e i o a o ia ie"),
        _parts("- - - n r l s"), (2, 3), _parts("o io ino ando"), _parts("a ia ina etta"),
        _forms("{}ari|{}elli|da {}o|{}anto|{}esca|di {}a"),
        _forms("{}a|{}ona|{}enza|Porta {}o|Sano {}o|{}ello|Vila {}a|{}ara"),
        _forms("{}ello|Ri {}o"), _forms("Monta {}o|Cim {}a"), _forms("{}ana|{}egna"),
        _forms("{}ia|{}onia"), "ese",
    ),
    Culture(  # steppe
        _parts("b d g j k kh q s sh t y zh m n al ur"), _parts("a a e u o ü ö y"),
        _parts("r n k t sh l m rg lt"), (2, 2), _parts("ai bek tai han ur"),
        _parts("gul ai sha nur"), _forms("{}gai|{}uly|{}tegin|{}baev|{}khan"),
        _forms("{}abad|{}kent|{}tobe|Ak{}|Kor{}|{}balyk|{}orda"), _forms("{}su|{}darya"),
        _forms("{}tau|{}tag"), _forms("{}astan|{}oblys"), _forms("{}estan|{}khanat"), "i",
    ),
    Culture(  # atolls
        _parts("h k l m n p t w f r ' -"), _parts("a e i o u a o ai ua"), _parts("-"), (3, 4),
        _parts("kai no ro"), _parts("lani mea hina"), _forms("{}|ka {}|{}nui|{}roa"),
        _forms("{}|{}nui|{}iti|Moti {}|Hala {}|{}tapu"), _forms("Wae {}|{}wae"),
        _forms("Maku {}|Po'u {}"), _forms("{}moana|{}loa"), _forms("{}nesi|{}tonu"), "an",
    ),
    Culture(  # river plains; family name first
        _parts("b d f g h j l m n p q s sh t w x y z zh ch"), _parts("a ai ao e ei i ou u ua ie"),
        _parts("n ng - -"), (2, 2), _parts("wen bo jun long"), _parts("mei lan yue xia"),
        _forms("{}"), _forms("{}zhou|{}pu|{}men|{}jiang|Xun {}|{}ling|Do {}"),
        _forms("{} Hei|{} Shuo"), _forms("{} Shen|{} Fung"), _forms("{}dong|{}xi|{}bei|{}nan"),
        _forms("{}guo|Do {}"), "ese", True,
    ),
    Culture(  # old empire
        _parts("c d ph th m n p s t v l r f g pr cl dr"), _parts("a e i o u ae"),
        _parts("- n r s l x nt rt"), (2, 2), _parts("us ius or ax"), _parts("ia a is ora"),
        _forms("{}ides|{}anor|{}ator|{}ophis|{}inus"),
        _forms("{}um|{}ona|{}polis|{}acum|Costra {}a|{}essa|{}ium"), _forms("{}us|{}ene"),
        _forms("Mont {}us|{}os"), _forms("{}itania|{}eia|{}onia"), _forms("{}eria|{}atia"), "an",
    ),
    Culture(  # western moors
        _parts("b br c ch d g gw ll m n p r rh t tr c dr"), _parts("a e i o w y ae wy"),
        _parts("n dd th r l ch n s rn"), (1, 2), _parts("an wyn or ed"), _parts("wen a lys eth"),
        _forms("ap {}|{}lyn|Tre{}|{}edd|Pen{}|{}wick"),
        _forms("Llen{}|Abar{}|{}ford|Pen{}|Upper {}|Lower {}|{}combe|{} on the Moor|Caer{}"),
        _forms("Avon {}|Water of {}"), _forms("Bern {}|Carn {}|{} Fell"), _forms("{}shire|{}dor"),
        _forms("{}wy|{}land"), "ish",
    ),
    Culture(  # southern desert
        _parts("b d f g h j k kh m n q r s sh t z dh gh l"), _parts("a i u a aa i"),
        _parts("b d f l m n r s t z q -"), (2, 2), _parts("im ed ir an"), _parts("a ah iya een"),
        _forms("el-{}i|en {}|el-{}|{}awi|dhu-{}"),
        _forms("{}iyya|Bir {}|Tel {}|Qasar {}|{}abad|Ayin {}|Wadh {}"),
        _forms("Wadh {}|Nahir {}"), _forms("Jabil {}|Rus {}"), _forms("{}iyat|{}ara"),
        _forms("{}iya|{}astan"), "i",
    ),
)  # fmt: skip


class Names(NamedTuple):
    """Names of one culture, those at the front the most frequent.

    Attributes:
        male, female, family: of people.
        stems: of places, each different.
    """

    male: list[str]
    female: list[str]
    family: list[str]
    stems: list[str]


def invent(culture: Culture, chance: Chance, people: int, places: int) -> Names:
    """Invent a culture's names: fewer than there are people, so that names recur."""
    given = max(24, int(people**0.5) * 2)
    families = max(40, int(people**0.5) * 8)
    male = _different(given, lambda: _given(culture, culture.male, chance))
    female = _different(given, lambda: _given(culture, culture.female, chance))
    family = _different(families, lambda: _family(culture, chance))
    stems = _different(places, lambda: _word(culture, chance, *culture.long).capitalize())
    return Names(male, female, family, stems)


def _different(count: int, make: Callable[[], str]) -> list[str]:
    """`count` names (or nearly, if the grammar has no more), no two the same."""
    found: dict[str, None] = {}
    for _ in range(6 * count + 1000):
        name = make()
        if not _UNFIT.search(name.lower()):
            found[name] = None
        if len(found) == count:
            break
    return list(found)


_UNFIT = re.compile(
    r"anus|arse|cock|cunt|dick|fag|fuck|hitler|nazi|nig|penis|piss|porn|rape|shit|sex|slut|tit"
)
"""Chance should not spell these."""


def _syllable(culture: Culture, chance: Chance) -> str:
    return chance.pick(culture.onsets) + chance.pick(culture.vowels) + chance.pick(culture.codas)


def _word(culture: Culture, chance: Chance, low: int, high: int) -> str:
    word = ""
    while len(word) < 3:
        word = "".join(_syllable(culture, chance) for _ in range(chance.between(low, high)))
        word = word.lstrip("'")
    return word


def _given(culture: Culture, endings: tuple[str, ...], chance: Chance) -> str:
    """One or two syllables and an ending, with a consonant between two vowels."""
    ending = chance.pick(endings)
    stem = _syllable(culture, chance) if chance.random() < 0.4 else ""
    stem += chance.pick(culture.onsets) + chance.pick(culture.vowels)
    if ending[0] in "aeiou":
        stem += chance.pick([onset for onset in culture.onsets if onset not in ("", "'")])
    else:
        stem += chance.pick(culture.codas)
    return (stem + ending).lstrip("'").capitalize()


def _family(culture: Culture, chance: Chance) -> str:
    form = chance.pick(culture.family)
    return shaped(form, _word(culture, chance, 1, 2).capitalize())


def shaped(form: str, stem: str) -> str:
    """A form with its stem, which keeps its capital at the beginning of a word only."""
    at = form.index("{")
    if at and form[at - 1] not in " -'":
        stem = stem.lower()
    return form.format(stem)
