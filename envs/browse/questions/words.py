"""Small English: articles, lists, numbers, dates and spans, as they read in a question."""

from __future__ import annotations

from collections.abc import Sequence

from ..dates import date_text

__all__ = [
    "date_span",
    "joined",
    "number",
    "number_span",
    "with_article",
    "without_preposition",
    "year_of",
]

PREPOSITIONS = ("in", "on", "at", "of", "during", "since", "from", "around", "dated")
_VOWEL_SOUNDS = ("a", "e", "i", "o", "u", "hour", "honour", "heir", "honest")
_CONSONANT_SOUNDS = ("uni", "use", "usu", "eu", "one", "once", "ur-")


def with_article(noun: str) -> str:
    """ "novel" -> "a novel", "archive" -> "an archive", "university" -> "a university"."""
    word = noun.lower()
    vowel = word.startswith(_VOWEL_SOUNDS) and not word.startswith(_CONSONANT_SOUNDS)
    if word.startswith(("unin", "unim", "unid")):  # "uninhabited", "unimportant", "unidentified"
        vowel = True
    return f"{'an' if vowel else 'a'} {noun}"


def joined(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b, and c"."""
    if len(parts) <= 2:
        return " and ".join(parts)
    return ", ".join(parts[:-1]) + ", and " + parts[-1]


def number(value: int) -> str:
    """With thousands separators."""
    return f"{value:,}"


def number_span(low: int, high: int, unit: str) -> str:
    """ "between 10,000 and 20,000 inhabitants", "exactly 3 metres"."""
    unit = f" {unit}" if unit else ""
    if low == high:
        return f"exactly {number(low)}{unit}"
    if low <= 0:
        return f"at most {number(high)}{unit}"
    return f"between {number(low)} and {number(high)}{unit}"


def year_of(value: int) -> int:
    """The year of a date written as `yyyymmdd`."""
    return value // 10_000


def date_span(low: int, high: int) -> str:
    """A span of dates with its preposition: "in the 1840s", "between 1841 and 1845"."""
    if low == high:
        return f"on {date_text(low)}" if low % 100 else f"in {date_text(low)}"
    first, last = year_of(low), year_of(high)
    if first == last:
        return f"in {first}"
    if first % 10 == 0 and last == first + 9:
        return f"in the {first}s" if first % 100 else f"between {first} and {last}"
    century = f"{_ordinal(first // 100 + 1)} century"
    if first % 100 == 0 and last == first + 100:
        return f"in the {century}"
    if first % 100 == 0 and last == first + 50:
        return f"in the first half of the {century}"
    if first % 100 == 50 and last == first + 50:
        return f"in the second half of the {century}"
    return f"between {first} and {last}"


def without_preposition(phrase: str) -> str:
    """A phrase that ends in a place for a date, less the preposition before that place.

    "was founded in" -> "was founded", so that "in the 1840s" can follow.
    """
    words = phrase.split()
    if words and words[-1] in PREPOSITIONS:
        words.pop()
    return " ".join(words)


def _ordinal(n: int) -> str:
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"
