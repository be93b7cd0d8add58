"""Intervals of means over tasks: one rule, held to published values, SciPy and simulation."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from palestra.evals import evaluate
from palestra.leaderboard import bootstrap, over_tasks, pass_hat, ranking, selection, wilson
from palestra.leaderboard.cells import find_cells, measured
from palestra.leaderboard.intervals import all_over_tasks, bootstraps


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (196, 200, 0.9497, 0.9922)],
)
def test_wilson_gives_the_published_intervals(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-4)
    assert over_tasks([1.0] * k + [0.0] * (n - k), rate=True) == wilson(k, n)


def test_the_bootstrap_covers_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 0.25, 0.5, 1.0] * 25
    low, high = bootstrap(values)
    assert low < 0.4375 < high
    assert bootstrap(values) == (low, high)
    # The standard error is sd / sqrt(n) = 0.037: about 2 of them each way.
    assert 0.12 < high - low < 0.17


@pytest.mark.parametrize("n", [2, 3, 40, 1500])  # 1,500: in more than one part
def test_rows_that_are_drawn_together_have_the_intervals_of_scipy_alone(n: int) -> None:
    rows = [row.tolist() for row in np.random.default_rng(n).normal(3, 2, (4, n))]
    together = bootstraps([rows[0], [5.0], *rows[1:]])
    assert together.pop(1) == (-math.inf, math.inf)
    for row, found in zip(rows, together, strict=True):
        expected = stats.bootstrap(
            (np.array(row),),
            np.mean,
            n_resamples=2000,
            batch=max(1, 2_000_000 // n),
            method="percentile",
            rng=np.random.default_rng(0),
        ).confidence_interval
        assert found == pytest.approx(tuple(expected), abs=1e-12)
        assert found == pytest.approx(bootstrap(row), abs=1e-12)


def test_tasks_that_are_all_alike_are_never_certain() -> None:
    assert over_tasks([0.0] * 10, rate=True) == wilson(0, 10)
    low, high = over_tasks([0.5] * 10, rate=True)
    assert low < 0.5 < high
    assert (low, high) == over_tasks([0.5] * 10, rate=True)
    assert (low, high) == bootstrap([0.5] * 10 + [0.0, 1.0])
    assert over_tasks([3.0] * 10, rate=False) == (-math.inf, math.inf)
    assert over_tasks([3.0], rate=False) == (-math.inf, math.inf)
    assert all_over_tasks([]) == []


@pytest.mark.parametrize(("tasks", "trials", "shape"), [(10, 2, (0.1, 1)), (20, 4, (0.1, 1))])
def test_a_rate_of_rare_successes_is_covered_with_few_tasks(
    tasks: int, trials: int, shape: tuple[float, float]
) -> None:
    rng = np.random.default_rng(3)
    truth = shape[0] / sum(shape)
    covered = plain = 0
    for _ in range(150):
        means = (rng.binomial(trials, rng.beta(*shape, tasks)) / trials).tolist()
        low, high = over_tasks(means, rate=True)
        covered += low <= truth <= high
        low, high = bootstrap(means)
        plain += low <= truth <= high
    assert covered / 150 >= 0.93
    assert plain / 150 < 0.9


def test_board_selection_suites_and_passes_give_one_interval(db: Path) -> None:
    """Three trials of each task, all right: none of them may claim certainty."""
    evaluate(["guess"], ["oracle"], tasks=6, trials=3, db=db)
    row = ranking(db)[0]
    assert (row.low, row.high) == wilson(6, 6)
    for chosen in selection(db):
        assert (chosen.rule, chosen.low, chosen.high) == (chosen.rule, *wilson(6, 6))
    cells = [cell for cell in find_cells(db, [("", row.environment, "test", "oracle")]) if cell]
    found = measured(db, {"": cells})[0]
    assert (found.low, found.high) == wilson(6, 6)
    assert pass_hat({str(task): [1.0] * 3 for task in range(6)}, 3)[2:4] == wilson(6, 6)


def test_a_count_that_is_0_in_one_group_is_no_rate_there(db: Path) -> None:
    evaluate(["browse"], ["oracle", "one_shot_search"], tasks=6, db=db)
    names = [("", "palestra/Browse-v0", "test", agent) for agent in ("oracle", "one_shot_search")]
    groups = {
        name[3]: [cell] for name, cell in zip(names, find_cells(db, names), strict=True) if cell
    }
    clicks = {each.group: each for each in measured(db, groups, "metric:clicks")}
    assert clicks["one_shot_search"].mean == 0 < clicks["oracle"].mean
    assert not any(each.rate for each in clicks.values())
    assert clicks["one_shot_search"].high == math.inf
    assert all(each.rate for each in measured(db, groups))
