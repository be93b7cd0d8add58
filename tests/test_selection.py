"""Choices among stored trials: estimators, votes, bounds, and what is undefined."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from palestra.agents import Agent, InfrastructureError, Reply
from palestra.cli import app
from palestra.envs.core import Message, Usage, UsageError, call, calls, say
from palestra.evals import Retry, evaluate
from palestra.leaderboard import Selection, Store, ranking, selection
from palestra.leaderboard.answers import final_answer
from palestra.leaderboard.passes import expected_best, expected_worst


class ByTrial(Agent):
    """Plays for each task and trial the messages that a function of truth, task and trial says."""

    def __init__(self, script: Callable[[int, int, int], list[Any]], uri: str = "scripted") -> None:
        self._script, self.uri = script, uri
        self._seen: dict[int, int] = {}

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        raise AssertionError("seated only")

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        task = int(env.task.id.rpartition("/")[2])
        trial = self._seen.get(task, 0)
        self._seen[task] = trial + 1
        return _Seat(self._script(env.task.truth, task, trial))


class _Seat(Agent):
    def __init__(self, script: list[Any]) -> None:
        self._script = iter(script)

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        action = next(self._script, None)
        if isinstance(action, Exception):
            raise action
        usage = Usage(calls=1, input_tokens=10, output_tokens=5, cost=0.5)
        return Reply(say(""), usage, stop=True) if action is None else Reply(action, usage)


def wrong(truth: int, by: int = 1) -> int:
    return (truth + by - 1) % 9 + 1


def rows(db: Path, **asked: Any) -> dict[str, Selection]:
    return {row.rule: row for row in selection(db, **asked)}


def play(db: Path, script: Callable[[int, int, int], list[Any]], **how: Any) -> None:
    one_after_another = {"concurrency": 1, "retry": Retry(attempts=1)}
    evaluate(["guess"], [ByTrial(script)], db=db, **(one_after_another | how))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=7), st.data())
def test_the_estimators_are_means_over_all_draws(values: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(values)))
    draws = list(combinations(values, k))
    assert expected_best(values, k) == pytest.approx(sum(map(max, draws)) / len(draws))
    assert expected_worst(values, k) == pytest.approx(sum(map(min, draws)) / len(draws))


def test_votes_bounds_and_efficiency_come_out_as_counted_by_hand(db: Path) -> None:
    # Task 0: right, right, wrong. Task 1: right, wrong, wrong (alike). Task 2: wrong, three ways.
    # Task 3: right, then two different wrong ones: equal votes, the first counts.
    patterns = [(0, 0, 1), (0, 1, 1), (1, 2, 3), (0, 1, 2)]
    play(
        db,
        lambda truth, task, trial: [call("answer", number=wrong(truth, patterns[task][trial]))],
        tasks=4,
        trials=3,
    )
    found = rows(db)
    assert list(found) == ["pass@1", "majority", "fewest", "pass@3", "pass^3", "best"]
    means = {rule: row.mean for rule, row in found.items()}
    assert means["pass@1"] == pytest.approx((2 / 3 + 1 / 3 + 0 + 1 / 3) / 4)
    assert means["pass@1"] == pytest.approx(ranking(db)[0].mean)
    assert (means["majority"], means["fewest"]) == (0.5, 0.5)
    assert (means["pass@3"], means["best"], means["pass^3"]) == (0.75, 0.75, 0.0)
    assert found["majority"].efficiency == pytest.approx((0.5 - 1 / 3) / (0.75 - 1 / 3))
    assert found["best"].efficiency is None
    assert [rule for rule, row in found.items() if row.bound] == ["pass@3", "best"]
    assert rows(db, k=2)["pass@2"].mean == pytest.approx((1 + 2 / 3 + 0 + 2 / 3) / 4)
    assert list(rows(db, k=1)) == ["pass@1", "majority", "fewest", "best"]
    assert rows(db, k=2)["pass^2"].mean == pytest.approx((1 / 3 + 0 + 0 + 0) / 4)


def test_costs_are_of_one_trial_or_of_all(db: Path) -> None:
    play(db, lambda truth, task, trial: [call("answer", number=truth)], tasks=2, trials=4)
    found = rows(db)
    assert (found["pass@1"].cost, found["majority"].cost) == (0.5, 2.0)
    assert (found["pass@1"].tokens, found["majority"].tokens) == (15, 60)
    assert found["majority"].efficiency is None


def test_fewest_looks_at_tool_calls_within_the_winning_answer_only(db: Path) -> None:
    def script(truth: int, task: int, trial: int) -> list[Any]:
        if trial == 2:  # shortest, but alone
            return [call("answer", number=wrong(truth))]
        asked = [call("higher", than=each) for each in range(1, 4 - trial)]
        return [*asked, call("answer", number=truth)]

    play(db, script, tasks=3, trials=3)
    assert rows(db)["fewest"].mean == 1.0


def test_who_ran_out_of_turns_or_gave_up_has_no_vote(db: Path) -> None:
    def script(truth: int, task: int, trial: int) -> list[Any]:
        if trial < 2:
            return [call("higher", than=1)]  # and gives up
        return [call("answer", number=truth)]

    play(db, script, tasks=2, trials=3)
    assert rows(db)["majority"].mean == 1.0
    assert rows(db)["pass@1"].mean == pytest.approx(1 / 3)


def test_pass_hat_k_is_undefined_on_unequal_trials_and_the_rest_counts_zero(db: Path) -> None:
    def script(truth: int, task: int, trial: int) -> list[Any]:
        if (task, trial) == (0, 0):
            return [InfrastructureError("503", retry=False)]
        return [call("answer", number=truth)]

    play(db, script, tasks=2, trials=2)
    found = rows(db)
    for rule in ("pass^2", "pass@2"):
        assert (found[rule].mean, found[rule].low) == (None, None)
        assert found[rule].why == "1 of 2 tasks have fewer than 2 scored trials"
    assert found["pass@1"].mean == 0.75
    assert (found["majority"].mean, found["majority"].scored) == (1.0, 3)


def test_more_trials_of_some_tasks_leave_pass_k_undefined_and_say_why(db: Path) -> None:
    def right(truth: int, task: int, trial: int) -> list[Any]:
        return [call("answer", number=truth)]

    play(db, right, tasks=2, trials=2)
    play(db, right, tasks=1, trials=3)
    assert rows(db)["pass^3"].why == "1 of 2 tasks have fewer than 3 scored trials"
    two = rows(db, k=2)
    assert two["pass^2"].mean is two["pass@2"].mean is None
    assert two["pass^2"].why == two["pass@2"].why == "tasks have from 2 to 3 trials"
    assert two["pass@1"].why == ""
    with pytest.raises(UsageError, match="run with --trials 4"):
        selection(db, k=4)
    shown = CliRunner().invoke(app, ["select", "--db", str(db), "-k", "2"])
    assert "pass@2 and pass^2 undefined for scripted in test/Guess-v0: tasks" in shown.output


def test_an_invalidated_trial_has_neither_score_nor_vote(db: Path) -> None:
    play(
        db,
        lambda truth, task, trial: [call("answer", number=truth if trial else wrong(truth))],
        tasks=1,
        trials=2,
    )
    assert rows(db)["majority"].mean == 0.0  # equal votes: the first
    Store(db).invalidate("trial = 0", [], "a test")
    assert rows(db)["majority"].mean == 1.0


def test_single_trials_leave_nothing_to_choose(db: Path) -> None:
    play(db, lambda truth, task, trial: [call("answer", number=truth)], tasks=2)
    assert selection(db) == []
    with pytest.raises(UsageError, match="at least 1"):
        selection(db, k=0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([call("a", text="The  Answer")], [say("x"), call("a", text="the answer")], True),
        ([call("a", x=1, y=2)], [calls(("b", {}), ("a", {"y": 2, "x": 1}))], True),
        ([call("a", x=1)], [call("b", x=1)], False),
        ([call("a", x=1)], [call("a", x="1")], False),
        ([say("<think>a</think> Paris ")], [say("PARIS")], True),
        ([say("Paris")], [say("Rome")], False),
    ],
)
def test_answers_are_compared_without_case_and_white_space(
    one: Any, other: Any, same: bool
) -> None:
    assert (final_answer(one) == final_answer(other)) is same


def test_a_key_compares_one_argument_only() -> None:
    one, other = [call("a", text="Yes", why="x")], [call("a", text="yes", why="y")]
    assert final_answer(one) != final_answer(other)
    assert final_answer(one, "text") == final_answer(other, "text")


def test_what_cannot_be_read_is_no_answer() -> None:
    assert final_answer([]) is None
    assert final_answer([say("  ")]) is None
    broken: Message = {"role": "assistant", "content": "x", "parse_error": "bad"}
    assert final_answer([broken]) is None
    torn: Any = {"id": "0", "type": "function", "function": {"name": "a", "arguments": "{"}}
    assert final_answer([{"role": "assistant", "content": None, "tool_calls": [torn]}]) is None


def test_the_command_prints_a_table_or_json(db: Path) -> None:
    play(db, lambda truth, task, trial: [call("answer", number=truth)], tasks=3, trials=2)
    shell = CliRunner()
    shown = shell.invoke(app, ["select", "guess", "--db", str(db)])
    assert shown.exit_code == 0, shown.output
    assert "pass^2" in shown.output
    printed = shell.invoke(app, ["select", "--db", str(db), "-k", "2", "--json"])
    listed = json.loads(printed.output)
    assert [row["rule"] for row in listed][3:5] == ["pass@2", "pass^2"]
    assert listed[0]["agent"] == "scripted"


def test_the_command_says_when_there_is_nothing_to_choose(db: Path) -> None:
    play(db, lambda truth, task, trial: [call("answer", number=truth)], tasks=1)
    shown = CliRunner().invoke(app, ["select", "--db", str(db)])
    assert "more than once" in shown.output


def test_a_scaffold_wraps_every_agent_of_a_run(db: Path) -> None:
    shell = CliRunner()
    command = ["run", "guess", "-a", "oracle", "-a", "blind", "-n", "3", "--db", str(db)]
    done = shell.invoke(app, [*command, "--scaffold", "best(n=2,by=random)", "--json"])
    assert done.exit_code == 0, done.output
    assert {row.agent for row in ranking(db)} == {
        "best(n=2,by=random):oracle",
        "best(n=2,by=random):blind",
    }
    alone = shell.invoke(app, ["run", "guess", "--scaffold", "best(n=2)", "--db", str(db)])
    assert isinstance(alone.exception, UsageError)
