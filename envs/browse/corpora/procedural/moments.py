"""Dates as the corpus encodes them: `yyyymmdd`, with 00 for what is not known."""

from __future__ import annotations

from .chance import Chance

__all__ = ["date_in"]

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def date_in(year: int, chance: Chance, known: float = 0.8) -> int:
    """Some date in a year, known to the day with a probability, else to the month or year.

    With a probability of 0 it is never known better than to the year.
    """
    if known <= 0:
        return year * 10_000
    if chance.random() >= known:
        return year * 10_000 + (chance.between(1, 12) * 100 if chance.random() < 0.3 else 0)
    month = chance.between(1, 12)
    return year * 10_000 + month * 100 + chance.between(1, _DAYS[month - 1])
