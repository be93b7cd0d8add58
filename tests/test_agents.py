"""Agents by URI, and what scripts, recordings and people do."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from guessing import Guess
from palestra.agents import ReferenceAgent, register_agent, resolve
from palestra.agents.base import Agent, Reply
from palestra.agents.human import Human, parse_line
from palestra.envs.core import UsageError, call, say
from palestra.evals import evaluate, plan


class Parrot(Agent):
    """Says what was said."""

    uri = "parrot"

    async def act(self, messages, tools, *, seed):  # type: ignore[no-untyped-def]
        return Reply(say(str(messages[-1]["content"])))


def test_a_wrong_uri_is_named_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="Did you mean 'oracle'"):
        resolve("orcale", ["oracle", "blind"])
    with pytest.raises(UsageError, match="takes no option 'heat'"):
        resolve("openai/m?heat=3&base_url=http://127.0.0.1:1/v1")
    with pytest.raises(UsageError, match="temperature='hot'"):
        resolve("openai/m?temperature=hot&base_url=http://127.0.0.1:1/v1")


def test_a_missing_key_is_said_with_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UsageError, match="set OPENAI_API_KEY"):
        resolve("openai/gpt-5")


def test_a_registered_agent_is_found_by_its_scheme() -> None:
    register_agent("parrot", lambda name, options: Parrot(), "repeats")
    assert isinstance(resolve("parrot/any?x=1"), Parrot)


def test_a_reference_that_the_environment_lacks_is_refused_when_planning() -> None:
    with pytest.raises(UsageError, match="Reference agents here: oracle"):
        plan(["guess"], ["greedy_reader"], tasks=1)


def test_a_script_that_ends_gives_up() -> None:
    env = Guess()
    env.reset(seed=1)

    def silent(seat):  # type: ignore[no-untyped-def]
        return
        yield

    player = ReferenceAgent("oracle").seated(env, 1)
    player._reference = type(player._reference)(silent, "baseline")  # type: ignore[attr-defined]
    reply = asyncio.run(player.act([say("x")], [], seed=0))
    assert reply.stop


def test_an_unprivileged_script_does_not_see_the_environment() -> None:
    seen = []

    def look(seat):  # type: ignore[no-untyped-def]
        seen.append(seat.env)
        yield say("x")

    env = Guess()
    env.reset(seed=1)
    player = ReferenceAgent("blind").seated(env, 1)
    player._reference = type(player._reference)(look, "baseline")  # type: ignore[attr-defined]
    asyncio.run(player.act([say("x")], [], seed=0))
    assert seen == [None]


def test_a_replay_scores_as_the_recording_did(db: Path, tmp_path: Path) -> None:
    first = evaluate(["guess"], ["blind", "halving"], tasks=40, db=db)
    for agent in ("blind", "halving"):
        again = evaluate(
            ["guess"], [f"replay/{agent}?db={db}"], tasks=40, db=tmp_path / f"{agent}.duckdb"
        )
        assert again.rows[0].mean == next(r.mean for r in first.rows if r.agent == agent)


def test_a_replay_of_nothing_says_so(db: Path, tmp_path: Path) -> None:
    evaluate(["guess"], ["blind"], tasks=2, db=db)
    with pytest.raises(UsageError, match="no episodes of agent 'nobody'"):
        evaluate(["guess"], [f"replay/nobody?db={db}"], tasks=2, db=tmp_path / "x.duckdb")


TOOLS = Guess().tools


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("higher 5", call("higher", than=5)),
        ('answer {"number": 3}', call("answer", number=3)),
        ("say hello there", say("hello there")),
    ],
)
def test_what_a_person_types_becomes_an_action(line: str, action: object) -> None:
    assert parse_line(line, TOOLS) == action


@pytest.mark.parametrize(
    ("line", "said"),
    [("lower 5", "no tool 'lower'"), ("higher five", "must be integer"), ("answer {", "not JSON")],
)
def test_what_a_person_mistypes_is_explained(line: str, said: str) -> None:
    answer = parse_line(line, TOOLS)
    assert isinstance(answer, str)
    assert said in answer


def test_a_person_plays_an_episode_at_the_terminal(db: Path) -> None:
    typed = iter(["tools", "lower 3", "higher 1", "answer 1"])
    printed = io.StringIO()
    human = Human(Console(file=printed, width=100), lambda _: next(typed))
    report = evaluate(["guess"], [human], tasks=1, db=db)
    assert report.rows[0].mean == 1.0
    assert "guess the number from 1 to 9" in printed.getvalue()
    assert "There is no tool 'lower'" in printed.getvalue()
