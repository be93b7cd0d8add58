"""How much two unpaired rates can show: the power of Fisher's exact test, and runs for it.

power_between(50, 0.13, 0.004)            # 50 runs a side: the chance of p < 0.05
runs_needed(0.13, 0.004)                  # runs a side for a chance of 80%

For conditions that are run each on its own (a prompt with a rule and one without): one run of each
task, or tasks that do not pair up. Where both conditions met the same tasks, `tasks_needed` asks
for fewer.
"""

from __future__ import annotations

import math

from ...envs.core import UsageError

__all__ = ["counts_needed", "power_between", "runs_needed"]

_TAIL = 1e-10
_BELOW = 20
_MOST = 20_000


def power_between(runs: int, first: float, second: float, level: float = 0.95) -> float:
    """The chance that Fisher's two-sided test of `runs` a side shows two true rates to differ.

    Exact: all pairs of counts are weighed, but for those that are rarer than 1e-10 together. A
    difference in the wrong direction is not counted as seen.

    Raises:
        UsageError: an argument is no rate or no number of runs.
    """
    _check(first, second, level)
    if runs < 1:
        raise UsageError(f"runs is {runs}; expected at least 1 a side")
    import numpy as np
    from scipy.special import gammaln
    from scipy.stats import binom

    high, low = max(first, second), min(first, second)
    mine, theirs = np.arange(runs + 1), np.arange(runs + 1)
    chance, other = binom.pmf(mine, runs, high), binom.pmf(theirs, runs, low)
    above, below = mine[chance > _TAIL / (runs + 1)], theirs[other > _TAIL / (runs + 1)]
    ways = gammaln(runs + 1) - gammaln(mine + 1) - gammaln(runs - mine + 1)
    seen = 0.0
    for total in range(int(above[0] + below[0]), int(above[-1] + below[-1]) + 1):
        # Given the total, a count is hypergeometric; beyond ten deviations nothing is left.
        far = 10 * math.sqrt(total * (2 * runs - total) / (8 * runs - 4)) + 1
        least, most = max(0, total - runs), min(runs, total)
        counts = np.arange(
            max(least, math.floor(total / 2 - far)), min(most, math.ceil(total / 2 + far)) + 1
        )
        logs = ways[counts] + ways[total - counts]
        each = np.exp(logs - logs.max())
        each /= each.sum()
        order = np.argsort(each)
        # As extreme as k is what is no more likely than k; equals are told apart by rounding alone.
        ends = np.searchsorted(each[order], each * (1 + 1e-7), side="right")
        p = np.append(0.0, np.cumsum(each[order]))[ends]
        shown = counts[(p < 1 - level) & (2 * counts > total)]
        # What is even further apart is shown as well.
        further = np.arange(counts[-1] + 1, most + 1)
        shown = np.append(shown, further)
        seen += float((chance[shown] * other[total - shown]).sum())
    return seen


def runs_needed(first: float, second: float, *, power: float = 0.8, level: float = 0.95) -> int:
    """The fewest runs a side with which Fisher's test shows two true rates to differ.

    The power of an exact test is jagged: with a few runs more it may fall below by a little.

    Raises:
        UsageError: the rates are equal, an argument is no rate, or it takes more than 20,000.
    """
    _check(first, second, level)
    if not 0 < power < 1:
        raise UsageError(f"power is {power:g}; expected a share such as 0.8")
    few, many = 1, 2
    while power_between(many, first, second, level) < power:
        few, many = many, many * 2
        if many > _MOST:
            raise UsageError(
                f"{first:g} against {second:g} takes more than {_MOST // 2:,} runs a side; name "
                "rates that lie further apart, or pair by task (`--points`)"
            )
    while many - few > 1:
        middle = (few + many) // 2
        seen = power_between(middle, first, second, level) >= power
        few, many = (few, middle) if seen else (middle, many)
    for runs in range(max(1, many - _BELOW), many):
        if power_between(runs, first, second, level) >= power:
            return runs
    return many


def counts_needed(first: float, second: float, *, level: float = 0.95) -> int:
    """The fewest runs a side from which on the very counts to be expected differ by Fisher's test.

    Expected counts are rounded down in the higher rate and up from a half in the lower. That is
    seen about every second time: plan with `runs_needed`.

    Raises:
        UsageError: the rates are equal, an argument is no rate, or it takes more than 20,000.
    """
    _check(first, second, level)
    from scipy.stats import fisher_exact

    high, low = max(first, second), min(first, second)

    def shown(runs: int) -> bool:
        a, b = math.floor(round(runs * high, 9)), math.floor(runs * low + 0.5)
        return a * runs > b * runs and fisher_exact([[a, runs - a], [b, runs - b]])[1] < 1 - level  # type: ignore[operator]

    few, many = 1, 2
    while not all(shown(runs) for runs in range(many, many + math.ceil(1 / high) + 1)):
        few, many = many, many * 2
        if many > _MOST:
            raise UsageError(f"{first:g} against {second:g} takes more than {_MOST // 2:,} runs")
    return next(
        runs
        for runs in range(few, many + 1)
        if all(shown(more) for more in range(runs, min(many, runs + math.ceil(1 / high)) + 1))
    )


def _check(first: float, second: float, level: float) -> None:
    if not (0 <= first <= 1 and 0 <= second <= 1):
        raise UsageError(f"{first:g} and {second:g} are no rates; expected shares from 0 to 1")
    if first == second:
        raise UsageError("no number of runs shows a difference of 0; name two different rates")
    if not 0 < level < 1:
        raise UsageError(f"level is {level:g}; expected a share such as 0.95")
