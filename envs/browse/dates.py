"""Dates, integers `yyyymmdd` that may lack month or day, as pages and questions say them."""

from __future__ import annotations

__all__ = ["MONTHS", "date_text"]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def date_text(value: int, month_first: bool = False) -> str:
    """A date as far as it is known: "3 May 1843" (or "May 3, 1843"), "May 1843", "1843"."""
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    if not month:
        return str(year)
    if not day:
        return f"{MONTHS[month - 1]} {year}"
    if month_first:
        return f"{MONTHS[month - 1]} {day}, {year}"
    return f"{day} {MONTHS[month - 1]} {year}"
