"""How many tasks a difference takes, against Cohen, Connor and statsmodels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from palestra.envs.core import UsageError
from palestra.evals.statistics import (
    detectable,
    power_of,
    spread,
    tasks_needed,
)


def test_power_is_cohens_and_statsmodels() -> None:
    from statsmodels.stats.power import TTestPower

    # Cohen's effects, 80% power, 5% two-sided: the numbers of pairs of G*Power and R's pwr.
    assert [tasks_needed(d, sd=1) for d in (0.2, 0.5, 0.8)] == [199, 34, 15]
    for n, d in ((10, 0.6), (50, 0.3), (400, 0.1), (30, 0.8)):
        ours, theirs = power_of(n, d, 1.0), TTestPower().power(d, n, 0.05, alternative="two-sided")
        assert ours == pytest.approx(theirs, abs=2e-3)  # theirs counts the wrong direction too
        size = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
        assert detectable(n, 1.0) == pytest.approx(size, rel=1e-3)


@given(st.floats(0.02, 0.5), st.floats(0.05, 2.0))
@settings(max_examples=30, deadline=None)
def test_the_tasks_needed_are_the_fewest(difference: float, sd: float) -> None:
    n = tasks_needed(difference, sd=sd)
    assert power_of(n, difference, sd) >= 0.8
    assert n == 2 or power_of(n - 1, difference, sd) < 0.8
    assert detectable(n, sd) <= difference * (1 + 1e-6)


def test_connors_number_of_tasks_gives_the_power_it_promises() -> None:
    n = tasks_needed(0.05, discordant=0.2)
    assert n == 626
    # The chance that McNemar's test without correction shows it, summed over all discordant counts.
    power = 0.0
    for moved in range(60, 200):
        won = np.arange(moved + 1)
        seen = abs(2 * won - moved) / math.sqrt(moved) >= 1.959964
        here = stats.binom.pmf(won, moved, 0.125 / 0.2)[seen].sum()
        power += stats.binom.pmf(moved, n, 0.2) * here
    assert power == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"difference": 0, "sd": 1}, "difference of 0"),
        ({"difference": 0.1}, "one of sd and discordant"),
        ({"difference": 0.1, "sd": 1, "discordant": 0.2}, "one of sd and discordant"),
        ({"difference": 0.3, "discordant": 0.2}, "at least so many"),
        ({"difference": 0.3, "sd": -1}, "0 or more"),
        ({"difference": 0.3, "sd": 1, "power": 80}, "shares such as 0.8"),
        ({"difference": 0.3, "sd": 1, "power": 0.01}, "no more than chance"),
    ],
)
def test_impossible_questions_are_refused(how: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tasks_needed(**how)


def test_the_spread_parts_tasks_from_trials() -> None:
    rng = np.random.default_rng(1)
    chance = rng.beta(2, 2, (2, 4000))
    first, second = (
        {str(i): list((rng.random(4) < p).astype(float)) for i, p in enumerate(side)}
        for side in chance
    )
    found = spread(first, second)
    assert found is not None
    assert found.between == pytest.approx(2 * 0.05, rel=0.1)  # variance of Beta(2, 2): 1/20, twice
    assert found.within == pytest.approx(2 * 0.2, rel=0.05)  # E p (1 - p) = 1/5, twice
    assert found.sd(4) == pytest.approx(math.sqrt(0.1 + 0.1), rel=0.05)
    assert spread({"a": [1.0], "b": [0.0]}, {"a": [0.0], "b": [0.0]}) is None
