"""Lines through scores: how much a score changes for each step of a dose.

    slope([0, 1, 2, 3], [41, 50, 62, 69])                 # the means alone
    slope_over_tasks([0, 1, 2, 3], task -> its score at each dose)

The dose may be log2 of shots or the index of a grid. Where the same tasks (or languages) were
played at every dose, the second is right: the line is the same, and its interval rests on how the
tasks' own lines differ, not on how straight the line of means happens to be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...envs.core import UsageError

__all__ = ["Slope", "slope", "slope_over_tasks"]


class Slope(NamedTuple):
    """A least-squares line.

    Attributes:
        slope: change of the score for 1 of the dose.
        low, high: its interval; infinite where the data cannot say.
        intercept: the score at dose 0.
        p: two-sided, of no slope; NaN where unknown.
        n: points, or tasks.
    """

    slope: float
    low: float
    high: float
    intercept: float
    p: float
    n: int


def slope(doses: Sequence[float], scores: Sequence[float], level: float = 0.95) -> Slope:
    """Least squares through points, with Student's t on n - 2 degrees of freedom.

    Raises:
        UsageError: fewer than two different doses, or unequal lengths.
    """
    _check(doses, len(scores))
    from scipy.stats import linregress, t

    line: Any = linregress(doses, scores)
    freedom = len(doses) - 2
    if freedom < 1:
        return Slope(
            float(line.slope), -math.inf, math.inf, float(line.intercept), math.nan, len(doses)
        )
    half = float(t.ppf((1 + level) / 2, freedom) * line.stderr)
    middle = float(line.slope)
    return Slope(
        middle, middle - half, middle + half, float(line.intercept), float(line.pvalue), len(doses)
    )


def slope_over_tasks(
    doses: Sequence[float], scores: Mapping[str, Sequence[float]], level: float = 0.95
) -> Slope:
    """The mean of the tasks' own slopes, which is the slope of the means, for tasks like these.

    Args:
        doses: m of them.
        scores: task -> its score at each dose, m long.
        level: of the interval (Student's t over tasks).

    Raises:
        UsageError: see `slope`; or there is no task.
    """
    import numpy as np

    if not scores:
        raise UsageError("there are no tasks to draw a line through")
    for values in scores.values():
        _check(doses, len(values))
    table = np.array(list(scores.values()), dtype=float)
    off = np.asarray(doses, dtype=float) - np.mean(doses)
    slopes = table @ off / (off @ off)
    middle = float(slopes.mean())
    intercept = float(table.mean() - middle * np.mean(doses))
    if len(slopes) < 2:
        return Slope(middle, -math.inf, math.inf, intercept, math.nan, len(slopes))
    from scipy.stats import ttest_1samp

    test: Any = ttest_1samp(slopes, 0)
    interval = test.confidence_interval(level)
    p = float(test.pvalue) if np.ptp(slopes) else (0.0 if middle else 1.0)
    return Slope(middle, float(interval.low), float(interval.high), intercept, p, len(slopes))


def _check(doses: Sequence[float], n: int) -> None:
    if len(set(doses)) < 2 or len(doses) != n:
        raise UsageError(
            f"{n} scores at the doses {list(doses)}; expected one score for each, and at least two "
            "different doses"
        )
