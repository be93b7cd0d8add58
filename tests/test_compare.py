"""Comparing agents of a leaderboard file: what is counted, refused and said; one ranking of all."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import choix
import numpy as np
import pytest
from typer.testing import CliRunner

from palestra.agents import Agent, InfrastructureError, Reply
from palestra.cli import app
from palestra.envs.core import Episode, Message, Score, Usage, UsageError, call
from palestra.evals import EpisodeLimits, Retry, evaluate
from palestra.evals.statistics import compare, standings, strengths
from palestra.leaderboard import Cell, Store, Writer, outcomes, ranking


class Knows(Agent):
    """Answers rightly on the tasks that a function names; breaks where it says None."""

    def __init__(self, uri: str, right: Any) -> None:
        self.uri, self._right = uri, right

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        number = int(str(messages[-1]["content"]).split()[1].rstrip(":"))
        right = self._right(number)
        if right is None:
            raise InfrastructureError("503")
        truth = (number * 7) % 9 + 1
        return Reply(call("answer", number=truth if right else truth % 9 + 1), Usage(calls=1))


HALF = Knows("half", lambda n: n % 2 == 0)
MOST = Knows("most", lambda n: n % 10 != 0)
MOST_TOO = Knows("most-too", lambda n: n % 10 != 1)
FRAIL = Knows("frail", lambda n: None if n % 5 == 0 else n % 10 != 0)


def play(db: Path, *agents: Agent, **how: Any) -> None:
    evaluate(["guess"], agents, db=db, retry=Retry(attempts=1), **({"tasks": 100} | how))


def filled(
    db: Path, environment: str, results: Mapping[str, Sequence[float]], *, rate: bool = True
) -> None:
    """Store results that nobody played: agent -> one for each task."""
    store = Store(db)
    with Writer(store, environment) as writer:
        for agent, values in results.items():
            cell = Cell(
                run="",
                environment=environment,
                split="test",
                agent=agent,
                config={},
                headline="m",
                rate=rate,
            )
            number = store.settle_cells([cell])[0].id
            work = [(f"{environment}/{agent}/{i}", f"test/{i}", 0) for i in range(len(values))]
            store.plan(number, work)
            for (key, task, _), value in zip(work, values, strict=True):
                writer.add(
                    Episode(
                        key=key,
                        environment=environment,
                        task=task,
                        split="test",
                        agent=agent,
                        score=Score(value, "done", {}),
                        headline=float(value),
                        status="scored",
                    )
                )


def command(db: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--db", str(db)], env={"COLUMNS": "150"})


def words(text: str) -> str:
    return " ".join(text.split())


# What is counted


def test_outcomes_hold_every_planned_trial(db: Path) -> None:
    play(db, FRAIL, MOST, trials=2)
    frail, most = outcomes(db)
    assert (frail.agent, frail.planned, frail.scored, frail.invalid) == ("frail", 200, 160, 40)
    assert frail.trials["test/5"] == [None, None]
    assert (frail.means["test/5"], frail.means["test/6"], frail.means["test/10"]) == (0, 1, 0)
    assert frail.counted()["test/5"] == [0.0, 0.0]
    assert "test/5" not in frail.means_scored()
    assert (frail.ranked, most.ranked, frail.rate, frail.metric) == (False, True, True, "success")
    for row in ranking(db):
        cell = next(c for c in (frail, most) if c.agent == row.agent)
        assert (row.n, row.invalid) == (cell.planned, cell.invalid)
        assert row.mean == pytest.approx(sum(cell.means.values()) / len(cell.means))
    assert [c.agent for c in outcomes(db, agents=["most"])] == ["most"]
    assert outcomes(db, runs=["other"]) == outcomes(db, environment="no/Such-v0") == []


def test_both_ends_of_the_bracket_are_given_and_no_verdict_on_what_is_not_scored(db: Path) -> None:
    play(db, FRAIL, MOST)
    (pair,) = compare(db, ["frail", "most"]).pairs
    assert pair.result.difference == pytest.approx(-0.1)
    assert pair.scored_only == 0.0, "where both are scored they are alike"
    assert pair.result.verdict == "worse"
    assert pair.verdict == "cannot tell"
    assert "20 of 100 planned" in pair.remarks[0]
    assert pair.same_tasks.high == math.inf


def test_p_is_corrected_over_all_pairs_and_each_verdict_is_said(db: Path) -> None:
    play(db, HALF, MOST, MOST_TOO, tasks=200)
    found = compare(db)
    names = [(p.first.agent, p.second.agent) for p in found.pairs]
    assert names == list(itertools.combinations(["half", "most", "most-too"], 2))
    assert [p.verdict for p in found.pairs] == ["worse", "worse", "cannot tell"]
    assert found.pairs[0].result.p_adjusted == pytest.approx(3 * found.pairs[0].result.p)
    assert "3 comparisons" in found.note
    (pair,) = compare(db, ["most", "most-too"], margin=0.1).pairs
    assert (pair.result.difference, pair.verdict) == (0.0, "tied")


def test_other_settings_are_refused_unless_they_are_named(db: Path) -> None:
    play(db, HALF)
    play(db, MOST, limits=EpisodeLimits(seconds=60))
    with pytest.raises(UsageError, match=r"limits\.seconds: null -> 60") as caught:
        compare(db, ["half", "most"])
    assert "--despite" in str(caught.value)
    (pair,) = compare(db, ["half", "most"], despite=["limits.seconds"]).pairs
    assert pair.verdict == "worse"
    play(db, MOST_TOO, seed=1)
    found = compare(db)
    assert len(found.refused) == 2
    assert [p.remarks for p in found.pairs] == [
        ["the seeds differ: tasks are paired, chance within them is not"]
    ]


def test_one_agent_can_be_compared_between_runs(db: Path) -> None:
    play(db, HALF, name="one")
    play(db, HALF, name="two", options={"turns": 5})
    (pair,) = compare(db, ["half"], runs=["one", "two"], despite=["options.turns"]).pairs
    assert (pair.first.run, pair.second.run, pair.result.difference) == ("one", "two", 0.0)
    play(db, MOST, name="two", options={"turns": 5})
    (pair,) = compare(db, ["most", "half"], runs=["two"]).pairs
    assert (pair.first.agent, pair.second.run) == ("most", "two")
    (pair,) = compare(db, ["most", "half"], runs=["two", "one"], despite=["options.turns"]).pairs
    assert (pair.first.run, pair.second.run) == ("two", "one")


@pytest.mark.parametrize(
    ("agents", "runs", "message"),
    [
        (["half"], [], "compared with nothing"),
        (["half", "nobody"], [], "no such results of nobody; it has half, most"),
        (["half", "most"], ["a", "b", "c"], "3 runs are named for 2 agents"),
        (["half", "other"], [], "no two of these agents on the same tasks"),
    ],
)
def test_what_cannot_be_compared_is_said(
    db: Path, agents: list[str], runs: list[str], message: str
) -> None:
    play(db, HALF, MOST, tasks=5)
    play(db, Knows("other", lambda n: True), tasks=5, name="elsewhere")
    if "other" in agents:
        agents = ["half", "other"]
    with pytest.raises(UsageError, match=message):
        compare(db, agents, runs=runs)


def test_all_environments_count_the_same_and_are_the_sample(db: Path) -> None:
    for number, (gain, n) in enumerate([(0.1, 100), (0.3, 20), (0.2, 50)]):
        won = round(gain * n)
        filled(db, f"test/E{number}-v0", {"a": [1] * won + [0] * (n - won), "b": [0] * n})
    filled(db, "test/Return-v0", {"c": [3, 5, 9, 2], "d": [2, 1, 4, 2]}, rate=False)
    found = compare(db)
    (overall,) = found.overall
    assert overall.interval.mean == pytest.approx(0.2)
    assert overall.interval.clusters == 3
    assert overall.p == pytest.approx(0.0742, abs=1e-4)  # t = 2 sqrt(3), 2 degrees of freedom
    assert overall.verdict == "cannot tell"
    assert found.pairs[-1].result.margin is None, "points have no meaning for a return"


# One ranking


def test_strengths_are_agrestis_tennis_players() -> None:
    # Agresti, An Introduction to Categorical Data Analysis, 3rd ed., section 11.4: matches of
    # 2014-2018, estimates against Wawrinka.
    names = ["Djokovic", "Federer", "Murray", "Nadal", "Wawrinka"]
    wins = {
        (0, 1): (9, 6),
        (0, 2): (14, 3),
        (0, 3): (9, 2),
        (0, 4): (4, 3),
        (1, 2): (5, 0),
        (1, 3): (5, 1),
        (1, 4): (7, 2),
        (2, 3): (2, 4),
        (2, 4): (2, 2),
        (3, 4): (4, 3),
    }
    table = np.zeros((5, 5))
    block: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for (i, j), (a, b) in wins.items():
        table[i, j], table[j, i] = a, b
        for match in range(a + b):
            block[names[i]][f"{i}{j}/{match}"] = [float(match < a)]
            block[names[j]][f"{i}{j}/{match}"] = [float(match >= a)]
    plain = choix.ilsr_pairwise_dense(table)
    assert plain - plain[4] == pytest.approx([1.176, 1.136, -0.569, -0.062, 0], abs=5e-4)
    imagined = choix.ilsr_pairwise_dense(table + (table + table.T > 0) / 2)
    found = {each.agent: each for each in strengths({"tennis": [block]}, resamples=50)}
    assert [found[name].strength for name in names] == pytest.approx(
        list(imagined - imagined.mean()), abs=1e-6
    )
    assert [found[n].rank for n in names] == [1, 2, 5, 4, 3]


def test_ties_are_half_a_win_and_trials_are_paired_with_trials() -> None:
    a = {"t0": [1.0], "t1": [1.0], "t2": [0.0], "t3": [1.0, 0.0]}
    b = {"t0": [1.0], "t1": [0.0], "t2": [0.0], "t3": [0.0, 0.0]}
    first, second = strengths({"e": [{"a": a, "b": b}]}, resamples=200)
    wins = 0.5 + 1 + 0.5 + 0.75 + 0.5  # and half of the imagined match
    assert (first.agent, first.score) == ("a", pytest.approx(wins / 5))
    assert second.strength == pytest.approx(-first.strength)
    assert first.low <= first.score <= first.high
    assert math.isnan(first.wide_low)


def test_who_always_wins_stands_within_its_own_interval() -> None:
    agents = {"best": 1.0, "other": 0.0, "third": 0.0}
    block = {agent: {f"t{i}": [score] for i in range(20)} for agent, score in agents.items()}
    found = strengths({"x": [block], "y": [block]}, resamples=100)
    assert found[0].agent == "best"
    for each in found:
        assert each.low <= each.score <= each.high
        assert each.wide_low <= each.score <= each.wide_high


def test_environments_weigh_the_same_and_disagreement_widens_the_wide_interval() -> None:
    def block(n: int, better: str) -> dict[str, dict[str, list[float]]]:
        won = {f"t{i}": [float(i % 4 > 0)] for i in range(n)}
        lost = {f"t{i}": [0.0] for i in range(n)}
        return {"a": won, "b": lost} if better == "a" else {"a": lost, "b": won}

    even = strengths({"x": [block(400, "a")], "y": [block(40, "b")]}, resamples=300)
    assert even[0].score == pytest.approx(0.5, abs=1e-6)
    assert [e.rank for e in even] == [1, 1]
    assert even[0].wide_high - even[0].wide_low > 3 * (even[0].high - even[0].low)
    agreed = strengths({"x": [block(400, "a")], "y": [block(40, "a")]}, resamples=300)
    assert agreed[0].wide_low > 0.7


def test_agents_that_nothing_connects_are_not_ranked_together() -> None:
    one = {"a": {"t": [1.0]}, "b": {"t": [0.0]}}
    other = {"c": {"t": [1.0]}, "d": {"t": [0.0]}}
    with pytest.raises(UsageError, match=r"a; b \| c; d"):
        strengths({"x": [one], "y": [other]})
    with pytest.raises(UsageError, match="needs two agents"):
        strengths({"x": [{"a": {"t": [1.0]}}]})


def test_the_interval_of_a_score_covers_it() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(60):
        chance = rng.beta(1, 1, (60, 1)) ** [[0.7, 1.5]]
        solved = rng.random((60, 2)) < chance
        block = {
            name: {str(t): [float(x)] for t, x in enumerate(column)}
            for name, column in zip("ab", solved.T, strict=True)
        }
        found = {e.agent: e for e in strengths({"e": [block]}, resamples=300, seed=seed)}["a"]
        truth = 0.5 + (1 / 1.7 - 1 / 2.5) / 2  # E[p_a - p_b] / 2 for uniform difficulty
        covered += found.low <= truth <= found.high
    assert covered / 60 > 0.85


def test_standings_leave_out_who_is_not_scored_and_say_so(db: Path) -> None:
    play(db, HALF, MOST, FRAIL)
    filled(db, "test/Other-v0", {"half": [0, 1, 1, 0], "most": [0, 1, 1, 1]})
    filled(db, "test/Lone-v0", {"lonely": [1, 1]})
    found = standings(db)
    assert [each.agent for each in found.ranked] == ["most", "half"]
    left = {e.agent: (e.strength, e.invalid, e.why) for e in found.unranked}
    assert left == {
        "frail": (None, 20, "20 of 100 not scored in test/Guess-v0 (test)"),
        "lonely": (None, 0, "shares no task with another"),
    }
    assert found.environments == ["test/Guess-v0", "test/Other-v0"]
    assert found.ranked[0].planned == 104
    play(db, MOST_TOO, limits=EpisodeLimits(seconds=60))
    with pytest.raises(UsageError, match=r"limits\.seconds"):
        standings(db)


# The commands


def test_the_command_says_it_in_words(db: Path) -> None:
    play(db, HALF, MOST, MOST_TOO, tasks=300)
    answer = command(db, "compare", "most", "half", "-e", "test/Guess-v0")
    assert answer.exit_code == 0, answer.output
    assert "most is better than half by 40.0 points" in words(answer.stdout)
    answer = command(db, "compare", "most", "most-too", "--margin", "8")
    assert "most and most-too are tied: the difference lies within 8.0 points" in words(
        answer.stdout
    )
    answer = command(db, "compare", "most", "most-too", "--margin", "1")
    assert "Cannot tell most from most-too" in words(answer.stdout)
    assert "300 tasks could show" in words(answer.stdout)
    assert "3 comparisons" in command(db, "compare").stdout


def test_the_command_for_machines_and_what_it_refuses(db: Path) -> None:
    play(db, HALF, MOST)
    play(db, MOST_TOO, limits=EpisodeLimits(seconds=60))
    answer = command(db, "compare", "--json")
    assert answer.exit_code == 1, "not all was compared"
    found = json.loads(answer.stdout)
    (pair,) = found["comparisons"]
    assert pair["first"] == {
        "agent": "half",
        "run": "",
        "mean": 0.5,
        "planned": 100,
        "scored": 100,
        "invalid": 0,
    }
    assert (pair["verdict"], pair["same_tasks_low"]) == ("worse", None)
    assert pair["p"] == pair["p_holm"] < 0.001
    assert len(found["refused"]) == 2
    assert "limits.seconds: null -> 60" in answer.stderr


def test_the_ranking_as_a_table_and_for_machines(db: Path) -> None:
    play(db, HALF, MOST, FRAIL)
    filled(db, "test/Other-v0", {"half": [0, 1, 1, 0], "most": [0, 1, 1, 1]})
    answer = command(db, "rank")
    assert answer.exit_code == 0, answer.output
    assert "not ranked: frail" in answer.stdout
    assert "2 environments say little about others" in words(answer.stdout)
    agents = json.loads(command(db, "rank", "--json").stdout)["agents"]
    assert [(a["agent"], a["rank"]) for a in agents] == [("most", 1), ("half", 2), ("frail", None)]
    assert agents[0]["wide_low"] < agents[0]["score"] < agents[0]["wide_high"]


def test_power_is_planned_from_shares_or_from_results(db: Path) -> None:
    rows = json.loads(command(db, "power", "--points", "5", "--json").stdout)
    assert {row["discordant"]: row["tasks"] for row in rows}[0.2] == 626
    (row,) = json.loads(command(db, "power", "--sd", "1", "--difference", "0.5", "--json").stdout)
    assert row["tasks"] == 34
    play(db, HALF, MOST, trials=2)
    answer = command(db, "power", "half", "most", "--points", "10", "--json")
    (row,) = json.loads(answer.stdout)
    assert row["tasks"] == 100
    needed = row["tasks_needed"]
    assert list(needed) == ["1", "2", "4", "8"]
    assert needed["1"] == needed["8"], "these agents do the same in every trial"
    # 50 tasks lost, 10 won, 40 alike; and one more of each.
    assert row["sd"] == pytest.approx(math.sqrt((62 - 40**2 / 102) / 101))
    table = command(db, "power", "half", "most", "--points", "10")
    assert "tasks to see 10.0 points" in table.stdout
