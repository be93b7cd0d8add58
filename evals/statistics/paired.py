"""Two agents on the same tasks: the difference, task by task, and what may be said of it.

gained = paired(before, after)             # task -> mean result, of both
print(gained.difference, gained.low, gained.high, gained.verdict)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...envs.core import UsageError
from .power import detectable
from .resampling import bounds, resampled_sums

__all__ = ["MARGIN", "Paired", "paired"]

MARGIN = 0.05
"""Differences of a rate that are smaller than this both ways are called a tie."""
_EXACT_UP_TO = 20
"""Tasks that differ; 2 to this power sums are looked at."""
_FLIPS = 9999


class Paired(NamedTuple):
    """A difference of means over the same tasks.

    Attributes:
        tasks: how many both have.
        before, after: the means over them.
        difference: `after` less `before`.
        low, high: its interval for tasks like these.
        p: of a permutation test, two-sided: how often a difference as large comes about when it is
            a coin's toss in each task which result is whose.
        exact: whether p is exact; else from 9,999 random tosses.
        sd: of the differences within tasks; for results from 0 to 1 with the two tasks added that
            `paired` speaks of, so that few tasks without a difference do not promise certainty.
        level: of the interval; p counts as small below 1 - level.
        margin: what is too small to matter; None: nothing is.
        only_before, only_after: tasks that one alone has, which are left out.
        p_adjusted: p, corrected for how many comparisons were made; None: it stands alone.
    """

    tasks: int
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    exact: bool = False
    sd: float = 0.0
    level: float = 0.95
    margin: float | None = None
    only_before: int = 0
    only_after: int = 0
    p_adjusted: float | None = None

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `tied` or `cannot tell`.

        Better and worse need both an interval that leaves out 0 and a small (adjusted) p; tied
        needs an interval that lies within the margin. What shows neither shows nothing: that no
        difference was found is not that there is none.
        """
        p = self.p if self.p_adjusted is None else self.p_adjusted
        if p < 1 - self.level and (self.low > 0 or self.high < 0):
            return "better" if self.low > 0 else "worse"
        if self.margin is not None and -self.margin <= self.low and self.high <= self.margin:
            return "tied"
        return "cannot tell"

    @property
    def detectable(self) -> float:
        """The least difference that so many tasks show with a power of 80%."""
        return detectable(self.tasks, self.sd, level=self.level)


def paired(
    before: Mapping[str, float],
    after: Mapping[str, float],
    *,
    unit: bool | None = None,
    margin: float | None = None,
    level: float = 0.95,
) -> Paired:
    """Compare results on the tasks that both have.

    Tasks differ in difficulty, and a difference within a task is free of that: the interval is
    narrower than that of two means, and honest about tasks like these.

    For results from 0 to 1 the interval is a bootstrap over tasks to which one task won outright
    and one lost outright are added. A plain bootstrap (or t interval) of ten tasks of which none
    happens to differ has width 0, and one of twenty covers the truth 80% of the time instead of 95%
    where one task in ten differs; this one covers it at least 93% of the time (docs/statistics.md).
    It is the bootstrap form of the interval of Bonett and Price (J. Educ. Behav. Stat. 37, 2012).
    Other results have no largest difference, and get Student's t over tasks.

    Args:
        before, after: the mean result of each task.
        unit: whether results lie from 0 to 1; None: whether these do.
        margin: what is too small to matter. Default: 0.05 (5 points) for results from 0 to 1, and
            nothing otherwise.
        level: of the interval.

    Raises:
        UsageError: they have no task in common, or a result is not from 0 to 1 in spite of `unit`.
    """
    import numpy as np

    tasks = sorted(before.keys() & after.keys())
    if not tasks:
        raise UsageError("the two have no task in common; compare results on the same tasks")
    first = np.array([before[task] for task in tasks], dtype=float)
    second = np.array([after[task] for task in tasks], dtype=float)
    inside = bool(min(first.min(), second.min()) >= 0 and max(first.max(), second.max()) <= 1)
    if unit and not inside:
        raise UsageError("a result is not from 0 to 1; leave `unit` away for such a metric")
    bounded = inside if unit is None else unit
    change = np.round(second - first, 12)  # thirds and sevenths would else be told apart by noise
    low, high, sd = _interval(
        change, float(max(abs(first).max(), abs(second).max())), bounded, level
    )
    p, exact = _sign_flips(change)
    return Paired(
        tasks=len(tasks),
        before=float(first.mean()),
        after=float(second.mean()),
        difference=float(change.mean()),
        low=low,
        high=high,
        p=p,
        exact=exact,
        sd=sd,
        level=level,
        margin=MARGIN if margin is None and bounded else margin,
        only_before=len(before) - len(tasks),
        only_after=len(after) - len(tasks),
    )


def _interval(
    change: Any, largest: float, bounded: bool, level: float
) -> tuple[float, float, float]:
    """Low, high and the standard deviation behind them."""
    import numpy as np

    if bounded or (np.ptp(change) == 0 and len(change) > 1):
        size = 1.0 if bounded else 2 * largest
        more = np.append(change, [size, -size])
        # Drawn the same way round whichever of the two comes first: swapped, the interval mirrors.
        ordered = np.sort(more)
        unlike = (ordered + ordered[::-1])[ordered != -ordered[::-1]]
        way = -1.0 if len(unlike) and unlike[0] < 0 else 1.0
        drawn = way * more if len(unlike) else ordered
        low, high = bounds(resampled_sums(drawn[:, None])[:, 0] / len(more), level)
        if not len(unlike):  # gains and losses are the same: so are the interval's two sides
            low, high = (low - high) / 2, (high - low) / 2
        low, high = (low, high) if way > 0 else (-high, -low)
        return low, high, float(more.std(ddof=1))
    if len(change) < 2:
        return float("-inf"), float("inf"), float("inf")
    from scipy.stats import ttest_1samp

    interval = ttest_1samp(change, 0).confidence_interval(level)
    return float(interval.low), float(interval.high), float(change.std(ddof=1))


def _sign_flips(change: Any) -> tuple[float, bool]:
    """Two-sided p of a random sign for each difference, and whether it is exact.

    Differences of one size make it the sign test, which for one trial is McNemar's exact test.
    """
    import numpy as np
    from scipy.stats import binomtest

    moved = change[change != 0]
    sizes, counts = np.unique(abs(moved), return_counts=True)
    if not len(moved):
        return 1.0, True
    if len(sizes) == 1:
        return float(binomtest(int((moved > 0).sum()), len(moved)).pvalue), True
    least = abs(moved.sum()) - 1e-9 * abs(moved).sum()
    if len(moved) <= _EXACT_UP_TO:
        sums = np.zeros(1)
        for each in moved:  # every choice of signs, once
            sums = np.concatenate([sums + each, sums - each])
        return float((abs(sums) >= least).mean()), True
    rng = np.random.default_rng(0)
    sums = np.zeros(_FLIPS)
    for size, count in zip(sizes, counts, strict=True):  # equal sizes are tossed together
        sums += size * (2 * rng.binomial(count, 0.5, size=_FLIPS) - count)
    return float(((abs(sums) >= least).sum() + 1) / (_FLIPS + 1)), False
