"""Analyses of suites: what is reported is what is stored, and what SciPy makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy.stats import fisher_exact, linregress
from suiting import SWEEP, file, play, played, sql, swept, tables

from palestra.evals.statistics import paired
from palestra.evals.suites import Results, cells_of, make_report, read
from palestra.evals.suites.analyses.comparing import holm
from palestra.evals.suites.report import as_json
from palestra.leaderboard import selection, wilson


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return swept(tmp_path_factory.mktemp("sweep"))


@pytest.fixture(scope="module")
def shown(sweep: Results) -> Tables:
    return tables(sweep)


Tables = dict[str, list[dict[str, Any]]]
CELL = """
    select count(*), sum(headline), count(*) filter (status = 'scored') from results
    where agent = ? and options ->> 'tool_calls' = ?
"""


def test_the_numbers_of_a_table_are_those_of_the_file(sweep: Results, shown: Tables) -> None:
    rows = shown["success by agent, tool_calls"]
    assert len(rows) == 6
    for row in rows:
        agent = {"luck": "lucky/0.2"}.get(row["agent"], row["agent"])
        ((n, right, scored),) = sql(Path(sweep.db), CELL, agent, str(row["tool_calls"]))
        assert (row["planned"], row["scored"], row["invalid"]) == (n, scored, 0) == (40, 40, 0)
        assert row["success"] == right / n
        assert row["95% interval"] == pytest.approx(list(wilson(right, n)))


def test_a_curve_pairs_its_gains_by_task(sweep: Results, shown: Tables) -> None:
    found = shown
    gains = {row["series"]: row for row in found["Gain over tool_calls"]}
    values = {}
    for agent in ("lucky/0.2", "blind"):
        values[agent] = [
            dict(
                sql(
                    Path(sweep.db),
                    "select task, headline from results where agent = ? "
                    "and options ->> 'tool_calls' = ?",
                    agent,
                    budget,
                )
            )
            for budget in ("1", "4")
        ]
    gain = paired(*values["lucky/0.2"])
    assert gains["luck"]["difference"] == pytest.approx(gain.difference)
    assert gains["luck"]["95% interval"] == pytest.approx([gain.low, gain.high])
    assert gain.difference > 0.3
    assert gains["luck"]["verdict"] == "higher"
    changes = [{t: after[t] - before[t] for t in before} for before, after in values.values()]
    more = paired(*changes)
    assert gains["gain of blind less gain of luck"]["difference"] == pytest.approx(more.difference)
    assert len(found["success by tool_calls"]) == 6


def test_rates_count_and_test_each_condition_against_the_baseline(shown: Tables) -> None:
    found = shown
    contrasts = found["Each tool_calls against 1: 4 contrasts"]
    luck = next(row for row in contrasts if row["of"] == "luck" and row["tool_calls"] == 4)
    (base, more) = (luck["tool_calls=1"], luck["rate"])
    table = [[more[0], more[1] - more[0]], [base[0], base[1] - base[0]]]
    assert luck["p (Fisher)"] == pytest.approx(fisher_exact(table)[1])
    ps = [row["p (Fisher)"] for row in contrasts]
    assert [row["p (Holm)"] for row in contrasts] == pytest.approx(holm(ps))
    (k, n, low, high) = found["Rate of success, k of n planned, with 95% intervals"][0][
        "tool_calls=4"
    ]
    assert (low, high) == pytest.approx(wilson(k, n))


def test_holm_steps_down() -> None:
    # Holm (1979), as R's p.adjust(c(.01, .04, .03, .005), "holm") gives it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_slope_is_least_squares_over_the_steps(shown: Tables) -> None:
    found = shown
    means = [r["success"] for r in found["success by agent, tool_calls"] if r["agent"] == "luck"]
    row = found["change of success per step of tool_calls"][0]
    assert row["slope"] == pytest.approx(linregress(range(3), means)[0])
    assert row["95% interval"][0] < row["slope"] < row["95% interval"][1]


def test_outcomes_add_up_to_what_was_planned(shown: Tables) -> None:
    for row in shown["How episodes ended"]:
        assert row["success"] + row["wrong_answer"] + row.get("format_error", 0) == row["scored"]
        assert row["planned"] == 40


def test_a_reference_stands_beside_the_cells_it_names(sweep: Results, shown: Tables) -> None:
    rows = shown["The paper's figures"]
    ((n, right, _),) = sql(Path(sweep.db), CELL, "lucky/0.2", "4")
    assert [(row["paper"], row["our agent"]) for row in rows] == [(0.5, "luck"), (0.5, "blind")]
    assert rows[0]["ours"] == right / n


def test_what_is_not_scored_counts_as_0_and_both_ends_are_shown(tmp_path: Path, db: Path) -> None:
    path = file(tmp_path, SWEEP + "[[analysis]]\nkind = 'table'\n", "half")
    suite = read(path, {"budgets": [4]})
    cells = cells_of(suite, ["oracle"])
    play(cells, db)
    with duckdb.connect(str(db)) as connection:
        connection.execute(
            "insert into invalidations select key, 'a test', now()::timestamp from episodes "
            "order by key limit 10"
        )
    report = as_json(make_report(Results(suite, cells, db), figures=False))
    (table,) = [b for b in report["sections"][0]["blocks"] if "table" in b]
    row = dict(zip([c["name"] for c in table["columns"]], table["rows"][0], strict=True))
    assert (row["success"], row["if scored"], row["invalid"]) == (0.75, 1.0, 10)
    assert any("more than 10% of what was planned is not scored" in n for n in table["notes"])


TRIALS = """
tasks = 15
trials = 4
[[environment]]
id = "guess"
[[analysis]]
kind = "selection"
key = "number"
[[analysis]]
kind = "passk"
"""


def test_choosing_among_trials_is_what_select_says(tmp_path: Path, db: Path) -> None:
    results = played(file(tmp_path, TRIALS), ["lucky/0.1"], db)
    found = tables(results)
    rules = {row.rule: row for row in selection(db, key="number")}
    rows = found["Every rule at every number of rollouts"]
    at = {(row["rule"], row["rollouts"]): row["success"] for row in rows}
    assert at["majority", 4] == pytest.approx(rules["majority"].mean)
    assert at["fewest", 4] == pytest.approx(rules["fewest"].mean)
    assert at["at least one right", 4] == pytest.approx(rules["best"].mean)
    assert at["majority", 1] == pytest.approx(rules["pass@1"].mean)
    passed = {(row["rule"], row["k"]): row["success"] for row in found["pass^k and pass@k"]}
    assert passed["pass^k", 4] == pytest.approx(rules["pass^4"].mean)
    assert passed["pass^k", 1] == passed["pass@k", 1] == pytest.approx(rules["pass@1"].mean)
    assert passed["pass^k", 4] < passed["pass^k", 1] < passed["pass@k", 4]


def test_an_arm_is_compared_with_the_bare_agent_at_equal_cost(db: Path) -> None:
    given = {"environment": "guess", "tasks": 12, "key": "number"}
    results = played("k2think", ["lucky/0.1"], db, **given)
    found = tables(results)
    arms = {row["arm"]: row for row in found["success of each arm"]}
    assert [arms[arm]["times bare"] for arm in ("bare", "plan", "best of 3")] == [1.0, 3.0, 5.0]
    assert arms["bare"]["planned"] == 12 * 8
    against = {
        (row["arm"], row["against"]): row for row in found["Each arm against bare, paired by task"]
    }
    assert {key[1] for key in against if key[0] == "plan"} == {"bare", "bare, majority of 3"}
    same = against["best of 3", "bare, majority of 5"]
    best = arms["best of 3"]["success"]
    assert same["difference"] == pytest.approx(best - same["its mean"])
    bare = against["plan", "bare"]
    ((rate,),) = sql(db, "select avg(headline) from results where agent = 'lucky/0.1'")
    assert bare["its mean"] == pytest.approx(rate)


def test_pairs_of_all_agents_can_be_compared(tmp_path: Path, db: Path) -> None:
    text = SWEEP + "[[analysis]]\nkind = 'paired'\nevery = true\n"
    agents = ["blind", "lucky/0.2", "oracle"]
    found = tables(played(file(tmp_path, text), agents, db, budgets=[4], tasks=9))
    (rows,) = found.values()
    assert [(row["agent"], row["against"]) for row in rows] == [
        ("lucky/0.2", "blind"),
        ("oracle", "blind"),
        ("oracle", "lucky/0.2"),
    ]


VERDICTS = """
title = "Verdicts"
[settings]
turns = [2, 6, 30]
[[environment]]
id = "covert"
options = { templates = "rules" }
grid = { turns = "{turns}" }
[[analysis]]
kind = "paired"
factor = "turns"
every = true
measure = "metric:honest"
valid = "metric:valid"
"""


def test_who_came_to_no_verdict_is_in_no_pair(tmp_path: Path, db: Path) -> None:
    results = played(file(tmp_path, VERDICTS), ["honest"], db)
    (rows,) = tables(results).values()
    assert [(row["turns"], row["against"]) for row in rows] == [(30, 6)], "in 2 turns none reports"
    ((ended,),) = sql(
        db,
        "select count(*) from results where options ->> 'turns' = '6' and outcome <> 'no_report'",
    )
    assert 0 < ended == rows[0]["tasks"] < 32
    assert rows[0]["difference"] == 0.0, "who reports in time is as honest with more turns"
    less = VERDICTS.replace('valid = "metric:valid"\n', "").replace("[2, 6, 30]", "[2, 30]")
    (rows,) = tables(played(file(tmp_path, less), ["honest"], db)).values()
    assert rows[0]["tasks"] == 32
    assert rows[0]["difference"] == 1.0, "without `valid` no report counts as 0"


def test_a_sweep_over_two_options_is_a_row_for_each_cell(tmp_path: Path, db: Path) -> None:
    text = SWEEP + "[[analysis]]\nkind = 'slope'\nx = 'tool_calls'\n[[analysis]]\nkind = 'table'\n"
    given = {"budgets": list(range(1, 7)), "option.turns": list(range(3, 8)), "tasks": 2}
    results = played(file(tmp_path, text), ["oracle"], db, **given)
    rows = tables(results)["success by tool_calls, turns"]
    assert len(rows) == 30
    assert sum(row["planned"] for row in rows) == 60
