"""Suites: what is wrong is named, what it costs is said, what is left is played."""

from __future__ import annotations

from pathlib import Path

import pytest
from suiting import SWEEP, file, play, sql

from palestra.agents import resolve
from palestra.envs.core import UsageError
from palestra.evals import Budget
from palestra.evals.suites import Results, cells_of, costs, make_report, read, shipped
from palestra.evals.suites.cost import most_calls


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


@pytest.mark.parametrize("name", [name for name in shipped() if read(name).entries])
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
    if not browses:  # at its own size too; of browse that takes the whole corpus
        assert cells_of(read(name), ["first=lucky/0.1", "second=lucky/0.2"])


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
