"""Intervals: how far a mean over tasks may be from the mean over tasks like these.

    over_tasks([1.0, 0.5, 0.0], rate=True)     # one rule for every table, page and report

95% unless said otherwise. Trials of one task are not independent, so tasks are what is counted:

- a rate whose tasks are all right or all wrong (always so with one trial) has Wilson's interval;
- any other rate a bootstrap over tasks, to which one task won and one lost are added, as where two
  agents are compared: a bootstrap cannot draw what has not happened, and tasks that are all alike
  would be certain;
- any other metric a plain bootstrap. It has no largest value to add, so fewer than two tasks, or
  tasks that are all alike, say nothing of others: the interval is infinite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_RESAMPLES = 2000
_MUCH_FEWER = 8
_AT_ONCE = 2_000_000
_UNKNOWN = float("-inf"), float("inf")


def over_tasks(means: Sequence[float], *, rate: bool, level: float = 0.95) -> tuple[float, float]:
    """The interval of the mean of tasks' means, by the rule above; infinite where unknown.

    Args:
        means: of each task.
        rate: whether every single result is 0 or 1.
        level: its coverage.
    """
    return all_over_tasks([(means, rate)], level)[0]


def all_over_tasks(
    rows: Iterable[tuple[Sequence[float], bool]], level: float = 0.95
) -> list[tuple[float, float]]:
    """`over_tasks` of many rows: those of equal length share their draws, which is far quicker."""
    rows = list(rows)
    found = [_UNKNOWN] * len(rows)
    drawn: dict[int, Sequence[float]] = {}
    for place, (means, rate) in enumerate(rows):
        if rate and all(mean in (0.0, 1.0) for mean in means):
            found[place] = wilson(sum(means), len(means), level)
        elif rate:
            drawn[place] = [*means, 0.0, 1.0]
        elif len(set(means)) > 1:
            drawn[place] = means
    for place, span in zip(drawn, bootstraps(list(drawn.values()), level), strict=True):
        found[place] = span
    return found


def wilson(successes: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of `successes` out of `n`; (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(round(successes), n).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def bootstrap(tasks: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap of the mean of per-task means, with a fixed seed.

    With fewer than two tasks nothing is known: (-inf, inf).
    """
    return bootstraps([tasks], level)[0]


def bootstraps(rows: Sequence[Sequence[float]], level: float = 0.95) -> list[tuple[float, float]]:
    """`bootstrap` of each row, with the same result as alone.

    How often each task is drawn depends on the number of tasks only, so rows of one length share
    the draws, and their resampled means are one product of matrices.
    """
    import numpy as np

    ends = [(1 - level) / 2, (1 + level) / 2]
    found = [_UNKNOWN] * len(rows)
    alike: dict[int, list[tuple[int, Any]]] = {}
    for place, row in enumerate(rows):
        values = np.asarray(row, dtype=float)
        if len(values) < 2:
            continue
        distinct, counts = np.unique(values, return_counts=True)
        if len(distinct) == 1:
            found[place] = float(values[0]), float(values[0])
        elif len(distinct) * _MUCH_FEWER < len(values):
            # How often each value is drawn is multinomial: the same resampling, in fewer draws.
            chances, rng = counts / len(values), np.random.default_rng(0)
            drawn = rng.multinomial(len(values), chances, size=_RESAMPLES)
            low, high = np.quantile(drawn @ distinct / len(values), ends)
            found[place] = float(low), float(high)
        else:
            alike.setdefault(len(values), []).append((place, values))
    for n, members in alike.items():
        columns = np.stack([values for _, values in members], axis=1)
        means = np.concatenate([times @ columns for times in _times_drawn(n)]) / n
        low, high = np.quantile(means, ends, axis=0)
        for each, (place, _) in enumerate(members):
            found[place] = float(low[each]), float(high[each])
    return found


def _times_drawn(n: int) -> Iterator[Any]:
    """How often each of n is drawn in each sample, in parts: arrays (samples, n).

    The draws are those that `scipy.stats.bootstrap` makes from the same generator.
    """
    import numpy as np

    rng = np.random.default_rng(0)
    batch = max(1, _AT_ONCE // n)
    for done in range(0, _RESAMPLES, batch):
        size = min(batch, _RESAMPLES - done)
        drawn = rng.integers(0, n, size=(size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(float)
