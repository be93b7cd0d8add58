"""Two agents on the same tasks: the difference, task by task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...envs.core import UsageError
from ...leaderboard import bootstrap

__all__ = ["Paired", "paired"]

_RESAMPLES = 9999


class Paired(NamedTuple):
    """A difference of means over the same tasks.

    Attributes:
        tasks: how many both have.
        before, after: the means over them.
        difference: `after` less `before`.
        low, high: its 95% interval, by a bootstrap over tasks.
        p: of a permutation test, two-sided: how often a difference as large comes about when it is
            a coin's toss in each task which result is whose.
    """

    tasks: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `tied` if the interval holds 0."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "tied"


def paired(before: Mapping[str, float], after: Mapping[str, float]) -> Paired:
    """Compare results on the tasks that both have.

    Tasks differ in difficulty, and a difference within a task is free of that: the interval is
    narrower than that of two means, and honest about tasks like these.

    Args:
        before, after: the mean result of each task.

    Raises:
        UsageError: they have no task in common.
    """
    import numpy as np

    tasks = sorted(before.keys() & after.keys())
    if not tasks:
        raise UsageError("the two have no task in common; compare results on the same tasks")
    first = np.array([before[task] for task in tasks], dtype=float)
    second = np.array([after[task] for task in tasks], dtype=float)
    change = second - first
    low, high = bootstrap(change.tolist())
    return Paired(
        tasks=len(tasks),
        before=float(first.mean()),
        after=float(second.mean()),
        difference=float(change.mean()),
        low=low,
        high=high,
        p=_permutation(change) if change.any() else 1.0,
    )


def _permutation(change: object) -> float:
    import numpy as np
    from scipy.stats import permutation_test

    return float(
        permutation_test(
            (change,),
            np.mean,
            permutation_type="samples",
            n_resamples=_RESAMPLES,
            batch=1000,
            rng=np.random.default_rng(0),
        ).pvalue
    )
