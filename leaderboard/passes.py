"""pass@k and pass^k: one success in k trials of a task, and success in all of them.

every = pass_hat(cell.trials, k=4)         # task -> results of its trials, None where not scored
print(every.mean, every.undefined, every.why)

Both are unbiased estimates over all draws of k of a task's trials. A task with fewer than k scored
trials has neither: it is NaN and counted, never given a smaller k. And over tasks with unequal
numbers of scored trials there is no mean: the tasks that lost trials may be the hard ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from math import comb
from typing import NamedTuple

from ..envs.core import UsageError
from .intervals import over_tasks

__all__ = ["Passes", "expected_best", "expected_worst", "pass_at", "pass_hat"]

Trials = Mapping[str, Sequence[float | None]]


class Passes(NamedTuple):
    """An estimate over tasks.

    Attributes:
        k: trials that are drawn.
        mean: over all tasks. NaN where trials are unequal: some are not scored, or tasks have more
            or fewer of them, or fewer than k.
        low, high: its 95% interval for tasks like these (`intervals.over_tasks`); infinite where
            there is none.
        mean_defined: over the tasks that have an estimate, from their scored trials; NaN: none has.
        tasks: how many there are.
        undefined: how many of them have fewer than k scored trials.
        values: task -> its estimate; NaN where it is undefined.
        why: why `mean` is undefined; empty where it is not.
    """

    k: int
    mean: float
    low: float
    high: float
    mean_defined: float
    tasks: int
    undefined: int
    values: dict[str, float]
    why: str


def pass_at(trials: Trials, k: int) -> Passes:
    """pass@k = 1 - C(n - s, k) / C(n, k) for s successes of n: at least one of k succeeds.

    For results other than 0 and 1: the expected best of k.

    Source: Chen et al., arXiv 2107.03374, section 2.1.

    Raises:
        UsageError: k is less than 1, or there is no task.
    """
    return _passes(trials, k, expected_best)


def pass_hat(trials: Trials, k: int) -> Passes:
    """pass^k = C(s, k) / C(n, k): all of k succeed. Otherwise the expected worst of k.

    Source: Yao et al., arXiv 2406.12045, section 4.

    Raises:
        UsageError: k is less than 1, or there is no task.
    """
    return _passes(trials, k, expected_worst)


def expected_best(values: Sequence[float], k: int) -> float:
    """The expected maximum of k of n values, drawn without replacement."""
    ordered = sorted(values)
    total = sum(comb(i, k - 1) * value for i, value in enumerate(ordered))
    return total / comb(len(ordered), k)


def expected_worst(values: Sequence[float], k: int) -> float:
    """The expected minimum of k of n values, drawn without replacement."""
    return -expected_best([-value for value in values], k)


def _passes(trials: Trials, k: int, draw: Callable[[Sequence[float], int], float]) -> Passes:
    if k < 1:
        raise UsageError(f"k is {k}; expected at least 1")
    if not trials:
        raise UsageError("there are no tasks to estimate pass@k or pass^k on")
    scored = {task: [v for v in results if v is not None] for task, results in trials.items()}
    values = {task: draw(s, k) if len(s) >= k else math.nan for task, s in scored.items()}
    defined = [value for value in values.values() if not math.isnan(value)]
    why = _why(trials, scored, k)
    rate = all(value in (0, 1) for results in scored.values() for value in results)
    low, high = (-math.inf, math.inf) if why else over_tasks(defined, rate=rate)
    mean = sum(defined) / len(defined) if defined else math.nan
    return Passes(
        k=k,
        mean=math.nan if why else mean,
        low=low,
        high=high,
        mean_defined=mean,
        tasks=len(values),
        undefined=len(values) - len(defined),
        values=values,
        why=why,
    )


def _why(trials: Trials, scored: Mapping[str, Sequence[float]], k: int) -> str:
    tasks = len(trials)
    few = sum(len(results) < k for results in scored.values())
    if few:
        return f"{few:,} of {tasks:,} tasks have fewer than {k} scored trials"
    missing = sum(len(scored[task]) < len(results) for task, results in trials.items())
    if missing:
        return f"{missing:,} of {tasks:,} tasks have trials that are not scored"
    least, most = min(map(len, trials.values())), max(map(len, trials.values()))
    return "" if least == most else f"tasks have from {least} to {most} trials"
