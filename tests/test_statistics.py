"""Statistics: every formula against published values and against SciPy or statsmodels."""

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
    between,
    clustered,
    detectable,
    environments_like_these,
    family_note,
    holm,
    over_tasks,
    paired,
    pass_at,
    pass_hat,
    power_of,
    rate,
    slope,
    slope_over_tasks,
    spread,
    tasks_like_these,
    tasks_needed,
    these_tasks_again,
)
from palestra.evals.statistics.resampling import bounds, resampled_sums
from palestra.leaderboard import wilson

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


# Paired comparisons


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


# Rates

NEWCOMBE = {  # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I: methods 3 and 5
    (81, 263): ((0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148): ((0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20): ((0.0, 0.1611), (0.0, 0.1684)),
    (1, 29): ((0.0061, 0.1718), (0.0009, 0.1776)),
}


@pytest.mark.parametrize(("counts", "published"), NEWCOMBE.items())
def test_intervals_of_rates_are_the_published_ones(counts: Any, published: Any) -> None:
    score, exact = rate(*counts), rate(*counts, method="clopper-pearson")
    assert (score.low, score.high) == pytest.approx(published[0], abs=6e-5)
    assert (exact.low, exact.high) == pytest.approx(published[1], abs=6e-5)


@given(st.integers(1, 500), st.data())
@settings(max_examples=50, deadline=None)
def test_intervals_of_rates_are_those_of_statsmodels(n: int, data: st.DataObject) -> None:
    from statsmodels.stats.proportion import proportion_confint

    k = data.draw(st.integers(0, n))
    names: Any = {"wilson": "wilson", "clopper-pearson": "beta", "jeffreys": "jeffreys"}
    for ours, theirs in names.items():
        found = rate(k, n, ours)
        low, high = proportion_confint(k, n, method=theirs)
        if ours == "jeffreys":  # at the ends: Brown, Cai and DasGupta (2001)
            low, high = (0.0 if k == 0 else low), (1.0 if k == n else high)
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)
        assert found.low <= found.rate <= found.high


def test_rates_say_what_they_are() -> None:
    assert str(rate(973, 1000)) == "973/1000 (97.3%, 96.1% to 98.1%)"
    assert (rate(0, 0).low, rate(0, 0).high) == (0.0, 1.0)
    with pytest.raises(UsageError, match="3 of 2"):
        rate(3, 2)
    with pytest.raises(UsageError, match="unknown method"):
        rate(1, 2, "wald")  # type: ignore[arg-type]


def test_two_conditions_are_compared_as_newcombe_and_fisher_do() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II (a), method 10.
    found = between(rate(56, 70), rate(48, 80))
    assert (found.difference, found.low, found.high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=6e-5
    )
    # Fisher's tea: R's fisher.test(TeaTasting), two-sided.
    assert between(rate(3, 4), rate(1, 4)).p == pytest.approx(0.4857, abs=1e-4)
    none = between(rate(0, 50), rate(0, 50))
    assert none.p == 1.0
    assert none.low < 0 < none.high
    with pytest.raises(UsageError, match="no trials"):
        between(rate(0, 0), rate(1, 2))


@given(st.integers(1, 60), st.integers(1, 60), st.data())
@settings(max_examples=30, deadline=None)
def test_newcombes_interval_is_that_of_statsmodels(m: int, n: int, data: st.DataObject) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    a, b = data.draw(st.integers(0, m)), data.draw(st.integers(0, n))
    found = between(rate(a, m), rate(b, n))
    expected = confint_proportions_2indep(a, m, b, n, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-9)


# Several comparisons


def test_holm_is_the_published_example_and_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    # pingouin's documentation of `holm`.
    published = holm([0.50, 0.003, 0.32, 0.054, 0.0003])
    assert published == pytest.approx([0.64, 0.012, 0.64, 0.162, 0.0015])
    ps = np.random.default_rng(0).random(30) ** 3
    assert holm(list(ps)) == pytest.approx(multipletests(ps, method="holm")[1])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_makes_a_p_smaller_nor_changes_the_order(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)


def test_the_note_says_how_often_chance_would_be_taken_for_a_difference() -> None:
    assert family_note(1) == ""
    assert "10 comparisons" in family_note(10)
    assert "40%" in family_note(10)


# Power


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
