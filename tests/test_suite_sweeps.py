"""Sweeps in suites: cells of many predictions are kept, resumed, counted and reported like runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from palestra.agents import Agent, Reply
from palestra.envs.core import Usage, UsageError, say
from palestra.envs.formal.sweep import Record, slopes
from palestra.evals import Budget
from palestra.evals.formal.family import Formal
from palestra.evals.suites import (
    Results,
    cells_of,
    costs,
    jobs_of,
    make_report,
    read,
    swept_of,
    write_report,
)
from palestra.evals.suites.report import as_json
from palestra.evals.sweeps import Ended, Family, Kept, Part, Point, play_parts, register_family
from palestra.evals.sweeps.values import table_of
from palestra.leaderboard import wilson
from palestra.leaderboard.intervals import over_tasks

ASKED = 40
SUITE = """
title = "Coins"
[settings]
levels = [1, 2, 3]
[[sweep]]
id = "coins"
grid = { side = ["head", "tail"], level = "{levels}" }
[[arm]]
name = "agent"
agent = "{agent}"
[[arm]]
name = "knows"
agent = "knows"
"""


class Coins(Family):
    """Answers are right more often at higher levels; `lost` gets no answer to every tenth query."""

    environment = "test/Coins-v0"
    codes = {
        "1": Ended("success", {"success": 1.0}),
        "0": Ended("wrong_answer", {"success": 0.0}),
        "f": Ended(None, {}),
    }
    answerers = frozenset({"knows", "guesses", "lost"})

    def __init__(self) -> None:
        self.ran: list[tuple[str, Any]] = []

    def parts(
        self, options: Any = None, grid: Any = None, queries: int | None = None, seed: int = 0
    ) -> list[Part]:
        names = dict(grid or {})
        points = [
            Point(dict(zip(names, values, strict=True)), values, str(values[0]))
            for values in product(*names.values())
        ]
        return [Part("", points, queries or ASKED, {"options": options or {}, "seed": seed})]

    def characters(self, part: Part, point: Point) -> int:
        return 400

    def answering(self, agent: Any, concurrency: int, retry: Any, cache: Any) -> Any:
        return nullcontext(agent)

    def run(self, part: Part, answering: Any, path: Path, again: bool) -> Iterator[Kept]:
        rows = [kept for kept in self.read(path) if not (again and "f" in kept.outcomes)]
        path.parent.mkdir(parents=True, exist_ok=True)
        for point in part.points:
            if point.key not in [kept.key for kept in rows]:
                self.ran.append((answering, point.key))
                rows.append(Kept(point.key, coins(answering, point, part.asked, again)))
                path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
                yield rows[-1]

    def read(self, path: Path) -> Iterator[Kept]:
        for line in path.read_text().splitlines() if path.exists() else ():
            key, outcomes = json.loads(line)
            yield Kept(tuple(key), outcomes)


def coins(who: str, point: Point, n: int, again: bool) -> str:
    if who == "knows":
        return "1" * n
    rng = np.random.default_rng(len(point.queries))
    luck = rng.random(n) < 0.2 * point.factors["level"]
    text = "".join("1" if each else "0" for each in luck)
    return "f" + text[1:] if who == "lost" and point.factors["level"] == 2 and not again else text


@pytest.fixture
def family() -> Coins:
    coins = Coins()
    register_family("coins", coins)
    return coins


def file(folder: Path, text: str = SUITE, name: str = "mine") -> str:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return str(path)


def results(name: str, agents: list[Any], folder: Path, **given: Any) -> Results:
    """The results of a suite whose sweeps were played to their end."""
    suite, db = read(name, given), folder / "x.duckdb"
    swept = swept_of(suite, agents, "", db)
    play_parts(jobs_of(swept))
    return Results(suite, cells_of(suite, agents), db, swept)


def tables(found: Results) -> dict[str, list[dict[str, Any]]]:
    return {
        block["table"]: [
            dict(zip([c["name"] for c in block["columns"]], row, strict=True))
            for row in block["rows"]
        ]
        for section in as_json(make_report(found, figures=False))["sections"]
        for block in section["blocks"]
        if "table" in block
    }


TABLE = """
[[analysis]]
kind = "table"
rows = ["agent", "side", "level"]
figure = false
"""


def test_a_cell_asks_each_query_once_and_gets_wilsons_interval(
    family: Coins, tmp_path: Path
) -> None:
    found = results(file(tmp_path, SUITE + TABLE), ["guesses"], tmp_path)
    rows = tables(found)["success by agent, side, level"]
    assert len(rows) == 2 * 2 * 3
    for row in rows:
        point = Point({"level": row["level"]}, (), row["side"])
        right = coins(row["agent"], point, ASKED, False).count("1")
        assert (row["planned"], row["scored"], row["invalid"]) == (ASKED, ASKED, 0)
        assert row["success"] == right / ASKED
        assert row["95% interval"] == pytest.approx(list(wilson(right, ASKED)))


def test_a_query_of_several_cells_is_one_task(family: Coins, tmp_path: Path) -> None:
    text = SUITE + TABLE.replace('["agent", "side", "level"]', '["agent"]')
    rows = tables(results(file(tmp_path, text), ["guesses"], tmp_path))["success by agent"]
    means = []
    for side in ("head", "tail"):
        each = [
            [int(c) for c in coins("guesses", Point({"level": n}, (), side), ASKED, False)]
            for n in (1, 2, 3)
        ]
        means += list(np.mean(each, axis=0))
    assert rows[0]["success"] == pytest.approx(np.mean(means))
    assert rows[0]["planned"] == 6 * ASKED
    assert rows[0]["95% interval"] == pytest.approx(list(over_tasks(means, rate=True)))


def test_gains_over_an_axis_are_paired_by_query(family: Coins, tmp_path: Path) -> None:
    text = SUITE + '[[analysis]]\nkind = "curve"\nx = "level"\nseries = ["agent"]\n'
    rows = tables(results(file(tmp_path, text), ["guesses"], tmp_path))["Gain over level"]
    first, last = (
        sum(
            coins("guesses", Point({"level": n}, (), side), ASKED, False).count("1")
            for side in ("head", "tail")
        )
        for n in (1, 3)
    )
    assert rows[0]["tasks"] == 2 * ASKED
    assert rows[0]["difference"] == pytest.approx((last - first) / (2 * ASKED))
    assert rows[1]["difference"] == 0


def test_panels_are_pictures_of_their_own_with_one_legend(family: Coins, tmp_path: Path) -> None:
    text = SUITE + '[[analysis]]\nkind = "curve"\nx = "level"\npanels = ["side"]\n'
    report = make_report(results(file(tmp_path, text), ["guesses"], tmp_path))
    ((name, figure),) = report.names()
    assert list(figure.panels) == ["head", "tail"]
    assert [point.x for point in figure.panels["tail"]["knows, knows"]] == [1, 2, 3]
    written = write_report(report, tmp_path / "report")
    assert {path.name for path in written} >= {"report.html", "report.md", "report.json"}
    assert "predictions planned" in written[0].read_text()
    assert report.figures[name]["dark narrow"].startswith("<?xml")


def test_a_sweep_goes_on_where_it_was_and_what_is_missing_counts(
    family: Coins, tmp_path: Path
) -> None:
    suite = read(file(tmp_path, SUITE + TABLE))
    swept = swept_of(suite, ["guesses"], "", tmp_path / "x.duckdb")
    (first, *_) = jobs_of(swept)
    for _ in zip(range(4), family.run(first.part, "guesses", first.path, False), strict=False):
        pass
    half = Results(suite, [], tmp_path / "x.duckdb", swept)
    counts = make_report(half, figures=False).counts
    assert (counts["asked"], counts["planned"], counts["scored"]) == (480, 240, 160)
    family.ran.clear()
    tally = play_parts(jobs_of(swept))
    assert (tally.before, tally.finished, tally.status) == (160, 320, "finished")
    assert [who for who, _ in family.ran] == ["guesses"] * 2 + ["knows"] * 6
    assert play_parts(jobs_of(swept)).finished == 0


def test_calls_that_failed_are_not_scored_and_can_be_asked_again(
    family: Coins, tmp_path: Path
) -> None:
    text = SUITE + '[[analysis]]\nkind = "outcomes"\nrows = ["agent"]\n'
    found = results(file(tmp_path, text), ["lost"], tmp_path)
    row = tables(found)["How predictions ended"][0]
    assert (row["planned"], row["scored"], row["invalid"]) == (240, 238, 2)
    assert row["success"] + row["wrong_answer"] == 238
    family.ran.clear()
    assert play_parts(jobs_of(found.swept)).finished == 0
    again = play_parts(jobs_of(found.swept), retry_errors=True)
    assert (again.finished, again.errors) == (2 * ASKED, 0)
    assert {key[1] for _, key in family.ran} == {2}


def test_best_is_the_largest_mean_and_the_papers_figures_stand_beside(
    family: Coins, tmp_path: Path
) -> None:
    analysis = """
[[analysis]]
kind = "matrix"
rows = "side"
best = ["level"]
[[analysis.published]]
source = "nowhere"
values = { head = 0.75 }
"""
    found = tables(results(file(tmp_path, SUITE + analysis), ["guesses"], tmp_path))
    row = found["best success by side"][0]
    shares = [
        coins("guesses", Point({"level": n}, (), "head"), 40, False).count("1") for n in (1, 2, 3)
    ]
    assert (row["guesses"], row["knows"], row["paper"]) == (max(shares) / 40, 1.0, 0.75)
    chosen = found["What is chosen: best success by side"][0]
    assert chosen["level"] == 1 + int(np.argmax(shares))


def test_episodes_and_predictions_are_told_apart_by_where(family: Coins, tmp_path: Path) -> None:
    text = SUITE.replace("[[sweep]]", '[[environment]]\nid = "formal"\ntasks = 3\n[[sweep]]')
    text = text.replace('agent = "knows"', 'agent = "majority"')
    assert len(cells_of(read(file(tmp_path, text + TABLE)), ["rule_oracle"])) == 2
    with pytest.raises(UsageError, match="did you mean 'side'"):
        cells_of(read(file(tmp_path, text + TABLE.replace("level", "sides"))), ["rule_oracle"])
    asked = TABLE.replace("figure", 'where = { environment = "coins" }\nfigure')
    apart = read(file(tmp_path, SUITE + asked))
    assert apart.analyses[0].where == {"environment": "coins"}
    with pytest.raises(UsageError, match="which no cell has"):
        cells_of(read(file(tmp_path, SUITE + asked.replace("environment", "place"))), ["guesses"])


def test_a_suite_extends_another_and_changes_its_settings(family: Coins, tmp_path: Path) -> None:
    base = file(tmp_path, SUITE + TABLE, "base")
    small = f'extends = "{base}"\ntitle = "Small"\ntasks = 5\n[settings]\nlevels = [3]\n'
    suite = read(file(tmp_path, small, "small"))
    assert (suite.title, suite.name, len(suite.analyses)) == ("Small", "small", 1)
    swept = swept_of(suite, ["guesses"])
    assert [(c.factors["level"], c.job.part.asked) for c in swept] == [(3, 5)] * 4
    assert suite.digest != read(base).digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "coins"', 'id = "dice"'), "'dice' cannot be swept over; there are coins"),
        (('id = "coins"', 'id = "coins"\narms = ["nobody"]'), "no arm is called 'nobody'"),
        (('id = "coins"', 'id = "coins"\nquery = 3'), "has no key 'query'"),
        (('agent = "knows"', 'agent = "bert"'), "bert"),
    ],
)
def test_a_mistake_is_said_before_anything_is_asked(
    family: Coins, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        swept_of(read(file(tmp_path, SUITE.replace(*change))), ["guesses"])


class Ones(Agent):
    """Says 1, for a hundred tokens."""

    uri = "ones"

    async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
        return Reply(say("1"), Usage(calls=1, input_tokens=90, output_tokens=10, cost=0.5))


FORMAL = """
[[sweep]]
id = "formal"
grid = { language = ["parity", "stack"], shots = [0, 5], delta = [0.0], style = ["examples"] }
queries = 20
[[analysis]]
kind = "table"
rows = ["agent"]
"""


def test_an_agent_costs_a_call_for_each_prediction_and_a_budget_stops_it(tmp_path: Path) -> None:
    suite, db = read(file(tmp_path, FORMAL)), tmp_path / "x.duckdb"
    swept = swept_of(suite, [Ones(), "rule_oracle"], "", db)
    ones, oracle = costs([], db, swept)
    assert (ones.cells, ones.predictions, ones.stored, ones.calls) == (4, 80, 0, 80)
    assert 80 * 10 < ones.input_tokens < 80 * 400
    assert (oracle.calls, oracle.dollars) == (0, 0.0)
    first = play_parts(jobs_of(swept), budget=Budget(tokens=2500))
    assert (first.status, first.finished, first.tokens) == ("out of budget", 40, 4000)
    assert costs([], db, swept)[0].calls == 40
    second = play_parts(jobs_of(swept))
    assert (second.before, second.finished, second.cost) == (40, 120, 20.0)
    rows = tables(Results(suite, [], db, swept))["success by agent"]
    assert 0.2 < rows[0]["success"] < 0.8
    assert (rows[1]["success"], rows[1]["planned"]) == (1.0, 80)


def test_the_shipped_suite_asks_the_papers_1_89_million_predictions() -> None:
    suite = read("formal")
    swept = swept_of(suite, ["unparsable"])
    for arm in ("agent", "tree", "knn", "mlp", "majority", "rule_oracle"):
        of = [c for c in swept if c.factors["arm"] == arm and c.factors["environment"] == "formal"]
        assert sum(cell.job.part.asked for cell in of) == 1_890_000
    assert len({cell.job.path for cell in swept}) == len(jobs_of(swept))
    assert len(swept_of(suite, ["tree"])) == len(swept_of(suite))  # nobody is asked twice
    cells_of(suite, ["rule_oracle"])  # every factor that an analysis names is there
    assert all(each.source for each in suite.references)
    assert {name for each in suite.analyses for name in each.where} <= {"environment", "language"}


def test_slopes_in_a_report_are_those_of_the_sweep(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    given = {"languages": ["parity", "stack"], "shots": [0, 20, 100], "few": 10, "tasks": 60}
    found = results("formal-quick", ["unparsable"], tmp_path, **given)
    rows = tables(found)["change of punished per step of shots"]
    records = [
        Record("tree", *kept.key, kept.outcomes)  # type: ignore[misc]
        for kept in Formal().read(tmp_path / "x.sweeps" / "formal-quick" / "tree.jsonl")
    ]
    for each in slopes(records, "shots"):
        row = next(r for r in rows if r["series"] == f"tree, style={each.style}")
        assert row["slope"] == pytest.approx(each.slope / 100)
        assert row["units"] == each.n == 2
    assert not any("unparsable" in row["series"] for row in rows)  # nothing could be read
    ends = tables(found)["How predictions ended"]
    assert next(row for row in ends if row["agent"] == "unparsable")["unparsable"] > 0


def test_every_character_of_a_record_has_its_scores() -> None:
    record = Record("a", "parity", "cot", 5, 0.0, "33102uf")
    family = Formal()
    for mode, measure in (
        ("clean", "headline"), ("punished", "metric:punished"), ("unpunished", "metric:unpunished"),
    ):  # fmt: skip
        codes = np.frombuffer(record.outcomes.encode(), np.uint8)
        assert np.nanmean(table_of(family, measure)[codes]) == record.accuracy(mode)
    with pytest.raises(UsageError, match="has no measure 'metric:speed'; expected headline"):
        table_of(family, "metric:speed")


def test_the_command_says_its_cost_plays_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    command = [sys.executable, "-P", "-m", "palestra", "suite", "formal-quick", "-n", "10"]
    settings = ['languages=["parity"]', 'styles=["description"]', "shots=[5]", "few=5"]
    options = [each for setting in settings for each in ("--set", setting)]
    run = [*command, *options, "--no-figures", "--db", "x.duckdb", "--progress", "none"]
    first, second = (
        subprocess.run(run, capture_output=True, text=True, cwd=tmp_path) for _ in range(2)
    )
    assert first.returncode == second.returncode == 0, first.stderr
    assert "predictions to play; results go to x.sweeps" in " ".join(first.stderr.split())
    assert "0 predictions to play" in second.stderr
    assert "predictions planned" in second.stderr
    report = json.loads((tmp_path / "reports" / "formal-quick" / "report.json").read_text())
    assert report["unit"] == "predictions"
    assert report["provenance"]["files"][0]["sha256"]
