"""Several comparisons at once: the more are made, the more look striking by chance.

adjusted = holm([0.01, 0.04, 0.03])        # 0.03, 0.06, 0.06
pairs, note = family(pairs)                # results of `paired`, corrected, and what to say
"""

from __future__ import annotations

from collections.abc import Sequence

from .paired import Paired

__all__ = ["family", "family_note", "holm"]


def family(results: Sequence[Paired]) -> tuple[list[Paired], str]:
    """Comparisons that are looked at together: their p corrected by `holm`, and a note on that."""
    adjusted = holm([each.p for each in results])
    corrected = [each._replace(p_adjusted=p) for each, p in zip(results, adjusted, strict=True)]
    return corrected, family_note(len(results), results[0].level) if results else ""


def holm(ps: Sequence[float]) -> list[float]:
    """P values corrected so that one below 0.05 by chance alone is as rare as in one comparison.

    The smallest of m is multiplied by m, the next by m - 1 and so on, never below the one before.
    It asks nothing of how the comparisons depend on one another.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979), section 3.
    """
    adjusted, least = [0.0] * len(ps), 0.0
    for place, index in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        least = max(least, min(1.0, (len(ps) - place) * ps[index]))
        adjusted[index] = least
    return adjusted


def family_note(comparisons: int, level: float = 0.95) -> str:
    """What to say beside so many comparisons; empty for one."""
    if comparisons < 2:
        return ""
    chance = 1 - level**comparisons
    return (
        f"{comparisons} comparisons: without correction, one would look like a difference by "
        f"chance in up to {chance:.0%} of such tables; p is corrected by Holm over all of them."
    )
