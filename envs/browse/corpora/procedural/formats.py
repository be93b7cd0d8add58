"""Dates, numbers and addresses as they stand on pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ...dates import date_text

__all__ = ["DATE_STYLES", "dated", "joined", "number_text", "slugs"]

DATE_STYLES = 2
"""Day before month ("3 May 1843"), and month before day ("May 3, 1843"); a page keeps to one."""


def dated(value: int, style: int) -> str:
    """A date with its preposition: "on 3 May 1843", "in 1843"."""
    return f"{'on' if value % 100 else 'in'} {date_text(value, style == 1)}"


def number_text(value: int) -> str:
    """With commas between thousands."""
    return f"{value:,}"


def joined(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ð": "d", "ł": "l", "ß": "ss"})


def slugs(titles: Sequence[str]) -> list[str]:
    """The last part of each page's address: plain letters, each different."""
    found: list[str] = []
    taken: set[str] = set()
    for title in titles:
        plain = title.lower()
        if not plain.isascii():
            plain = unicodedata.normalize("NFKD", plain.translate(_LETTERS))
            plain = plain.encode("ascii", "ignore").decode()
        slug = _NOT_PLAIN.sub("-", plain).strip("-") or "page"
        if slug in taken:
            number = 2
            while f"{slug}-{number}" in taken:
                number += 1
            slug = f"{slug}-{number}"
        taken.add(slug)
        found.append(slug)
    return found
