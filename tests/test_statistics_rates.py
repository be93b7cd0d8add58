"""Rates, their comparison and Holm's correction, against published values and statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palestra.envs.core import UsageError
from palestra.evals.statistics import (
    between,
    family_note,
    holm,
    rate,
)

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
