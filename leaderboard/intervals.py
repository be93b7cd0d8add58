"""Intervals: how far a mean over tasks may be from the mean over tasks like these.

95% unless said otherwise. A rate with one trial a task gets Wilson's score interval; anything else
a bootstrap that resamples whole tasks, because trials of one task are not independent. Both from
SciPy.
"""

from __future__ import annotations

from collections.abc import Sequence

_RESAMPLES = 2000
_MUCH_FEWER = 8


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
    import numpy as np

    values = np.asarray(tasks, dtype=float)
    if len(values) < 2:
        return float("-inf"), float("inf")
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) == 1:
        return float(values[0]), float(values[0])
    rng = np.random.default_rng(0)
    if len(distinct) * _MUCH_FEWER < len(values):
        # How often each value is drawn is multinomial: the same resampling, in far fewer draws.
        drawn = rng.multinomial(len(values), counts / len(values), size=_RESAMPLES)
        low, high = np.quantile(drawn @ distinct / len(values), [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)
    from scipy.stats import bootstrap as resample

    interval = resample(
        (values,),
        np.mean,
        confidence_level=level,
        n_resamples=_RESAMPLES,
        batch=max(1, 2_000_000 // len(values)),
        method="percentile",
        rng=rng,
    ).confidence_interval
    return float(interval.low), float(interval.high)
