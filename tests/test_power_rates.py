"""Power of Fisher's exact test: against every pair of counts, and the figures of the field."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact
from typer.testing import CliRunner

from palestra.cli import app
from palestra.envs.core import UsageError
from palestra.evals.statistics import counts_needed, power_between, runs_needed


@pytest.mark.parametrize(
    ("runs", "first", "second"), [(5, 0.9, 0.1), (16, 0.2, 0.6), (25, 0.3, 0.0), (4, 1.0, 0.0)]
)
def test_power_is_the_sum_over_all_pairs_of_counts_that_fisher_tells_apart(
    runs: int, first: float, second: float
) -> None:
    counts = range(runs + 1)
    way = 1 if first > second else -1
    expected = sum(
        binom.pmf(i, runs, first) * binom.pmf(j, runs, second)
        for i in counts
        for j in counts
        if way * (i - j) > 0 and fisher_exact([[i, runs - i], [j, runs - j]])[1] < 0.05  # type: ignore[operator]
    )
    assert power_between(runs, first, second) == pytest.approx(expected, abs=1e-9)
    assert power_between(runs, second, first) == pytest.approx(expected, abs=1e-9)


def test_power_is_what_simulated_studies_find() -> None:
    rng = np.random.default_rng(0)
    pairs = rng.binomial(80, [0.087, 0.003], size=(2000, 2))
    kinds, times = np.unique(pairs, axis=0, return_counts=True)
    seen = sum(
        n
        for (a, b), n in zip(kinds, times, strict=True)
        if a > b and fisher_exact([[a, 80 - a], [b, 80 - b]])[1] < 0.05  # type: ignore[operator]
    )
    assert power_between(80, 0.087, 0.003) == pytest.approx(seen / 2000, abs=0.03)


def test_rare_rates_take_about_50_and_80_runs_to_show_at_the_counts_to_be_expected() -> None:
    """From 13% to 0.4%, and from 8.7% to 0.3%: rates of covert actions before and after training.

    At the counts to be expected (6 of 50 against none; 7 of 80 against none) Fisher's p is below
    0.05, which 58% and 63% of studies reach; for 80% of them it takes more.
    """
    assert 45 <= counts_needed(0.13, 0.004) <= 50
    assert 65 <= counts_needed(0.087, 0.003) <= 80
    assert power_between(50, 0.13, 0.004) == pytest.approx(0.58, abs=0.01)
    assert power_between(80, 0.087, 0.003) == pytest.approx(0.63, abs=0.01)
    assert (runs_needed(0.13, 0.004), runs_needed(0.087, 0.003)) == (65, 99)


@pytest.mark.parametrize(("first", "second"), [(0.5, 0.2), (0.95, 0.6), (0.1, 0.0)])
def test_the_runs_needed_are_the_fewest(first: float, second: float) -> None:
    runs = runs_needed(first, second)
    assert power_between(runs, first, second) >= 0.8
    assert all(power_between(n, first, second) < 0.8 for n in range(max(1, runs - 20), runs))
    assert runs_needed(first, second, power=0.5) < runs < runs_needed(first, second, level=0.99)


def test_what_makes_no_sense_is_refused() -> None:
    for wrong in (
        lambda: runs_needed(0.1, 0.1),
        lambda: runs_needed(13, 0.4),
        lambda: runs_needed(0.5, 0.2, power=1),
        lambda: runs_needed(0.5, 0.501),
        lambda: power_between(0, 0.1, 0.2),
        lambda: power_between(5, 0.1, 0.2, level=95),
    ):
        with pytest.raises(UsageError):
            wrong()


def test_the_command_takes_percent() -> None:
    shell = CliRunner()
    found = json.loads(shell.invoke(app, ["power", "--rates", "13", "0.4", "--json"]).output)
    assert found == {"rates": [0.13, 0.004], "power": 0.8, "runs": 65, "expected": 47}
    shown = shell.invoke(app, ["power", "--rates", "13", "0.4"]).output
    assert "runs a side to see 13% against 0.4%" in shown
    mixed = shell.invoke(app, ["power", "a", "b", "--rates", "13", "0.4"])
    assert isinstance(mixed.exception, UsageError)
