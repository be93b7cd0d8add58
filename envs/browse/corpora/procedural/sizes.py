"""How many entities of each type a world has."""

from __future__ import annotations

from ..source import SpecError
from . import schema as s

__all__ = ["LARGEST", "SMALLEST", "counts"]

SMALLEST, LARGEST = 1_000, 1_000_000

SHARES = {
    s.SETTLEMENT: 0.13, s.RIVER: 0.025, s.MOUNTAIN: 0.025, s.COMPANY: 0.05, s.SCHOOL: 0.03,
    s.SOCIETY: 0.025, s.BUILDING: 0.05, s.NOVEL: 0.06, s.FILM: 0.035, s.PAINTING: 0.05,
    s.COMPOSITION: 0.04, s.BATTLE: 0.02, s.EXPEDITION: 0.025, s.EXHIBITION: 0.015,
    s.ARTEFACT: 0.035, s.SPECIES: 0.04, s.SHIP: 0.035, s.AWARD: 0.015,
}  # fmt: skip
"""Of all entities; people are the rest, about 29%."""


def counts(size: int) -> list[int]:
    """The number of entities of each type, in the order of `TYPES`; they sum up to `size`.

    Raises:
        SpecError: the size is out of range.
    """
    if not SMALLEST <= size <= LARGEST:
        raise SpecError(
            f"size={size} of the corpus source 'procedural' is out of range; expected "
            f"{SMALLEST:,} to {LARGEST:,} entities"
        )
    countries = min(240, max(8, size // 2500))
    numbers = {
        s.CONTINENT: 4 if size < 50_000 else 6,
        s.COUNTRY: countries,
        s.REGION: max(2 * countries, size * 8 // 1000),
    }
    for type, share in SHARES.items():
        numbers[type] = int(size * share)
    numbers[s.PERSON] = size - sum(numbers.values())
    return [numbers[type] for type in range(len(s.TYPES))]
