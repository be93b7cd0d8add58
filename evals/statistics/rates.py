"""Rates: k of n, their intervals, and Fisher's exact test between two conditions.

rate(973, 1000)                            # 97.3%, 96.1 to 98.1 by Wilson
between(rate(117, 994), rate(3, 100))      # difference, interval, odds ratio, p

For n independent trials: one trial a task. Several trials of one task belong together, and then
`tasks_like_these` and `paired` are right and these are too narrow.
"""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

from ...envs.core import UsageError

__all__ = ["Between", "Rate", "between", "rate"]

Method = Literal["wilson", "jeffreys", "clopper-pearson"]


class Rate(NamedTuple):
    """k of n and the interval of the rate; NaN, 0 and 1 for n = 0."""

    k: int
    n: int
    rate: float
    low: float
    high: float
    method: str
    level: float

    def __str__(self) -> str:
        return f"{self.k}/{self.n} ({self.rate:.1%}, {self.low:.1%} to {self.high:.1%})"


class Between(NamedTuple):
    """Two conditions compared.

    Attributes:
        difference: first rate less second.
        low, high: its interval, by Newcombe's hybrid of two Wilson intervals.
        odds_ratio: as counted (k1 (n2 - k2)) / (k2 (n1 - k1)); NaN for 0/0.
        p: Fisher's exact test, two-sided.
    """

    difference: float
    low: float
    high: float
    odds_ratio: float
    p: float
    level: float


def rate(k: int, n: int, method: Method = "wilson", level: float = 0.95) -> Rate:
    """A rate with its interval.

    `wilson`: the default; close to its level on average, never outside 0 to 1. `jeffreys`: the
    equal-tailed posterior under Beta(1/2, 1/2), with 0 for k = 0 and 1 for k = n (Brown, Cai and
    DasGupta, Statistical Science 16, 2001, section 4). `clopper-pearson`: never below its level,
    and wider.

    Raises:
        UsageError: k is not from 0 to n, or the method unknown.
    """
    if not 0 <= k <= n:
        raise UsageError(f"{k} of {n} is no rate; expected 0 <= k <= n")
    if n == 0:
        return Rate(k, n, math.nan, 0.0, 1.0, method, level)
    if method == "jeffreys":
        from scipy.stats import beta

        ends = beta.ppf([(1 - level) / 2, (1 + level) / 2], k + 0.5, n - k + 0.5)
        low, high = (0.0 if k == 0 else ends[0]), (1.0 if k == n else ends[1])
    elif method in ("wilson", "clopper-pearson"):
        from scipy.stats import binomtest

        name = "wilson" if method == "wilson" else "exact"
        low, high = binomtest(k, n).proportion_ci(level, method=name)
    else:
        raise UsageError(f"unknown method {method!r}; expected wilson, jeffreys, clopper-pearson")
    return Rate(k, n, k / n, float(low), float(high), method, level)


def between(first: Rate, second: Rate, level: float = 0.95) -> Between:
    """Whether two conditions differ, each run on its own, independent trials.

    Sources: Fisher's test from SciPy; the interval is method 10 of Newcombe, Statistics in Medicine
    17 (1998), 873-890.

    Raises:
        UsageError: a condition has no trials.
    """
    if not first.n or not second.n:
        raise UsageError("a condition has no trials; there is nothing to compare")
    from scipy.stats import fisher_exact

    a, b = rate(first.k, first.n, level=level), rate(second.k, second.n, level=level)
    test: Any = fisher_exact([[a.k, a.n - a.k], [b.k, b.n - b.k]])
    difference = a.rate - b.rate
    return Between(
        difference=difference,
        low=difference - math.hypot(a.rate - a.low, b.high - b.rate),
        high=difference + math.hypot(a.high - a.rate, b.rate - b.low),
        odds_ratio=float(test.statistic),
        p=float(test.pvalue),
        level=level,
    )
