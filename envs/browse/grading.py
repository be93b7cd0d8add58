"""Grading of final answers: is this one reply the one right answer, in any usual spelling?

    is_right("The Anne-Marie.", Answer(kind="name", canonical="Anne Marie"))  # True
    is_right("Anne Marie or Berta", ...)                                      # False

A reply is compared *as a whole* with the accepted forms, so a reply that lists several candidates
is wrong however it separates them, while a name that itself holds a comma, an "or" or a bracket is
accepted. What is normalised away: case, Unicode compatibility forms, accents, articles in front,
punctuation, a lead-in such as "The answer is", the format of dates, and thousands separators and
units of numbers.

This module shares no code with the generator of questions but the names of the months.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Literal

import msgspec

from .dates import MONTHS

__all__ = ["Answer", "is_right", "normalised", "parsed_date", "parsed_number"]

LONGEST = 400
"""Characters; a longer reply is no answer but an essay."""


class Answer(msgspec.Struct, frozen=True):
    """The truth about one question.

    Attributes:
        kind: `name` (of an entity), `text`, `date` or `number`.
        canonical: the form in which we write it.
        aliases: other accepted forms of a name or a text.
        value: a date as `yyyymmdd` (00 where unknown) or a number; None for names and texts.
        unit: of a number, plural ("metres").
    """

    kind: Literal["name", "text", "date", "number"]
    canonical: str
    aliases: tuple[str, ...] = ()
    value: int | None = None
    unit: str = ""


def is_right(reply: str, answer: Answer) -> bool:
    """Whether a reply gives the right answer and nothing else."""
    if len(reply) > LONGEST:
        return False
    stripped = _without_lead_in(reply)
    if answer.kind == "date" and answer.value is not None:
        return parsed_date(stripped) == answer.value
    if answer.kind == "number" and answer.value is not None:
        return parsed_number(stripped, answer.unit) == answer.value
    accepted = {normalised(form) for form in (answer.canonical, *answer.aliases)} - {""}
    # The lead-in is only taken off when needed: it could be a part of a name ("It's a Lark").
    return normalised(reply) in accepted or normalised(stripped) in accepted


# -- names -----------------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"}
)
_LEAD_IN = re.compile(
    r"^\s*(?:(?:so|thus|therefore|hence)\b[\s,]*)?"
    r"(?:(?:my|the|our)\s+)?(?:final\s+)?answer(?:\s+is|\s*:)\s*:?\s*"
    r"|^\s*(?:it\s+is|it[’']s|it\s+was)\s+",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an|a)\s+(?=\S)")


def normalised(text: str) -> str:
    """The form under which two spellings of a name are the same.

    Symbols that tell names apart ("C", "C++", "C#") are kept; other punctuation counts as a space,
    apostrophes as nothing.
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    text = text.translate(_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"['’‘`ʼ]", "", text)
    text = re.sub(r"[^\w+#%]|_", " ", text)
    text = " ".join(text.split())
    return _ARTICLE.sub("", text)


def _without_lead_in(text: str) -> str:
    return _LEAD_IN.sub("", text.strip().strip('*_`"“”'), count=1).strip().strip('*_`"“”')


# -- dates -----------------------------------------------------------------------------------------

_MONTHS = {
    name[:length]: month
    for month, name in enumerate((month.lower() for month in MONTHS), start=1)
    for length in {3, len(name)}
} | {"sept": 9}
_MONTH = "(?P<m>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<y>\d{1,4})"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}\s*(?:of\s+)?{_MONTH}\s*(?:of\s+)?{_YEAR}",
        rf"{_MONTH}\s*(?:the\s+)?{_DAY}\s+{_YEAR}",
        rf"{_YEAR}\s+{_MONTH}\s+{_DAY}",
        rf"{_MONTH}\s*(?:of\s+)?{_YEAR}",
        _YEAR,
    )
)
_NUMERIC_DATE = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})")
_WEEKDAY = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day\b")


def parsed_date(text: str) -> int | None:
    """A date as `yyyymmdd` with 00 for what is not said; None if the text is not one date.

    Year first (1843-03-17) is read as ISO 8601; otherwise day and month may stand in either order,
    and a date that reads two ways (03/04/1843) is none.
    """
    text = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".")
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    numeric = _NUMERIC_DATE.fullmatch(re.sub(r"^(?:on|the)\s+", "", text))
    if numeric:
        return _numeric_date(numeric[1], numeric[3], numeric[4], numeric[2])
    text = " ".join(re.sub(r"[,.]", " ", text).split())
    text = _WEEKDAY.sub("", re.sub(r"^(?:in|on)\s+", "", text)).strip()
    text = re.sub(r"^the\s+(?:year\s+)?", "", re.sub(r"^year\s+", "", text))
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            month = _MONTHS[parts["m"]] if parts.get("m") else 0
            return _date(int(parts["y"]), month, int(parts.get("d") or 0))
    return None


def _numeric_date(first: str, second: str, third: str, separator: str) -> int | None:
    if len(first) > 2:
        return _date(int(first), int(second), int(third)) if len(third) <= 2 else None
    if len(third) < 3:
        return None
    readings = {_date(int(third), int(second), int(first))}
    if separator != ".":  # dots are only used day first
        readings.add(_date(int(third), int(first), int(second)))
    readings.discard(None)
    return readings.pop() if len(readings) == 1 else None


def _date(year: int, month: int, day: int) -> int | None:
    if month > 12 or day > 31 or (day and not month):
        return None
    return year * 10_000 + month * 100 + day


# -- numbers ---------------------------------------------------------------------------------------

_NUMBER = re.compile(
    r"(?P<number>[+-]?\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    r"|[+-]?(?:\d{1,3}(?:(?P<separator>[,’' ])\d{3})(?:(?P=separator)\d{3})*|\d+)(?:\.\d+)?)\s*"
    r"(?P<scale>hundred|thousand|million|billion|trillion)?\s*(?P<unit>.*)"
)
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_SCALES["trillion"] = 10**12
_UNITS: dict[str, tuple[str, Fraction]] = {
    unit: (base, Fraction(factor))
    for base, spellings in {
        "metre": {"m": "1", "metre": "1", "meter": "1", "km": "1000", "kilometre": "1000",
                  "kilometer": "1000", "cm": "1/100", "centimetre": "1/100",
                  "centimeter": "1/100", "mm": "1/1000", "millimetre": "1/1000"},
        "kilogram": {"kg": "1", "kilogram": "1", "kilogramme": "1", "g": "1/1000",
                     "gram": "1/1000", "t": "1000", "tonne": "1000"},
        "square kilometre": {"km2": "1", "sq km": "1", "square kilometre": "1",
                             "square kilometer": "1"},
        "byte": {"b": "1", "byte": "1", "kb": "1000", "kilobyte": "1000", "mb": "1000000",
                 "megabyte": "1000000", "kib": "1024", "kibibyte": "1024", "mib": "1048576",
                 "mebibyte": "1048576"},
        "minute": {"min": "1", "minute": "1", "h": "60", "hour": "60"},
        "inhabitant": {"inhabitant": "1", "people": "1", "person": "1", "resident": "1"},
    }.items()
    for unit, factor in spellings.items()
}  # fmt: skip


def parsed_number(text: str, unit: str = "") -> int | Fraction | None:
    """The number that a text says, in `unit`; None if it is not one number in a fitting unit."""
    text = unicodedata.normalize("NFKC", text).casefold().strip().rstrip(".")
    text = re.sub(r"^(?:exactly|precisely)\s+", "", text.replace("−", "-"))
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = re.sub(r"[,’' ]", "", match["number"])
    if digits.count(".") > 1:
        digits = digits.replace(".", "")
    value = Fraction(digits) * _SCALES.get(match["scale"] or "", 1)
    factor = _conversion(match["unit"].strip(), unit)
    if factor is None:
        return None
    value *= factor
    return int(value) if value.denominator == 1 else value


def _conversion(said: str, wanted: str) -> Fraction | None:
    """The factor from the unit said to the unit wanted; a number with no unit is taken as meant."""
    said, wanted = _singular(said), _singular(wanted.casefold())
    if not said or said == wanted:
        return Fraction(1)
    if said not in _UNITS or wanted not in _UNITS or _UNITS[said][0] != _UNITS[wanted][0]:
        return None
    return _UNITS[said][1] / _UNITS[wanted][1]


def _singular(unit: str) -> str:
    unit = " ".join(unit.replace("²", "2").replace(".", "").split())
    if unit in _UNITS or len(unit) < 3:
        return unit
    return unit.removesuffix("s")
