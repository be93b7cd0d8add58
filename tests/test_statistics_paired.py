"""Paired comparisons, against published values and against SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from palestra.envs.core import UsageError
from palestra.evals.statistics import (
    paired,
)

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
"""Crossed less self-fertilised, in eighths of an inch: Fisher, The Design of Experiments, ch. 3."""


def named(values: Any) -> dict[str, float]:
    return {f"t{i}": float(value) for i, value in enumerate(values)}


def against_zero(values: Any, **how: Any) -> Any:
    return paired(named([0] * len(values)), named(values), **how)


def discordant(won: int, lost: int, alike: int = 0) -> Any:
    return paired(
        named([0] * won + [1] * lost + [1] * alike), named([1] * won + [0] * lost + [1] * alike)
    )


def test_one_trial_a_task_is_mcnemars_exact_test() -> None:
    # R: binom.test(86, 236), on the approval ratings of Agresti, Categorical Data Analysis, p. 350.
    result = discordant(86, 150, 794 + 570)
    assert result.p == pytest.approx(3.716e-05, rel=1e-3)
    assert result.exact
    assert result.difference == pytest.approx(-0.04)
    assert result.verdict == "worse"
    from statsmodels.stats.contingency_tables import mcnemar

    table: Any = mcnemar([[48, 28], [35, 53]])
    assert discordant(28, 35, 101).p == pytest.approx(table.pvalue)


def test_signs_of_darwins_plants_are_flipped_exactly() -> None:
    # Fisher (section 21): 863 of 32,768 arrangements have a sum as large.
    result = against_zero(DARWIN)
    assert result.p == 2 * 863 / 32768
    assert result.exact
    # R's t.test of the differences in inches gives 0.003899 to 5.229434.
    assert (result.low / 8, result.high / 8) == pytest.approx((0.003899, 5.229434), abs=1e-6)


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=8))
def test_the_exact_test_is_scipys(values: list[int]) -> None:
    result = against_zero(np.array(values) / 4, unit=False)
    expected = stats.permutation_test(
        (np.array(values),), np.sum, permutation_type="samples", n_resamples=10_000
    ).pvalue
    assert result.p == pytest.approx(min(1.0, expected))


def test_many_tasks_are_tossed_at_random_and_agree_with_the_normal_limit() -> None:
    values = np.random.default_rng(3).normal(0.12, 1, 400).round(2)
    result = against_zero(values)
    z = values.sum() / math.sqrt((values**2).sum())
    assert not result.exact
    assert result.p == pytest.approx(2 * stats.norm.sf(abs(z)), abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=25))
@example([(0, 0), (0, 0), (0, 1), (1, 0)])
@settings(max_examples=40, deadline=None)
def test_swapping_the_two_swaps_the_answer(values: list[tuple[int, int]]) -> None:
    before, after = ({f"t{i}": v[s] / 4 for i, v in enumerate(values)} for s in (0, 1))
    there, back = paired(before, after), paired(after, before)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p == back.p
    assert 0 < there.p <= 1
    assert -1 <= there.low <= there.high <= 1
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    opposite = {"better": "worse", "worse": "better"}
    assert back.verdict == opposite.get(there.verdict, there.verdict)


def test_the_interval_is_that_of_bonett_and_price() -> None:
    # d = (n12 + 1) / (n + 2) - (n21 + 1) / (n + 2), in the large; J. Educ. Behav. Stat. 37 (2012).
    result = discordant(60, 30, 310)
    one, other = 61 / 402, 31 / 402
    half = 1.96 * math.sqrt((one + other - (one - other) ** 2) / 402)
    assert result.low == pytest.approx(one - other - half, abs=0.004)
    assert result.high == pytest.approx(one - other + half, abs=0.004)


@pytest.mark.parametrize("n", [5, 10, 20, 50])
@pytest.mark.parametrize(("differ", "shift"), [(0.1, 0.06), (0.3, 0.1), (0.5, 0.4)])
def test_the_interval_covers_the_truth_with_few_tasks_too(
    n: int, differ: float, shift: float
) -> None:
    rng = np.random.default_rng(n)
    chances = [(differ + shift) / 2, (differ - shift) / 2, 1 - differ]
    counts, times = np.unique(rng.multinomial(n, chances, size=400), axis=0, return_counts=True)
    covered = 0
    for (won, lost, alike), often in zip(counts, times, strict=True):
        result = discordant(won, lost, alike)
        covered += often * (result.low <= shift <= result.high)
    assert covered / 400 >= 0.93


def test_p_is_uniform_where_there_is_no_difference() -> None:
    rng = np.random.default_rng(5)
    ps = [against_zero(rng.normal(0, 1, 12), unit=False).p for _ in range(300)]
    assert stats.kstest(ps, "uniform").pvalue > 0.01
    ps = [discordant(int(won), 40 - int(won)).p for won in rng.binomial(40, 0.5, 500)]
    assert 0.01 < np.mean(np.array(ps) <= 0.05) < 0.08


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (discordant(30, 2, 68), "better"),
        (discordant(2, 30, 68), "worse"),
        (discordant(4, 4, 992), "tied"),
        (discordant(0, 0, 400), "tied"),
        (discordant(0, 0, 20), "cannot tell"),
        (discordant(12, 8, 30), "cannot tell"),
        (discordant(3, 0, 0), "cannot tell"),
        (discordant(1, 0, 0), "cannot tell"),
        (against_zero([5.0] * 3, unit=False), "cannot tell"),
        (against_zero([0.0] * 50 + [7.0], unit=False, margin=1.0), "tied"),
    ],
)
def test_verdicts_are_no_bolder_than_the_data(result: Any, verdict: str) -> None:
    assert result.verdict == verdict


def test_a_corrected_p_can_take_a_verdict_back() -> None:
    result = discordant(14, 3, 83)
    assert result.p < 0.05
    assert result.verdict == "better"
    assert result._replace(p_adjusted=0.2).verdict == "cannot tell"


def test_tasks_of_one_alone_are_counted_and_left_out() -> None:
    result = paired(named([0, 0, 0]), named([1, 1]))
    assert (result.tasks, result.only_before, result.only_after) == (2, 1, 0)
    with pytest.raises(UsageError, match="no task in common"):
        paired({"a": 1.0}, {"b": 1.0})
    with pytest.raises(UsageError, match="not from 0 to 1"):
        paired({"a": 1.0}, {"a": 3.0}, unit=True)
