"""Scaffolds that plan and that ask again, and the names under which all of them are listed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from told import Told, ask, in_turn, judge

from guessing import Guess
from palestra.agents import ReferenceAgent
from palestra.agents.scaffolds import Best, Check, First, King, Plan, Retry, leaks
from palestra.envs.core import Message, UsageError, call, make, say, text_in, user
from palestra.evals import evaluate, plan
from palestra.leaderboard import episodes

HARD = '{"hard": true, "topics": ["sums", "signs"]}'


def planner_of(*plans: str) -> Told:
    """Finds every task hard and makes these plans in turn, the last one again and again."""
    left = list(plans)

    def answer(messages: Sequence[Message], seed: int) -> str:
        if "JSON" in (text_in(messages[0])):
            return HARD
        return f"<plan>{left.pop(0) if len(left) > 1 else left[0]}</plan>"

    return Told(answer, "planner")


def test_a_plan_stands_below_the_question_for_the_whole_episode(guess: Guess) -> None:
    solver = Told(lambda messages, seed: call("higher", than=len(messages)))
    planner = in_turn(f"<think>?</think>{HARD}", "Sure. <plan>Halve it.</plan>")
    opening, _ = guess.reset(seed=1)
    player = Plan(solver, planner).seated(guess, 1)
    first = asyncio.run(player.act(list(opening), guess.tools, seed=3))
    conversation = [*opening, first.message, user("yes")]
    second = asyncio.run(player.act(conversation, guess.tools, seed=4))
    assert [len(messages) for messages, _ in solver.heard] == [1, 3]
    for messages, _ in solver.heard:
        assert text_in(messages[0]).startswith(text_in(opening[0]) or "?")
        assert "Halve it." in (text_in(messages[0]))
    assert [seed for _, seed in solver.heard] == [3, 4]
    assert "sums; signs" in (text_in(planner.heard[1][0][1]))
    assert (first.usage.calls, second.usage.calls) == (3, 1)


def test_the_plan_is_stored_with_the_episode_once(db: Path) -> None:
    solver = Told(lambda messages, seed: call("higher", than=len(messages)))
    agent = Best(Plan(solver, planner_of("Halve it.")), 2, First())
    evaluate(["guess"], [agent], tasks=1, db=db)
    (each,) = episodes(db)
    assert each.turns > 1
    assert list(each.notes) == [{"plan": "Halve it.", "turn": 1}]


def test_the_plan_that_a_repeated_reply_rests_on_is_the_one_that_is_stored(db: Path) -> None:
    solver = in_turn("?", call("higher", than=5), call("answer", number=1))
    agent = Retry(Plan(solver, planner_of("First.", "Second.")))
    evaluate(["guess"], [agent], tasks=1, db=db)
    (each,) = episodes(db)
    assert list(each.notes) == [{"plan": "Second.", "turn": 1}, {"plan": "First.", "turn": 2}]


def test_each_seat_of_an_arena_has_its_own_plan(db: Path) -> None:
    runner = Told(lambda messages, seed: call("advance", steps=3), "runner")
    evaluate(["race"], [Plan(runner, planner_of("Run."))], tasks=1, db=db)
    (each,) = episodes(db)
    assert [(note["seat"], note["plan"], note["turn"]) for note in each.notes] == [
        ("runner_0", "Run.", 1),
        ("runner_1", "Run.", 1),
    ]


@pytest.mark.parametrize("verdict", ['{"hard": false, "topics": []}', "cannot say", "{"])
def test_a_task_that_is_not_hard_reaches_the_agent_unchanged(verdict: str) -> None:
    solver = Told(lambda messages, seed: "4")
    reply = ask(Plan(solver, in_turn(verdict)))
    assert solver.heard[0][0] == [user("2 + 2?")]
    assert reply.usage.calls == 2


def test_best_of_three_plans_makes_three_plans_and_counts_eight_helper_calls() -> None:
    solver = Told(lambda messages, seed: "4")
    plans = iter(range(99))

    def helper(messages: Sequence[Message], seed: int) -> str:
        if "# Reply 0" in (text_in(messages[1])):
            return '{"better": 1}'
        if "JSON" in (text_in(messages[0])):
            return HARD
        return f"<plan>plan {next(plans)}</plan>"

    helpful = Told(helper)
    reply = ask(Best(Plan(solver, helpful), 3, King(helpful)))
    assert len({text_in(messages[0]) for messages, _ in solver.heard}) == 3
    assert (len(solver.heard), len(helpful.heard), reply.usage.calls) == (3, 8, 11)


@pytest.mark.parametrize(
    ("text", "gold", "leaked"),
    [
        ("Add them; the answer is 1,024.", "1024", True),
        ("Show that x is $\\boxed{ 42 }$", "42", True),
        ("Look up PARIS  first", "paris", True),
        ("It is 3.", "3", True),
        ("Compute 142 and 42.5 and 4.42", "42", False),
        ("1. Read.\n2. Add.\nStep 3: check", "3", False),
        ("Find the capital of France", "Paris", False),
        ("comparison", "paris", False),
        ("anything", "", False),
    ],
)
def test_a_planted_leak_is_found_and_no_other(text: str, gold: str, leaked: bool) -> None:
    assert leaks(text, gold) is leaked


def test_a_plan_that_leaks_is_dropped(guess: Guess) -> None:
    opening, _ = guess.reset(seed=1, options={"task": "test/3"})
    solver = Told(lambda messages, seed: call("answer", number=1))
    scaffold = Plan(
        solver,
        in_turn(HARD, f"<plan>Answer {guess.task.truth}.</plan>"),
        leak_check=lambda env, plan: leaks(plan, str(env.task.truth)),
    )
    asyncio.run(scaffold.seated(guess, 1).act(list(opening), guess.tools, seed=0))
    assert solver.heard[0][0] == list(opening)
    assert "1 of 1 plans gave the answer away" in scaffold.remarks()[0]


def test_retry_asks_again_with_the_reason_and_only_then(guess: Guess) -> None:
    opening, _ = guess.reset(seed=1)
    bad: Message = {"role": "assistant", "content": "<tool", "parse_error": "no closing tag"}
    agent = in_turn(bad, call("answer", number="two"), call("answer", number=2), "never")
    player = Retry(agent, 3).seated(guess, 1)
    reply = asyncio.run(player.act(list(opening), guess.tools, seed=5))
    assert reply.message == call("answer", number=2)
    assert reply.usage.calls == 3
    assert "no closing tag" in (text_in(agent.heard[1][0][-1]))
    assert "number" in (text_in(agent.heard[2][0][-1]))
    assert len({seed for _, seed in agent.heard}) == 3


def test_retry_gives_up_after_n_and_leaves_the_last_reply(guess: Guess) -> None:
    opening, _ = guess.reset(seed=1)
    player = Retry(in_turn("a", "b"), 1).seated(guess, 1)
    reply = asyncio.run(player.act(list(opening), guess.tools, seed=5))
    assert (reply.message["content"], reply.usage.calls) == ("b", 2)


@pytest.mark.parametrize(
    ("first", "second", "played"),
    [
        ("4", "KEEP", "4"),
        ("4", "<think>hm</think>**Keep.**", "4"),
        ("5", "4", "4"),
        (call("answer", number=1), call("answer", number=2), call("answer", number=2)),
        (call("answer", number=1), "It was fine.", call("answer", number=1)),
        (call("answer", number=1), call("nothing"), call("answer", number=1)),
    ],
)
def test_a_checked_reply_is_kept_or_revised(first: Any, second: Any, played: Any) -> None:
    reply = ask(Check(in_turn(first, second)), tools=Guess().tools)
    assert reply.message == (say(played) if isinstance(played, str) else played)
    assert reply.usage.calls == 2


# -- names ---------------------------------------------------------------------------------------


def uri_of(text: str) -> str:
    from palestra.agents import resolve

    return resolve(text, ["oracle", "blind"]).uri


@pytest.fixture
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("majority:oracle", "majority(n=3):oracle"),
        ("best(by=first, n=2):oracle", "best(n=2,by=first):oracle"),
        ("best(by=oracle):oracle", "best(n=3,by=oracle-upper-bound):oracle"),
        ("retry(n=2):check:blind", "retry(n=2):check:blind"),
        ("openai/free:model", "openai/free:model"),
        ("openai/best:x?temperature=1", "openai/best:x?temperature=1.0"),
        ("plan:openai/a:b", "plan:openai/a:b"),
        (
            "best(n=3,by=king,judge=openai/j?temperature=0&top_p=1):plan(planner=openai/p):openai/x",
            "best(n=3,by=king,judge=openai/j?temperature=0.0&top_p=1.0):"
            "plan(planner=openai/p):openai/x",
        ),
        (
            "best(judge=best(n=2,by=first):openai/j):openai/x",
            "best(n=3,by=king,judge=best(n=2,by=first):openai/j):openai/x",
        ),
    ],
)
def test_a_uri_names_what_it_resolves_to(text: str, uri: str) -> None:
    assert uri_of(text) == uri
    assert uri_of(uri) == uri


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("bets(n=2):oracle", "no scaffold 'bets'. Did you mean 'best'"),
        ("majorty:oracle", "scaffolds before a colon: plan, best"),
        ("best(m=2):oracle", "takes no option 'm'; it takes n, by, judge"),
        ("best(n=two):oracle", "n='two'"),
        ("best(n=0,by=first):oracle", "expected at least 1"),
        ("best(by=queen):oracle", "expected one of king, round_robin"),
        ("best(n=2", "not closed"),
        ("best(n=2)", "write best.n=2.:AGENT"),
        ("best(n):oracle", "expected key=value"),
        ("plan:", "wraps no agent"),
        ("best:oracle", "cannot be a judge; name a model: judge=URI"),
        ("plan:oracle", "cannot be a planner"),
        ("best(by=first,judge=openai/x):oracle", "judge= is for by=king or"),
        ("best(by=verifier):oracle", "verifier=MODULE:FUNCTION"),
        ("best(by=oracle,scope=reply):oracle", "only whole episodes have"),
        ("best(judge=nobody):openai/x", "no agent 'nobody'"),
    ],
)
def test_a_wrong_scaffold_is_refused_with_what_is_known(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        uri_of(text)


def test_a_scaffold_plays_what_its_agent_plays_and_is_remote_if_anybody_is() -> None:
    env = make("guess").unwrapped
    assert Best(ReferenceAgent("oracle"), 2, First()).plays(env)
    assert not Best(ReferenceAgent("greedy_reader"), 2, First()).plays(env)
    far = judge(1.0)
    far.remote = True
    assert Best(in_turn(), 2, King(far)).remote
    assert not Best(in_turn(), 2, First()).remote
    with pytest.raises(UsageError, match="no reference agent"):
        plan(["guess"], [Best(ReferenceAgent("greedy_reader"), 2, First())], tasks=1)


def test_checking_and_closing_reach_everybody_once() -> None:
    calls: list[str] = []

    class Noted(Told):
        async def check(self) -> None:
            calls.append(f"check {self.uri}")

        async def close(self) -> None:
            calls.append(f"close {self.uri}")

    inner, other = Noted(lambda m, s: "x", "inner"), Noted(lambda m, s: "x", "judge")
    scaffold = Best(Plan(inner), 2, King(other))
    asyncio.run(scaffold.check())
    asyncio.run(scaffold.close())
    assert calls == ["check inner", "check judge", "close inner", "close judge"]
