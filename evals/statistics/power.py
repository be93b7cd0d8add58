"""How much a comparison can see: tasks for a difference, and the least difference for some tasks.

tasks_needed(0.05, discordant=0.2)        # 5 points, where 20% of tasks come out differently: 626
detectable(200, sd=0.45)                  # what 200 tasks show with 80% power: 0.09

All for two agents on the same tasks. `sd` is the standard deviation of the differences within
tasks; `discordant` is the share of tasks that one solves and the other does not (one trial each).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...envs.core import UsageError

__all__ = ["Spread", "detectable", "power_of", "spread", "tasks_needed"]

POWER, LEVEL = 0.8, 0.95


def power_of(tasks: int, difference: float, sd: float, level: float = LEVEL) -> float:
    """The chance that a paired t test at this level shows such a difference.

    From the noncentral t distribution; a test in the wrong direction is not counted as seeing it.

    Source: Cohen, Statistical Power Analysis, 2nd ed., section 2.3 (case of n pairs).
    """
    if tasks < 2:
        return 0.0
    if sd == 0:
        return 1.0 if difference else 1 - level
    from scipy.stats import nct, t

    freedom, away = tasks - 1, abs(difference) * math.sqrt(tasks) / sd
    return float(nct.sf(t.ppf((1 + level) / 2, freedom), freedom, away))


def detectable(tasks: int, sd: float, power: float = POWER, level: float = LEVEL) -> float:
    """The least difference that so many tasks show with this power, in the metric's units.

    Infinite for fewer than two tasks.
    """
    _check(power, level)
    if tasks < 2:
        return math.inf
    if sd == 0:
        return 0.0
    from scipy.optimize import brentq

    def lacking(difference: float) -> float:
        return power_of(tasks, difference, sd, level) - power

    high = sd
    while lacking(high) < 0:
        high *= 2
    return float(brentq(lacking, 0.0, high, xtol=1e-9 * sd))  # type: ignore[arg-type]


def tasks_needed(
    difference: float,
    *,
    sd: float | None = None,
    discordant: float | None = None,
    power: float = POWER,
    level: float = LEVEL,
) -> int:
    """The fewest tasks that show a difference with this power.

    Args:
        difference: in the metric's units: 0.05 is 5 points of a rate.
        sd: of the differences within tasks; or
        discordant: the share of tasks that come out differently. Then by Connor (Biometrics 43,
            1987): n = (z_a sqrt(q) + z_b sqrt(q - d^2))^2 / d^2.
        power: the chance to see it.
        level: one less the chance to see a difference where there is none.

    Raises:
        UsageError: an argument does not fit: see the message.
    """
    _check(power, level)
    size = abs(difference)
    if size == 0:
        raise UsageError("no number of tasks shows a difference of 0; ask for more than that")
    if (sd is None) == (discordant is None):
        raise UsageError("expected one of sd and discordant: how much results differ within tasks")
    if discordant is not None:
        if not size <= discordant <= 1:
            raise UsageError(
                f"discordant is {discordant:g}; a difference of {size:g} needs at least so many "
                "tasks to come out differently, and at most all (1)"
            )
        from scipy.stats import norm

        seen, chance = float(norm.ppf((1 + level) / 2)), float(norm.ppf(power))
        root = seen * math.sqrt(discordant) + chance * math.sqrt(discordant - size**2)
        return math.ceil(round((root / size) ** 2, 9))
    if sd is None or sd < 0:
        raise UsageError(f"sd is {sd}; expected 0 or more")
    few, many = 1, 2
    while power_of(many, size, sd, level) < power:
        few, many = many, many * 2
    while many - few > 1:  # power grows with the number of tasks
        middle = (few + many) // 2
        few, many = (few, middle) if power_of(middle, size, sd, level) >= power else (middle, many)
    return many


class Spread(NamedTuple):
    """Why differences within tasks vary: the tasks differ, and so do trials of one task.

    Attributes:
        between: variance of the true difference over tasks.
        within: sum of the two agents' mean variances over trials of one task.
    """

    between: float
    within: float

    def sd(self, trials: int = 1) -> float:
        """Of the differences, were each task tried so often by both.

        Source: Miller, Adding Error Bars to Evals, arXiv 2411.00640, section on power analysis.
        """
        return math.sqrt(self.between + self.within / trials)


def spread(
    first: Mapping[str, Sequence[float]], second: Mapping[str, Sequence[float]]
) -> Spread | None:
    """The parts of the variance, from trials of both agents on the tasks that both have.

    None where no task was tried twice by each: one trial cannot tell the parts apart.
    """
    import numpy as np

    tasks = sorted(first.keys() & second.keys())
    again = [task for task in tasks if len(first[task]) > 1 and len(second[task]) > 1]
    if len(again) < 2:
        return None
    change = [np.mean(first[task]) - np.mean(second[task]) for task in again]
    parts = [
        (np.var(side[task], ddof=1), len(side[task])) for side in (first, second) for task in again
    ]
    within = sum(variance for variance, _ in parts) / len(again)
    noise = sum(variance / n for variance, n in parts) / len(again)
    return Spread(max(0.0, float(np.var(change, ddof=1) - noise)), float(within))


def _check(power: float, level: float) -> None:
    if not 0 < power < 1 or not 0 < level < 1:
        raise UsageError(f"power is {power:g} and level {level:g}; expected shares such as 0.8")
    if power <= (1 - level) / 2:
        raise UsageError(f"power is {power:g}, no more than chance gives at level {level:g}")
