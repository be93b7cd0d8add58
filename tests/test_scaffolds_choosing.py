"""Selectors: what they score in closed form, what they see, and that every call is counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from told import RIGHT, WRONG, Told, ask, coin, in_turn, judge, pair_of

from guessing import Guess
from palestra.agents import Agent, InfrastructureError, Reply, Scripted
from palestra.agents.scaffolds import (
    Best,
    Chance,
    Fewest,
    First,
    King,
    Knockout,
    Majority,
    RoundRobin,
    Selector,
    Verifier,
)
from palestra.agents.scaffolds.text import judged_text
from palestra.envs.core import Message, Reference, call, say, user


def rate(agent: Agent, n: int = 3000) -> float:
    """How often an agent is right, over n seeds."""

    async def all_() -> float:
        hits = 0
        for seed in range(n):
            reply = await agent.act([user("?")], (), seed=seed * 7919)
            hits += reply.message["content"] == RIGHT
        return hits / n

    return asyncio.run(all_())


def exact(
    selector: Callable[[Agent], Selector], p: float, q: float, verdicts: int, n: int = 3
) -> float:
    """The chance to be right, over every outcome of n samples and of the judge's coins."""
    total = 0.0
    for samples in product((True, False), repeat=n):
        for coins in product((True, False), repeat=verdicts):
            tossed = iter(coins)

            def verdict(messages: Sequence[Message], seed: int, tossed: Any = tossed) -> str:
                first, second = pair_of(messages)
                true = next(tossed)
                better = int(second == RIGHT) if first != second else 0
                return json.dumps({"better": better if true else 1 - better})

            weight = 1.0
            for right in samples:
                weight *= p if right else 1 - p
            for true in coins:
                weight *= q if true else 1 - q
            agent = in_turn(*(RIGHT if right else WRONG for right in samples))
            reply = ask(Best(agent, n, selector(Told(verdict))))
            total += weight * (reply.message["content"] == RIGHT)
    return total


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.6, (0.600, 0.740, 0.873, 0.936)),
        (0.3, (0.300, 0.433, 0.579, 0.657)),
        (0.8, (0.800, 0.888, 0.961, 0.992)),
    ],
)
def test_king_of_three_is_right_as_often_as_enumeration_says(
    p: float, expected: tuple[float, ...]
) -> None:
    found = [exact(King, p, q, verdicts=2) for q in (0.5, 0.7, 0.9, 1.0)]
    assert [round(each, 3) for each in found] == list(expected)


def test_majority_of_three_at_point_six_is_point_648() -> None:
    assert exact(lambda _: Majority(), 0.6, 1.0, verdicts=0) == pytest.approx(0.648)
    assert rate(Best(coin(0.6), 3, Majority())) == pytest.approx(0.648, abs=0.03)


def test_a_drawn_king_agrees_with_the_enumeration() -> None:
    assert rate(Best(coin(0.6), 3, King(judge(0.7)))) == pytest.approx(0.740, abs=0.03)


def test_a_random_selector_is_as_good_as_one_sample() -> None:
    assert rate(Best(coin(0.6), 3, Chance())) == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("kind", [King, Knockout, RoundRobin])
def test_a_perfect_judge_finds_the_only_right_sample_wherever_it_is(kind: Any) -> None:
    for n in (2, 3, 4, 5):
        for place in range(n):
            answers = [RIGHT if i == place else WRONG for i in range(n)]
            reply = ask(Best(in_turn(*answers), n, kind(judge(1.0))))
            assert reply.message["content"] == RIGHT, (n, place)


@pytest.mark.parametrize(
    ("kind", "verdicts"), [(King, 4), (Knockout, 4), (RoundRobin, 20), (Majority, 0), (First, 0)]
)
def test_every_inner_call_is_counted(kind: Any, verdicts: int) -> None:
    asked = judge(1.0)
    selector = kind(asked) if verdicts else kind()
    reply = ask(Best(coin(0.5), 5, selector))
    calls = 5 + verdicts
    assert len(asked.heard) == verdicts
    assert reply.usage.calls == calls
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (10 * calls, 5 * calls)
    assert reply.usage.cost == pytest.approx(0.25 * calls)


def test_round_robin_measures_the_judges_position_bias() -> None:
    selector = RoundRobin(Told(lambda messages, seed: '{"better": 0}', "lazy"))
    ask(Best(in_turn("a", "b", "c"), 3, selector))
    assert (selector.flip_rate, selector.flips_to_first) == (1.0, 3)
    assert "100%" in Best(in_turn(), 3, selector).remarks()[0]
    fair = RoundRobin(judge(1.0))
    ask(Best(in_turn(RIGHT, WRONG, WRONG), 3, fair))
    assert fair.flips == 0 or fair.flips_to_first == fair.flips


@pytest.mark.parametrize("kind", [Knockout, RoundRobin])
def test_where_one_verdict_fails_no_other_goes_on_unseen(kind: Any) -> None:
    finished: list[int] = []

    class Slow(Told):
        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            if len(self.heard) > 0:
                await asyncio.sleep(0.1)
                finished.append(seed)
            return await super().act(messages, tools, seed=seed)

    slow = Slow(lambda messages, seed: InfrastructureError("503"))

    async def choose_and_wait() -> None:
        with pytest.raises(InfrastructureError, match="503"):
            await Best(coin(0.5), 4, kind(slow)).act([user("?")], (), seed=1)
        await asyncio.sleep(0.2)

    asyncio.run(choose_and_wait())
    assert finished == []


def test_an_unreadable_verdict_leaves_the_incumbent_and_is_remarked() -> None:
    best = Best(in_turn("a", "b"), 2, King(Told(lambda messages, seed: "hm", "mute")))
    assert ask(best).message["content"] == "a"
    assert "1 of 1 verdicts of mute could not be read" in best.remarks()[0]


def test_a_judge_sees_what_follows_the_thoughts_or_the_last_part() -> None:
    assert judged_text([say("<think>0 or 1?</think> It is 1.")]) == "It is 1."
    assert judged_text([say("x" * 5000 + "end")]) == "x" * 1997 + "end"


def test_a_verifier_picks_what_passes_its_check() -> None:
    passing = Verifier(lambda question, candidate: candidate.messages[-1]["content"] == "4")
    assert ask(Best(in_turn("5", "4", "3"), 3, passing)).message["content"] == "4"


def test_fewest_takes_the_cheapest_of_the_most_common_answer() -> None:
    def guesses(*asked: int, number: int) -> Callable[..., Any]:
        def policy(seat: Any) -> Any:
            for each in asked:
                yield call("higher", than=each)
            yield call("answer", number=number)

        return policy

    plays = iter([guesses(1, 2, 3, number=7), guesses(number=2), guesses(5, number=7)])

    class Varied(Agent):
        uri = "varied"

        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            raise AssertionError

        def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
            return Scripted(Reference(next(plays), "baseline"), "x").seated(env, seed, seat)

    env = Guess()
    opening, _ = env.reset(seed=1)
    player = Best(Varied(), 3, Fewest()).seated(env, 1)
    reply = asyncio.run(player.act(list(opening), env.tools, seed=0))
    assert reply.message == call("higher", than=5)
