"""Runs: planned, played, stored, resumed; whose fault a failure is decides what is recorded."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from guessing import Guess
from palestra.agents import Agent, InfrastructureError, Reply
from palestra.envs.core import Message, UnicodeText, Usage, UsageError, call, say
from palestra.evals import Budget, EpisodeLimits, Retry, evaluate, plan, run
from palestra.leaderboard import ConfigChanged, episodes, ranking, sessions


class Answering(Agent):
    """Answers 1 at once, after whatever `before` does."""

    def __init__(self, before: Any = None, uri: str = "answering") -> None:
        self._before, self.uri = before, uri
        self.asked = 0

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        self.asked += 1
        if self._before is not None:
            await self._before(self)
        return Reply(call("answer", number=1), Usage(calls=1, input_tokens=9, cost=0.5))


def test_the_reference_agents_rank_as_they_should(db: Path) -> None:
    report = evaluate(["guess"], tasks=200, db=db)
    means = {row.agent: row.mean for row in report.rows}
    assert means["oracle"] == means["halving"] == 1.0
    assert 0.05 < means["blind"] < 0.2
    assert means["shouter"] == 0.0
    assert means["random"] < 0.1
    assert [row.rank for row in report.rows] == [1, 1, 3, 4, 4]  # ties share a rank


def test_the_same_run_twice_plays_nothing_twice(db: Path) -> None:
    first = evaluate(["guess"], ["oracle"], tasks=30, db=db)
    second = evaluate(["guess"], ["oracle"], tasks=30, db=db)
    assert (first.tally.finished, second.tally.finished, second.tally.before) == (30, 0, 30)
    longer = evaluate(["guess"], ["oracle"], tasks=50, trials=2, db=db)
    assert (longer.tally.finished, longer.tally.before) == (70, 30)


def test_every_agent_meets_the_same_seeds(db: Path) -> None:
    evaluate(["guess"], ["oracle", "blind"], tasks=5, trials=2, db=db)
    seeds = {}
    for each in episodes(db):
        seeds.setdefault((each.task, each.trial), set()).add(each.seed)
    assert len(seeds) == 10
    assert all(len(found) == 1 for found in seeds.values())
    assert len({next(iter(found)) for found in seeds.values()}) == 10


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 1}, "seed: 0 -> 1"),
        ({"options": {"turns": 5}}, "options.turns: null -> 5"),
        ({"limits": EpisodeLimits(seconds=9)}, "limits.seconds: null -> 9"),
    ],
)
def test_a_changed_setting_is_refused_unless_the_run_is_named(
    db: Path, change: dict[str, Any], named: str
) -> None:
    evaluate(["guess"], ["oracle"], tasks=3, db=db)
    with pytest.raises(ConfigChanged) as caught:
        evaluate(["guess"], ["oracle"], tasks=3, db=db, **change)
    assert named in str(caught.value)
    evaluate(["guess"], ["oracle"], tasks=3, db=db, name="other", **change)
    assert {row.run for row in ranking(db)} == {"", "other"}


def test_an_infrastructure_fault_is_tried_again_and_counted(db: Path) -> None:
    async def faulty(agent: Answering) -> None:
        if agent.asked <= 2:
            raise InfrastructureError("503")

    retry = Retry(attempts=3, first=0.01)
    report = evaluate(["guess"], [Answering(faulty)], tasks=1, db=db, retry=retry)
    assert (report.tally.retries, report.rows[0].scored) == (2, 1)


def test_an_agent_that_breaks_is_an_error_with_its_traceback(db: Path) -> None:
    async def broken(agent: Answering) -> None:
        raise KeyError("oops")

    evaluate(["guess"], [Answering(broken)], tasks=2, db=db)
    for each in episodes(db):
        assert each.status == "error"
        assert "oops" in (each.error or "")


@pytest.mark.parametrize("garbage", [None, "hello", {"role": "assistant"}])
def test_an_agent_that_returns_no_reply_is_an_error_of_the_agent(db: Path, garbage: Any) -> None:
    class Garbage(Answering):
        async def act(self, messages: Any, tools: Any, *, seed: int) -> Any:
            return garbage

    evaluate(["guess"], [Garbage()], tasks=1, db=db)
    (each,) = episodes(db)
    assert each.status == "error"
    assert "expected a Reply" in (each.error or "")


def test_a_time_out_of_the_agents_own_is_infrastructure_not_a_deadline(db: Path) -> None:
    async def times_out(agent: Answering) -> None:
        if agent.asked == 1:
            raise TimeoutError

    retry = Retry(attempts=2, first=0.01)
    report = evaluate(["guess"], [Answering(times_out)], tasks=1, db=db, retry=retry)
    assert (report.tally.retries, report.rows[0].scored) == (1, 1)


@pytest.mark.parametrize("message", [None, 5, "x", {}, {"role": "assistant", "content": "\ud800"}])
def test_a_reply_with_an_absurd_message_is_a_format_error(db: Path, message: Any) -> None:
    class Absurd(Answering):
        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            return Reply(message)

    evaluate(["guess"], [Absurd()], tasks=1, db=db)
    (each,) = episodes(db)
    assert each.score is not None
    assert each.score.outcome == "format_error"
    assert len(each.messages) == 3


def test_an_environment_that_breaks_is_invalid_and_keeps_the_messages(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guess, "grade", lambda *_: 1 / 0)
    report = evaluate(["guess"], ["oracle"], tasks=2, db=db)
    assert (report.rows[0].scored, report.rows[0].invalid, report.rows[0].mean) == (0, 2, 0.0)
    for each in episodes(db):
        assert each.status == "invalid"
        assert "ZeroDivisionError" in (each.error or "")
        assert len(each.messages) == 5


def test_an_episode_out_of_time_is_stopped_and_graded(db: Path) -> None:
    async def slow(agent: Answering) -> None:
        await asyncio.sleep(5)

    limits = EpisodeLimits(seconds=0.05)
    report = evaluate(["guess"], [Answering(slow)], tasks=2, db=db, limits=limits)
    assert report.rows[0].scored == 2
    assert {each.score.outcome for each in episodes(db) if each.score} == {"out_of_time"}


def test_a_budget_stops_the_run_and_the_same_command_goes_on(db: Path) -> None:
    agent = Answering()
    budget = Budget(cost=5.0)
    report = evaluate(["guess"], [agent], tasks=100, db=db, budget=budget, concurrency=2)
    assert report.tally.status == "out of budget"
    assert 10 <= report.tally.finished <= 12
    assert report.rows[0].n == 100
    rest = evaluate(["guess"], [agent], tasks=100, db=db)
    assert rest.tally.finished == 100 - report.tally.finished


def test_as_many_episodes_run_at_once_as_allowed(db: Path) -> None:
    running, most = 0, 0

    async def count(agent: Answering) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1

    evaluate(["guess"], [Answering(count)], tasks=60, db=db, concurrency=7)
    assert most == 7


def test_cancelling_keeps_what_is_done(db: Path) -> None:
    async def slow(agent: Answering) -> None:
        await asyncio.sleep(0 if agent.asked < 20 else 60)

    async def cancelled() -> None:
        planned = plan(["guess"], [Answering(slow)], tasks=50)
        task = asyncio.create_task(run(planned, db=db, concurrency=4))
        await asyncio.sleep(1.0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert len(list(episodes(db))) >= 16
    assert [s["status"] for s in sessions(db)] == ["interrupted"]


def test_an_arena_is_played_by_one_agent_in_every_seat(db: Path) -> None:
    report = evaluate(["race"], ["oracle"], tasks=3, db=db)
    assert report.rows[0].mean == 1.0
    each = next(iter(episodes(db)))
    assert {m["seat"] for m in each.messages} == {"runner_0", "runner_1"}  # type: ignore[typeddict-item]


class Echo(gymnasium.Env[str, str]):
    """A plain Gymnasium environment of text: say the word."""

    observation_space = UnicodeText(100)
    action_space = UnicodeText(100)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self._word = str(self.np_random.integers(1000))
        return self._word, {}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        return "", float(action == self._word), True, False, {"length": len(action)}


def test_anybodys_gymnasium_environment_of_text_runs_in_the_same_loop(db: Path) -> None:
    gymnasium.register("third/Echo-v0", lambda **_: Echo())

    class Parrot(Answering):
        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            return Reply(say(messages[-1]["content"]))

    report = evaluate(["third/Echo-v0"], [Parrot(uri="parrot")], tasks=20, db=db)
    assert (report.rows[0].metric, report.rows[0].mean) == ("return", 1.0)


def test_an_environment_of_numbers_is_refused_with_a_reason(db: Path) -> None:
    with pytest.raises(UsageError, match="actions are text or messages"):
        evaluate(["CartPole-v1"], [Answering()], tasks=1, db=db)


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_repeat_nothing(db: Path) -> None:
    """Kill -9 at any moment of a 2,000-episode run, 20 times; start again each time."""
    script = textwrap.dedent(f"""
        import asyncio, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import guessing
        from test_evals import Answering
        from palestra.evals import evaluate
        async def pause(agent):
            await asyncio.sleep(0.02)
        report = evaluate(
            ["guess"], [Answering(pause)], tasks=200, trials=10, db={str(db)!r}, concurrency=8,
            watch=lambda tally: print("started", tally.before, flush=True),
        )
        print("finished", report.tally.finished, report.tally.before, flush=True)
    """)
    reported = 0
    for kill in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert child.stdout is not None
        line = child.stdout.readline().split()
        assert line[:1] == [b"started"]
        before = int(line[1])
        assert before >= reported, "an episode that was stored is gone"
        reported = before
        time.sleep(0.013 * (kill * 7 % 20) + 0.03)
        child.send_signal(signal.SIGKILL)
        child.wait()
    end = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "finished" in end.stdout
    (row,) = ranking(db)
    assert (row.n, row.scored) == (2000, 2000)
    keys = [each.key for each in episodes(db, transcripts=False)]
    assert len(keys) == len(set(keys)) == 2000
    with_messages = [each for each in episodes(db) if len(each.messages) == 3]
    assert len(with_messages) == 2000


@pytest.mark.slow
def test_two_runs_on_one_file_at_once_both_finish(db: Path) -> None:
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        import guessing
        from palestra.evals import evaluate
        report = evaluate(["guess"], [sys.argv[1]], tasks=200, trials=10, db={str(db)!r})
        assert report.rows[0].scored == 2000, report
    """)
    both = [subprocess.Popen([sys.executable, "-c", script, a]) for a in ("blind", "halving")]
    assert [child.wait(120) for child in both] == [0, 0]
    assert [(row.agent, row.scored) for row in ranking(db)] == [("halving", 2000), ("blind", 2000)]
