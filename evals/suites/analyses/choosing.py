"""What choosing among k of the stored trials of a task is worth, whichever k were drawn."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

from ....leaderboard.selection import Trial, chosen

__all__ = ["expected_choice", "subsets"]

MOST = 100
"""Subsets that are looked at; more are sampled."""


def subsets(n: int, k: int) -> Iterator[Sequence[int]]:
    """All k of n, in order; a fixed sample of them where there are more than `MOST`."""
    if comb(n, k) <= MOST:
        yield from combinations(range(n), k)
        return
    rng = random.Random(f"{n}/{k}")
    for _ in range(MOST):
        yield sorted(rng.sample(range(n), k))


def expected_choice(trials: Sequence[Trial], k: int, rule: str) -> float:
    """The expected score of what `rule` picks of k of the trials."""
    values = [
        chosen([trials[index] for index in subset], rule).value
        for subset in subsets(len(trials), k)
    ]
    return sum(values) / len(values)
