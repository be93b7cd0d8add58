"""What a ± means: three questions, three intervals for the same mean.

    tasks_like_these(trials)         would other tasks of this kind give the same?
    these_tasks_again(trials)        would the same tasks, played once more, give the same?
    environments_like_these(means)   would other environments give the same?

`trials` is task -> the results of its trials. The first is the headline: trials of one task are
not independent, so tasks are what is counted. The second is narrower by a factor that may be three
and says nothing of other tasks; the third is for a mean over environments and needs several.

Source: Miller, Adding Error Bars to Evals, arXiv 2411.00640, on clustered standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ...envs.core import UsageError
from .resampling import bounds, resampled_sums

__all__ = [
    "Interval",
    "clustered",
    "environments_like_these",
    "tasks_like_these",
    "these_tasks_again",
]


class Interval(NamedTuple):
    """A mean and how far it may be off.

    Attributes:
        mean: over all results.
        low, high: infinite where the data cannot say.
        se: the standard error; NaN for a bootstrap and where it is not known.
        clusters: how many tasks or environments it rests on.
        question: what it answers: `tasks like these`, `these tasks again`, ...
        level: its coverage.
    """

    mean: float
    low: float
    high: float
    se: float
    clusters: int
    question: str
    level: float


def tasks_like_these(
    trials: Mapping[str, Sequence[float]],
    *,
    method: Literal["t", "bootstrap"] = "t",
    level: float = 0.95,
) -> Interval:
    """The mean over all trials, for tasks drawn as these were: clustered by task."""
    return clustered(trials, question="tasks like these", method=method, level=level)


def environments_like_these(
    results: Mapping[str, float | Sequence[float]],
    *,
    method: Literal["t", "bootstrap"] = "t",
    level: float = 0.95,
) -> Interval:
    """The mean over environments, each of which counts the same, clustered by environment.

    Args:
        results: environment -> its mean, or several results that are averaged first.
    """
    means = {
        name: [value if isinstance(value, float | int) else sum(value) / len(value)]
        for name, value in results.items()
    }
    return clustered(means, question="environments like these", method=method, level=level)


def clustered(
    results: Mapping[str, Sequence[float]],
    *,
    question: str,
    method: Literal["t", "bootstrap"] = "t",
    level: float = 0.95,
) -> Interval:
    """The mean over all results, where those of one cluster belong together.

    `t`: the cluster-robust standard error with the small-sample factor C / (C - 1), and Student's t
    with C - 1 degrees of freedom (Cameron and Miller, J. Human Resources 50, 2015, section VI).
    `bootstrap`: whole clusters are drawn; percentiles. With few clusters it is too narrow.

    Raises:
        UsageError: there is no result.
    """
    import numpy as np

    groups = [np.asarray(values, dtype=float) for values in results.values() if len(values)]
    if not groups:
        raise UsageError("there are no results to take a mean of")
    sums = np.array([[group.sum(), len(group)] for group in groups])
    total, n = sums.sum(axis=0)
    mean, clusters = float(total / n), len(groups)
    if clusters < 2:
        return Interval(mean, -math.inf, math.inf, math.nan, clusters, question, level)
    if method == "bootstrap":
        drawn = resampled_sums(sums)
        low, high = bounds(drawn[:, 0] / drawn[:, 1], level)
        return Interval(mean, low, high, math.nan, clusters, question, level)
    from scipy.stats import t

    residuals = sums[:, 0] - mean * sums[:, 1]
    se = float(np.sqrt((residuals**2).sum() * clusters / (clusters - 1)) / n)
    half = float(t.ppf((1 + level) / 2, clusters - 1)) * se
    return Interval(mean, mean - half, mean + half, se, clusters, question, level)


def these_tasks_again(
    trials: Mapping[str, Sequence[float]],
    minus: Mapping[str, Sequence[float]] | None = None,
    *,
    level: float = 0.95,
) -> Interval:
    """The mean over task means, were the same tasks played again: tasks are held fixed.

    Only chance within a task counts: the variance of each task's trials. It answers whether a
    second run of the same benchmark would agree, never what other tasks would give.

    Args:
        trials: task -> results. A task with one trial shows no chance, and then the interval is
            infinite.
        minus: another agent's, to be subtracted task by task on the tasks that both have.

    Raises:
        UsageError: there is no result, or no task in common.
    """
    import numpy as np

    tasks = [t for t in trials if len(trials[t]) and (minus is None or minus.get(t))]
    if not tasks:
        raise UsageError("there are no results to take a mean of, or no task that both have")
    sides = [(1.0, trials)] + ([] if minus is None else [(-1.0, minus)])
    values = [(sign, np.asarray(side[t], dtype=float)) for sign, side in sides for t in tasks]
    mean = float(sum(sign * each.mean() for sign, each in values) / len(tasks))
    question = "these tasks again"
    if any(len(each) < 2 for _, each in values):
        return Interval(mean, -math.inf, math.inf, math.nan, len(tasks), question, level)
    from scipy.stats import t

    se = float(np.sqrt(sum(each.var(ddof=1) / len(each) for _, each in values)) / len(tasks))
    freedom = sum(len(each) - 1 for _, each in values)
    half = float(t.ppf((1 + level) / 2, freedom)) * se
    return Interval(mean, mean - half, mean + half, se, len(tasks), question, level)
