"""Two raters and one question: how far they agree beyond chance (Cohen's kappa).

agreement([("test/0", True, False), ("test/1", True, True)])
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from .resampling import bounds, resampled_sums

__all__ = ["Agreement", "agreement"]


class Agreement(NamedTuple):
    """Answers of two raters to one question.

    Attributes:
        n: episodes that both rated.
        both, first, second, neither: how many got a yes of both, of one alone, of neither.
        kappa: Cohen's; NaN where both say the same of every episode, so chance explains all.
        low, high: its 95% interval, by a bootstrap over tasks; NaN for fewer than two
            tasks, and where the raters never differ.
    """

    n: int
    both: int
    first: int
    second: int
    neither: int
    kappa: float
    low: float
    high: float

    @property
    def alike(self) -> float:
        """The share of episodes with one answer; NaN for none."""
        return (self.both + self.neither) / self.n if self.n else math.nan


def agreement(rated: Iterable[tuple[str, bool, bool]], level: float = 0.95) -> Agreement:
    """How far two raters agree.

    Args:
        rated: the task, the first rater's answer and the second's, of each episode. Episodes of one
            task are drawn together.
    """
    import numpy as np

    tasks: dict[str, list[int]] = {}
    for task, one, other in rated:
        tasks.setdefault(task, [0, 0, 0, 0])[(0 if one else 2) + (0 if other else 1)] += 1
    table = np.array(list(tasks.values()), dtype=float).reshape(-1, 4)
    both, first, second, neither = (int(count) for count in table.sum(axis=0))
    low = high = math.nan
    if len(table) > 1 and first + second:  # without a difference to draw it would be certain
        drawn = _kappa(resampled_sums(table))
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn):
            low, high = bounds(drawn, level)
    kappa = float(_kappa(table.sum(axis=0, keepdims=True))[0])
    return Agreement(int(table.sum()), both, first, second, neither, kappa, low, high)


def _kappa(counts: Any) -> Any:
    """Kappa of each row of (both, first alone, second alone, neither)."""
    import numpy as np

    both, first, second, neither = counts.T
    n = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = (both + neither) / n
        one, other = (both + first) / n, (both + second) / n
        chance = one * other + (1 - one) * (1 - other)
        return np.where(chance < 1, (seen - chance) / (1 - chance), np.nan)
