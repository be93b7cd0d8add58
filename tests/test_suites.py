"""Suites: what is wrong is named, what it costs is said, what is reported is what is stored."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy.stats import fisher_exact, linregress

from palestra.agents import Agent, Reply, register_agent, resolve
from palestra.envs.core import Message, Usage, UsageError, call, say
from palestra.evals import Budget, Report, run
from palestra.evals.statistics import paired
from palestra.evals.suites import Results, SuiteCell, cells_of, costs, make_report, read, shipped
from palestra.evals.suites.analyses.comparing import holm
from palestra.evals.suites.cost import most_calls
from palestra.evals.suites.report import as_json, write_report
from palestra.evals.suites.show import LONGEST, markdown, plain
from palestra.leaderboard import selection, wilson
from palestra.leaderboard.cells import over_tasks

PLUGIN = str(Path(__file__).parent / "guessing.py")
SWEEP = """
title = "A sweep"
tasks = 40
[settings]
budgets = [1, 2, 4]
[[environment]]
id = "guess"
grid = { tool_calls = "{budgets}" }
[[arm]]
agent = "{agent}"
"""


class Lucky(Agent):
    """Knows the answer in a share of episodes that grows with its tool calls; talks if it must."""

    def __init__(self, share: float, uri: str) -> None:
        self.share, self.uri = share, uri

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        usage = Usage(calls=1, input_tokens=90, output_tokens=10)
        return Reply(say('{"better": 1, "hard": true, "topics": []} <plan>think</plan>'), usage)

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return _Seated(self, env, seed)


class _Seated(Agent):
    def __init__(self, lucky: Lucky, env: Any, seed: int) -> None:
        self._lucky, self._env, self._seed = lucky, env, seed

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        share = self._lucky.share * (self._env.limits.tool_calls or 1)
        right = self._seed % 100 < 100 * share
        number = self._env.task.truth if right else (self._env.task.truth % 9) + 1
        usage = Usage(calls=1, input_tokens=90, output_tokens=10)
        return Reply(call("answer", number=number), usage)


register_agent("lucky", lambda name, options: Lucky(float(name), f"lucky/{name}"))


def file(tmp_path: Path, text: str, name: str = "mine") -> str:
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    return str(path)


def played(name: str, agents: Sequence[str | Agent], db: Path, **given: Any) -> Results:
    """The results of a suite that was played to its end."""
    suite = read(name, given)
    cells = cells_of(suite, agents)
    play(cells, db)
    return Results(suite, cells, db)


def play(cells: Sequence[SuiteCell], db: Path, **how: Any) -> Report:
    return asyncio.run(run([cell.planned for cell in cells], db=db, **how))


def tables(results: Results) -> dict[str, list[dict[str, Any]]]:
    """The tables of a report as rows by column."""
    report = as_json(make_report(results, figures=False))
    return {
        block["table"]: [
            dict(zip([c["name"] for c in block["columns"]], row, strict=True))
            for row in block["rows"]
        ]
        for section in report["sections"]
        for block in section["blocks"]
        if "table" in block
    }


def sql(db: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


# -- the form ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "cannot be read as TOML"),
        ("titel = 'x'", "has no key 'titel'; did you mean 'title'?"),
        ("title = 'x'", "names no environment"),
        ("environment = 'guess'", r"write \[\[environment\]\]"),
        ("[[environment]]\nname = 'x'", r"\[\[environment\]\] 1 lacks the key 'id'"),
        ("[[environment]]\nid = 'guess'\nopts = {}", "has no key 'opts'; did you mean 'options'"),
        ("[[environment]]\nid = 'guess'\ntrials = 'two'", "trials: expected a whole number"),
        ("tasks = 0\n[[environment]]\nid = 'guess'", "tasks is 0; expected a whole number of at"),
        ("[[environment]]\nid = '{env}'", "{env} is no setting"),
        ("[[environment]]\nid = 'guess'\n[[arm]]\nname = 'x'", "lacks the key 'agent'"),
        (
            "[[environment]]\nid = 'guess'\n[[analysis]]\nkind = 'curv'",
            "kind is 'curv'; did you mean 'curve'? Expected one of table, curve",
        ),
        (
            "[[environment]]\nid = 'guess'\n[[analysis]]\nkind = 'curve'\nx = 'a'\nserie = []",
            r"\(curve\) has no key 'serie'; did you mean 'series'",
        ),
        ("[limits]\nturns = 3\n[[environment]]\nid = 'guess'", "has no key 'turns'; expected one"),
        ("[[environment]]\nid = 'guess'\n[[reference]]\nwhat = 'x'", "lacks the key 'value'"),
    ],
)
def test_a_mistake_in_a_file_names_the_key_and_the_choices(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said.replace("{", r"\{").replace("?", r"\?")):
        read(file(tmp_path, text))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[[analysis]]\nkind = 'curve'\nx = 'tool_call'", "did you mean 'tool_calls'"),
        ("[[analysis]]\nkind = 'paired'\nfactor = 'difficulty:size'", "which no cell has"),
        ("[[reference]]\nwhat='x'\nvalue=1\nsource='y'\nwhere={arms='z'}", "where names 'arms'"),
        ("[[arm]]\nagent = 'plan:{agent}'\n[[arm]]\nagent = 'nobody'", "is a script"),
        ("[[arm]]\nagent = '{agent}'", "are the same cell"),
        ("[[environment]]\nid = 'guess'\ngrid = { turn = [1] }", "did you mean 'turns'"),
        ("[[environment]]\nid = 'guess'\ngrid = { agent = ['x'] }", "cannot vary 'agent'"),
        ("[[environment]]\nid = 'guess'\ngrid = { turns = [] }", "has no value of 'turns'"),
    ],
)
def test_a_mistake_that_only_the_cells_show_is_named_before_anything_is_played(
    tmp_path: Path, more: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        cells_of(read(file(tmp_path, SWEEP + more)), ["oracle"])


def test_agents_that_are_missing_too_many_or_named_alike_are_said(tmp_path: Path) -> None:
    suite = read(file(tmp_path, SWEEP))
    with pytest.raises(UsageError, match="compares 1 agent, 0 given; add --agent"):
        cells_of(suite)
    with pytest.raises(UsageError, match="two agents are called 'x'"):
        cells_of(suite, ["x=oracle", "x=blind"])
    with pytest.raises(UsageError, match="compares at least 2 agents, 1 given"):
        cells_of(read("browse-sft-rl"), ["oracle"])
    own = read(file(tmp_path, SWEEP.replace("{agent}", "oracle")))
    with pytest.raises(UsageError, match="names its agents itself"):
        cells_of(own, ["blind"])
    assert [cell.factors["agent"] for cell in cells_of(own)] == ["oracle"] * 3


def test_a_setting_changes_what_it_names_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, SWEEP)
    given = {"budgets": [3], "option.turns": [5, 6], "tasks": 7, "seed": 9, "seconds": 2.5}
    cells = cells_of(read(path, given), ["oracle"])
    assert [(c.factors["tool_calls"], c.factors["turns"]) for c in cells] == [(3, 5), (3, 6)]
    assert all(len(cell.planned.tasks) == 7 for cell in cells)
    config = cells[0].planned.cell.config
    assert (config["seed"], config["limits"]["seconds"]) == (9, 2.5)
    with pytest.raises(UsageError, match="no setting 'budget'; did you mean 'budgets'"):
        read(path, {"budget": 1})
    with pytest.raises(UsageError, match="trials is 0; expected"):
        read(path, {"trials": 0})


def test_an_empty_setting_leaves_its_option_out_of_an_arm() -> None:
    bare = read("k2think", {"environment": "guess", "tasks": 2})
    uris = [cell.planned.cell.agent for cell in cells_of(bare, ["lucky/0.1"])]
    assert uris[1:] == [
        "plan:lucky/0.1",
        "best(n=3,by=king):lucky/0.1",
        "best(n=3,by=king):plan:lucky/0.1",
    ]
    helped = read("k2think", {"environment": "guess", "tasks": 2, "helper": "lucky/0.9"})
    assert cells_of(helped, ["lucky/0.1"])[3].planned.cell.agent == (
        "best(n=3,by=king,judge=lucky/0.9):plan(planner=lucky/0.9):lucky/0.1"
    )


def test_cells_of_one_file_stay_apart_and_agents_are_made_once(tmp_path: Path) -> None:
    cells = cells_of(read(file(tmp_path, SWEEP)), ["a=oracle", "lucky/0.2"])
    assert len({cell.name for cell in cells}) == 6
    assert {cell.planned.cell.run for cell in cells} == {
        f"mine/tool_calls={budget}" for budget in (1, 2, 4)
    }
    assert len({id(cell.planned.agent) for cell in cells}) == 2
    other = cells_of(read(file(tmp_path, SWEEP)), ["oracle"], "again")
    assert other[0].planned.cell.run == "again/tool_calls=1"


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_suite_loads_and_says_its_cost(name: str, tmp_path: Path) -> None:
    browses = any(entry.id == "browse" for entry in read(name).entries)
    small = {"option.corpus": "procedural:size=2000,seed=3"} if browses else {}
    suite = read(name, {"tasks": 2, **small})
    assert suite.paper.arxiv
    assert suite.analyses
    assert all(reference.source for reference in suite.references)
    cells = cells_of(suite, ["first=lucky/0.1", "second=lucky/0.2"])
    found = costs(cells, tmp_path / "none.duckdb")
    assert sum(cost.episodes for cost in found) == sum(len(cell.planned) for cell in cells) > 0
    assert all(cost.calls and cost.input_tokens > cost.calls for cost in found)
    assert not (tmp_path / "none.duckdb").exists()


# -- cost ----------------------------------------------------------------------------------------


def test_the_cost_counts_every_call_of_a_scaffold_and_nothing_that_is_stored(
    tmp_path: Path, db: Path
) -> None:
    cells = cells_of(read(file(tmp_path, SWEEP), {"tasks": 5}), ["lucky/0.2", "oracle"])
    before = {cost.agent: cost for cost in costs(cells, db)}
    assert (before["lucky/0.2"].episodes, before["lucky/0.2"].calls) == (15, 15 * 10)
    assert before["lucky/0.2"].output_tokens == 15 * 10 * 1000
    assert (before["oracle"].calls, before["oracle"].dollars) == (0, 0.0)
    play(cells[:1], db)
    after = {cost.agent: cost for cost in costs(cells, db)}
    assert (after["lucky/0.2"].stored, after["lucky/0.2"].calls) == (5, 10 * 10)
    lucky = resolve("best(n=3,by=king):plan:retry:lucky/0.2")
    assert most_calls(lucky, 10).total() == 3 * (10 * 2 + 2) + 2
    assert most_calls(resolve("best(n=3,by=round_robin):lucky/0.2"), 10).total() == 36


def test_calls_at_most_are_never_fewer_than_calls_made(db: Path) -> None:
    suite = read("k2think", {"environment": "guess", "tasks": 4})
    cells = cells_of(suite, ["lucky/0.1"])
    said = {cost.arm: cost.calls for cost in costs(cells, db)}
    play(cells, db)
    for cell in cells:
        ((made,),) = sql(db, "select sum(calls) from episodes where agent = ?", cell.name[3])
        assert 0 < made <= said[cell.factors["arm"]]


# -- playing -------------------------------------------------------------------------------------


def test_an_interrupted_suite_goes_on_with_what_is_left(tmp_path: Path, db: Path) -> None:
    cells = cells_of(read(file(tmp_path, SWEEP)), ["lucky/0.2"])
    first = play(cells, db, budget=Budget(tokens=3_000), concurrency=1)
    assert (first.tally.status, first.tally.finished) == ("out of budget", 30)
    half = make_report(Results(read(file(tmp_path, SWEEP)), cells, db), figures=False)
    assert (half.counts["planned"], half.counts["scored"], half.counts["invalid"]) == (120, 30, 90)
    again = cells_of(read(file(tmp_path, SWEEP)), ["lucky/0.2"])
    second = play(again, db)
    assert (second.tally.before, second.tally.finished) == (30, 90)
    assert sql(db, "select count(*), count(distinct key) from episodes") == [(120, 120)]


# -- numbers -------------------------------------------------------------------------------------

ANALYSES = """
[[analysis]]
kind = "table"
[[analysis]]
kind = "curve"
x = "tool_calls"
[[analysis]]
kind = "slope"
x = "tool_calls"
[[analysis]]
kind = "rates"
columns = ["tool_calls"]
against = { tool_calls = 1 }
[[analysis]]
kind = "paired"
[[analysis]]
kind = "outcomes"
[[reference]]
what = "made up for this test"
value = 0.5
source = "nowhere"
where = { tool_calls = 4 }
"""


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A finished sweep with every analysis over single trials."""
    folder = tmp_path_factory.mktemp("sweep")
    path = file(folder, SWEEP + ANALYSES)
    return played(path, ["luck=lucky/0.2", "blind"], folder / "x.duckdb")


CELL = """
    select count(*), sum(headline), count(*) filter (status = 'scored') from results
    where agent = ? and options ->> 'tool_calls' = ?
"""


def test_the_numbers_of_a_table_are_those_of_the_file(sweep: Results) -> None:
    rows = tables(sweep)["success by agent, tool_calls"]
    assert len(rows) == 6
    for row in rows:
        agent = {"luck": "lucky/0.2"}.get(row["agent"], row["agent"])
        ((n, right, scored),) = sql(Path(sweep.db), CELL, agent, str(row["tool_calls"]))
        assert (row["planned"], row["scored"], row["invalid"]) == (n, scored, 0) == (40, 40, 0)
        assert row["success"] == right / n
        assert row["95% interval"] == pytest.approx(list(wilson(right, n)))


def test_a_curve_pairs_its_gains_by_task(sweep: Results) -> None:
    found = tables(sweep)
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


def test_rates_count_and_test_each_condition_against_the_baseline(sweep: Results) -> None:
    found = tables(sweep)
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


def test_a_slope_is_least_squares_over_the_steps(sweep: Results) -> None:
    found = tables(sweep)
    means = [r["success"] for r in found["success by agent, tool_calls"] if r["agent"] == "luck"]
    row = found["change of success per step of tool_calls"][0]
    assert row["slope"] == pytest.approx(linregress(range(3), means)[0])
    assert row["95% interval"][0] < row["slope"] < row["95% interval"][1]


def test_outcomes_add_up_to_what_was_planned(sweep: Results) -> None:
    for row in tables(sweep)["How episodes ended"]:
        assert row["success"] + row["wrong_answer"] + row.get("format_error", 0) == row["scored"]
        assert row["planned"] == 40


def test_a_reference_stands_beside_the_cells_it_names(sweep: Results) -> None:
    rows = tables(sweep)["The paper's figures"]
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


def test_tasks_that_are_all_alike_leave_an_interval() -> None:
    assert over_tasks([0.0] * 10, rate=True) == wilson(0, 10)
    assert over_tasks([0.5] * 10, rate=True) == (0.5, 0.5)
    assert over_tasks([3.0] * 10, rate=False) == (3.0, 3.0)


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


def test_a_sweep_over_two_options_is_a_row_for_each_cell(tmp_path: Path, db: Path) -> None:
    text = SWEEP + "[[analysis]]\nkind = 'slope'\nx = 'tool_calls'\n[[analysis]]\nkind = 'table'\n"
    given = {"budgets": list(range(1, 7)), "option.turns": list(range(3, 8)), "tasks": 2}
    results = played(file(tmp_path, text), ["oracle"], db, **given)
    rows = tables(results)["success by tool_calls, turns"]
    assert len(rows) == 30
    assert sum(row["planned"] for row in rows) == 60


# -- the report ----------------------------------------------------------------------------------

EVIL = "<script>alert(1)</script>\u202e|`[x](javascript:alert(1))\x00\x1b[31m"
SAFE_TAGS = """
    html head meta title style body main h1 h2 h3 p a ul ol li strong span nav section div b figure
    picture source img figcaption table thead tbody tr th td dl dt dd code details summary
"""


class Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of a report full of text that would like to run."""
    tmp_path = tmp_path_factory.mktemp("evil")
    db = tmp_path / "x.duckdb"
    text = SWEEP + ANALYSES.replace('"nowhere"', json.dumps(EVIL))
    suite = read(file(tmp_path, text.replace('"A sweep"', json.dumps(EVIL))), {"tasks": 3})
    cells = cells_of(suite, [Lucky(0.2, EVIL), "oracle"])
    play(cells, db)
    with duckdb.connect(str(db)) as connection:
        connection.execute("update episodes set outcome = ? where agent = 'oracle'", [EVIL])
    report = make_report(Results(suite, cells, db), command=EVIL)
    return {str(p.relative_to(tmp_path)): p.read_text() for p in write_report(report, tmp_path)}


def test_text_of_agents_and_environments_is_shown_and_never_runs(evil: dict[str, str]) -> None:
    files = evil
    tags = Tags()
    tags.feed(files["report.html"])
    assert {tag for tag, _ in tags.found} <= set(SAFE_TAGS.split())
    assert not any(name.startswith("on") for _, attrs in tags.found for name in attrs)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}" in files["report.html"]
    for name, text in files.items():
        assert not set("\x00\x1b\u202e") & set(text), name
        if name.endswith((".md", ".svg")):
            assert "<script" not in text, name
    lines = [line for line in files["report.md"].splitlines() if "script" in line]
    assert lines
    assert all(re.search(r"(?<!\\)(<script|\]\(javascript|`)", line) is None for line in lines)
    heads = [line for line in files["report.md"].splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in heads]
    rules = [w for line, w in zip(heads, widths, strict=True) if line.startswith("|--")]
    assert set(widths) == set(rules), "a bar in a cell breaks no table"


def test_the_page_asks_for_nothing_and_allows_nothing(evil: dict[str, str]) -> None:
    page = evil["report.html"]
    tags = Tags()
    tags.feed(page)
    (policy,) = [a["content"] for t, a in tags.found if a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    for tag, attributes in tags.found:
        for name in ("src", "srcset"):
            assert (attributes.get(name) or "data:").startswith("data:"), tag
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "https://arxiv.org/abs/"))
    assert "style" not in {name for _, attributes in tags.found for name in attributes}


def test_texts_are_plain_and_long_ones_are_cut() -> None:
    assert plain("a\nb\u200b\x7f\ud800") == "a b\\u{200b}\\u{7f}\\u{d800}"
    assert plain("x" * 1000).startswith("x" * LONGEST + "... (1,000 characters)")
    assert markdown("# a_b <i> http://x") == r"\# a\_b &lt;i&gt; http&#58;//x"


def test_the_report_names_what_it_was_made_with(sweep: Results, tmp_path: Path) -> None:
    report = make_report(sweep, command="palestra suite mine.toml")
    files = {path.name: path for path in write_report(report, tmp_path)}
    origin = json.loads(files["report.json"].read_text())["provenance"]
    assert origin["versions"]["palestra"]
    assert origin["machine"]["cores"] >= 1
    assert [session["status"] for session in origin["sessions"]] == ["finished"]
    assert len(origin["configurations"]) == 3
    assert origin["agents"]["luck, {agent}"]["uri"] == "lucky/0.2"
    for name in ("report.html", "report.md"):
        text = files[name].read_text()
        assert origin["suite"]["sha256"] in text
        assert "palestra suite mine.toml" in text
    pictures = re.findall(r"\]\((figures/[^)]+\.svg)\)", files["report.md"].read_text())
    assert pictures
    assert all((tmp_path / picture).exists() for picture in pictures)
    again = write_report(make_report(sweep), tmp_path / "again")
    drawn = [path for path in again if path.suffix == ".svg"]
    assert all(path.read_bytes() == files[path.name].read_bytes() for path in drawn)


def test_figures_without_matplotlib_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from palestra.evals.suites.draw import check

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'palestra\[report\]'"):
        check()


# -- the command ---------------------------------------------------------------------------------


def palestra(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "palestra", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)


def test_the_command_says_its_cost_plays_reports_and_reports_again(tmp_path: Path) -> None:
    path = file(tmp_path, SWEEP + ANALYSES)
    asked = ("suite", path, "-p", PLUGIN, "-a", "oracle", "-a", "blind", "-n", "6")
    dry = palestra(*asked, "--dry-run", "--json", cwd=tmp_path)
    assert sum(cost["episodes"] for cost in json.loads(dry.stdout)) == 36
    assert not (tmp_path / "palestra.duckdb").exists()
    done = palestra(*asked, "--out", "r", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.index("36 episodes to play") < done.stderr.index("36 episodes planned")
    assert json.loads(done.stdout)["counts"]["scored"] == 36
    first = json.loads((tmp_path / "r" / "report.json").read_text())
    next_command = done.stderr.strip().splitlines()[-1]
    assert "--report-only" in next_command
    again = palestra(*asked, "--out", "s", "--report-only", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "s" / "report.json").read_text())["sections"] == first["sections"]
    third = palestra(*asked, "--no-figures", cwd=tmp_path)
    assert "0 episodes to play" in third.stderr
    assert not (tmp_path / "reports" / "mine" / "figures").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("browse-budgets",), "did you mean 'browse-budget'"),
        (("nowhere.toml",), "there is no suite file"),
        ((), "give --list"),
        (("browse-budget", "-a", "oracle", "--set", "seed"), "expected key=value"),
        (("k2think", "-a", "oracle", "-s", "environment=guess"), "name a model: planner=URI"),
        (("browse-sft-rl", "-a", "oracle", "--report-only"), "compares at least 2 agents"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, arguments: Any, said: str) -> None:
    answer = palestra("suite", *arguments, "-p", PLUGIN, cwd=tmp_path)
    assert answer.returncode == 2, answer
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_a_report_of_nothing_is_refused(tmp_path: Path, db: Path) -> None:
    path = file(tmp_path, SWEEP + ANALYSES)
    play(cells_of(read(path, {"tasks": 1}), ["oracle"]), db)
    asked = ("suite", path, "-p", PLUGIN, "-a", "blind", "--report-only", "--db", str(db))
    answer = palestra(*asked, cwd=tmp_path)
    assert answer.returncode == 2
    assert "holds nothing of this suite with these agents" in answer.stderr


def test_the_list_names_the_shipped_suites(tmp_path: Path) -> None:
    listed = json.loads(palestra("suite", "--list", "--json", cwd=tmp_path).stdout)
    names = {row["name"] for row in listed}
    assert {"browse-budget", "browse-rollouts", "browse-sft-rl", "k2think"} <= names
    assert next(row for row in listed if row["name"] == "browse-sft-rl")["agents"] == 2
