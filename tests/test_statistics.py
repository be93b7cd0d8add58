"""What a ± means, pass@k and slopes: against published values and against SciPy or statsmodels."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from palestra.envs.core import UsageError
from palestra.evals.statistics import (
    clustered,
    environments_like_these,
    over_tasks,
    pass_at,
    pass_hat,
    rate,
    slope,
    slope_over_tasks,
    tasks_like_these,
    these_tasks_again,
)
from palestra.evals.statistics.resampling import bounds, resampled_sums
from palestra.leaderboard import wilson


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30))
@settings(max_examples=20, deadline=None)
def test_bootstrap_sums_are_those_of_scipy(values: list[int]) -> None:
    drawn = resampled_sums(np.array(values)[:, None])[:, 0] / len(values)
    assert drawn.mean() == pytest.approx(np.mean(values), abs=0.06)
    assert drawn.std() == pytest.approx(np.std(values) / math.sqrt(len(values)), abs=0.03)
    if len(set(values)) > 1:
        interval = stats.bootstrap(
            (values,), np.mean, method="percentile", rng=np.random.default_rng(1)
        ).confidence_interval
        assert bounds(drawn) == pytest.approx(tuple(interval), abs=3 / len(values) + 0.05)


# What a ± means


def test_an_interval_by_task_is_statsmodels_clustered_error() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(0)
    trials = {f"t{i}": list(rng.normal(i % 3, 1, rng.integers(1, 6))) for i in range(25)}
    values = np.concatenate(list(trials.values()))
    groups = np.repeat(np.arange(25), [len(v) for v in trials.values()])
    model = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    found = tasks_like_these(trials)
    assert found.se == pytest.approx(model.bse[0])
    assert (found.low, found.high) == pytest.approx(tuple(model.conf_int()[0]))
    assert (found.clusters, found.question) == (25, "tasks like these")
    drawn = tasks_like_these(trials, method="bootstrap")
    assert drawn.high - drawn.low == pytest.approx(found.high - found.low, rel=0.2)


def test_three_answers_to_one_mean_lie_far_apart() -> None:
    # 89 tasks of 5 trials, 296 of 445 solved, as in a row of Terminal-Bench that reads 66.5 +- 1.4;
    # 445 independent trials would give 2.24. Here most tasks are always or never solved.
    counts = [5] * 47 + [0] * 18 + [3] * 15 + [2] * 8 + [0]
    assert (len(counts), sum(counts)) == (89, 296)
    trials = {f"t{i}": [1.0] * k + [0.0] * (5 - k) for i, k in enumerate(counts)}
    independent = clustered(
        {f"e{i}": [v] for i, v in enumerate(v for vs in trials.values() for v in vs)}, question=""
    )
    assert independent.mean == pytest.approx(0.6652, abs=1e-4)
    assert independent.se == pytest.approx(0.0224, abs=1e-4)
    fixed, tasks = these_tasks_again(trials), tasks_like_these(trials)
    assert fixed.se < independent.se / 1.5 < tasks.se / 2.5
    assert fixed.mean == pytest.approx(tasks.mean)


def test_the_same_tasks_again_is_a_stratified_mean() -> None:
    trials = {"a": [0, 1, 1, 0], "b": [1, 1, 1, 0]}
    found = these_tasks_again(trials)
    assert found.se == pytest.approx(math.sqrt((1 / 3 + 1 / 4) / 4) / 2)
    less = these_tasks_again(trials, {"a": [0, 0], "b": [1, 0]})
    assert less.mean == pytest.approx(5 / 8 - 1 / 4)
    assert less.se == pytest.approx(math.sqrt((1 / 3 + 1 / 4) / 4 + (0 + 1 / 2) / 2) / 2)
    assert these_tasks_again({"a": [1], "b": [0, 1]}).high == math.inf, "one trial shows no chance"


def test_environments_are_the_sample_of_a_mean_over_environments() -> None:
    found = environments_like_these({"a": 0.1, "b": 0.3, "c": [0.1, 0.4]})
    expected = stats.ttest_1samp([0.1, 0.3, 0.25], 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert environments_like_these({"a": 0.1}).low == -math.inf
    with pytest.raises(UsageError, match="no results"):
        tasks_like_these({})


@pytest.mark.parametrize("method", ["t", "bootstrap"])
def test_intervals_by_task_cover_where_independent_ones_do_not(method: Any) -> None:
    rng = np.random.default_rng(2)
    covered = naive = 0
    for _ in range(200):
        chance = rng.beta(0.5, 0.5, 40)
        solved = rng.random((40, 5)) < chance[:, None]
        found = tasks_like_these(
            {str(i): list(map(float, row)) for i, row in enumerate(solved)}, method=method
        )
        covered += found.low <= 0.5 <= found.high
        alone = rate(int(solved.sum()), 200)
        naive += alone.low <= 0.5 <= alone.high
    assert covered / 200 >= 0.90
    assert naive / 200 < 0.80


# pass@k and pass^k


@given(st.lists(st.integers(0, 1), min_size=1, max_size=8), st.data())
def test_passes_are_means_over_all_draws(values: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(values)))
    draws = list(combinations(values, k))
    assert pass_at({"t": values}, k).mean == pytest.approx(np.mean([max(d) for d in draws]))
    assert pass_hat({"t": values}, k).mean == pytest.approx(np.mean([min(d) for d in draws]))
    n, s = len(values), sum(values)
    assert pass_at({"t": values}, k).mean == pytest.approx(
        1 - math.comb(n - s, k) / math.comb(n, k)
    )
    assert pass_hat({"t": values}, k).mean == pytest.approx(math.comb(s, k) / math.comb(n, k))


def test_a_task_with_too_few_trials_is_undefined_and_counted() -> None:
    trials = {"a": [1.0, 1.0, 1.0, 1.0], "b": [1.0, None, None, None], "c": [1.0, 1.0]}
    for rule in (pass_hat, pass_at):
        found = rule(trials, 4)
        assert (found.k, found.tasks, found.undefined) == (4, 3, 2)
        assert math.isnan(found.values["b"])
        assert math.isnan(found.values["c"])
        assert math.isnan(found.mean), "neither smaller nor of what is left"
        assert (found.low, found.high) == (-math.inf, math.inf)
        assert found.mean_defined == 1.0
        assert found.why == "2 of 3 tasks have fewer than 4 scored trials"
    nobody = pass_hat({"a": [None, None]}, 1)
    assert nobody.undefined == 1
    assert math.isnan(nobody.mean_defined)
    with pytest.raises(UsageError, match="at least 1"):
        pass_hat(trials, 0)
    with pytest.raises(UsageError, match="no tasks"):
        pass_at({}, 1)


@pytest.mark.parametrize(
    ("trials", "why"),
    [
        ({"a": [1.0, 0.0, 1.0], "b": [1.0, 1.0]}, "tasks have from 2 to 3 trials"),
        (
            {"a": [1.0, 0.0, 1.0], "b": [1.0, None, 1.0]},
            "1 of 2 tasks have trials that are not scored",
        ),
    ],
)
def test_unequal_trials_have_no_mean_though_each_task_has_its_own(trials: Any, why: str) -> None:
    found = pass_hat(trials, 2)
    assert math.isnan(found.mean)
    assert (found.undefined, found.why) == (0, why)
    assert found.values == {"a": pytest.approx(1 / 3), "b": 1.0}
    assert found.mean_defined == pytest.approx(2 / 3)


def test_pass_intervals_are_those_of_every_table() -> None:
    trials = {str(i): [1.0, 1.0] for i in range(9)}
    assert pass_hat(trials, 2)[1:4] == (1.0, *wilson(9, 9))
    mixed = trials | {"x": [0.0, 1.0]}
    assert pass_at(mixed, 1)[2:4] == over_tasks([1.0] * 9 + [0.5], rate=True)


# Slopes


def test_a_line_is_that_of_anscombe() -> None:
    # Anscombe, American Statistician 27 (1973), set I; interval by R's confint.
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    found = slope(x, y)
    assert (found.slope, found.intercept) == pytest.approx((0.5001, 3.0001), abs=1e-4)
    assert (found.low, found.high) == pytest.approx((0.2334, 0.7668), abs=2e-4)
    assert found.p == pytest.approx(0.00217, abs=1e-5)
    assert slope([0, 1], [0, 1]).high == math.inf
    with pytest.raises(UsageError, match="two different doses"):
        slope([1, 1], [0, 1])


def test_the_mean_of_the_tasks_lines_is_the_line_of_the_means() -> None:
    rng = np.random.default_rng(0)
    doses = [0, 1, 2, 3]
    table = 0.1 * np.arange(4) + rng.normal(0, 0.3, (30, 1)) + rng.normal(0, 0.05, (30, 4))
    found = slope_over_tasks(doses, {str(i): list(row) for i, row in enumerate(table)})
    means = slope(doses, list(table.mean(axis=0)))
    assert (found.slope, found.intercept) == pytest.approx((means.slope, means.intercept))
    assert found.low < 0.1 < found.high
    own = [stats.linregress(doses, row).slope for row in table]  # type: ignore[attr-defined]
    assert (found.low, found.high) == pytest.approx(
        tuple(stats.ttest_1samp(own, 0).confidence_interval())
    )
