"""pass@k and pass^k: one success in k trials, and success in all of them.

every = pass_hat(cell.trials, k=4)         # task -> results of its trials, None where not scored
print(every.mean, every.mean_scored, every.undefined)

Both are unbiased estimates over all draws of k of a task's n trials. A task with fewer than k
scored trials has no pass@k and no pass^k: it is NaN and counted, never given a smaller k.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ...envs.core import UsageError
from ...leaderboard.selection import expected_best, expected_worst
from .clusters import tasks_like_these

__all__ = ["Passes", "pass_at", "pass_hat"]

_Draw = Callable[[Sequence[float], int], float]


class Passes(NamedTuple):
    """An estimate over tasks.

    Attributes:
        k: trials that are drawn.
        mean: the lower end of the bracket: a trial that was not scored is a failure, a task with
            fewer than k trials a failed one.
        low, high: 95% interval of `mean`, for tasks like these.
        mean_scored: the other end: over the defined tasks, from their scored trials. NaN: none is.
        tasks: how many there are.
        undefined: how many of them have fewer than k scored trials.
        values: task -> its estimate from scored trials; NaN where it is undefined.
    """

    k: int
    mean: float
    low: float
    high: float
    mean_scored: float
    tasks: int
    undefined: int
    values: dict[str, float]


def pass_at(trials: Mapping[str, Sequence[float | None]], k: int) -> Passes:
    """pass@k = 1 - C(n - s, k) / C(n, k) for s successes of n: at least one of k succeeds.

    For results other than 0 and 1: the expected best of k.

    Source: Chen et al., arXiv 2107.03374, section 2.1.
    """
    return _passes(trials, k, expected_best)


def pass_hat(trials: Mapping[str, Sequence[float | None]], k: int) -> Passes:
    """pass^k = C(s, k) / C(n, k): all of k succeed. Otherwise the expected worst of k.

    Source: Yao et al., arXiv 2406.12045, section 4.
    """
    return _passes(trials, k, expected_worst)


def _passes(trials: Mapping[str, Sequence[float | None]], k: int, draw: _Draw) -> Passes:
    if k < 1:
        raise UsageError(f"k is {k}; expected at least 1")
    if not trials:
        raise UsageError("there are no tasks to estimate pass@k or pass^k on")
    values, counted = {}, {}
    for task, results in trials.items():
        scored = [value for value in results if value is not None]
        values[task] = draw(scored, k) if len(scored) >= k else math.nan
        whole = [0.0 if value is None else value for value in results]
        counted[task] = [draw(whole, k) if len(whole) >= k else 0.0]
    defined = [value for value in values.values() if not math.isnan(value)]
    interval = tasks_like_these(counted)
    return Passes(
        k=k,
        mean=interval.mean,
        low=interval.low,
        high=interval.high,
        mean_scored=sum(defined) / len(defined) if defined else math.nan,
        tasks=len(values),
        undefined=len(values) - len(defined),
        values=values,
    )
