"""Samples: forks become episodes, and what fails is asked again alone, counted, or done without."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from told import Told, ask, in_turn, judge

from guessing import Guess, Race
from palestra.agents import Agent, InfrastructureError, ReferenceAgent, Reply
from palestra.agents.scaffolds import (
    Best,
    Chance,
    Check,
    Diverged,
    First,
    King,
    Majority,
    OracleBound,
    Selector,
)
from palestra.envs.core import Message, Usage, UsageError, call
from palestra.evals import Retry as Retries
from palestra.evals import evaluate
from palestra.leaderboard import episodes


class Guesser(Agent):
    """A stateless player that asks once and then guesses by its seed; wrong more often than not."""

    uri = "guesser"

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        rng = random.Random(seed)
        if len(messages) == 1:
            return Reply(call("higher", than=rng.randint(1, 8)), Usage(calls=1, input_tokens=10))
        low, high = (1, 5) if messages[-1]["content"] == "no" else (4, 9)
        return Reply(call("answer", number=rng.randint(low, high)), Usage(calls=1))


def record(db: Any, agent: Agent, environment: str = "guess", tasks: int = 40) -> list[Any]:
    evaluate([environment], [agent], tasks=tasks, db=db, name=agent.uri)
    return list(episodes(db, where="agent = ?", values=[agent.uri]))


@pytest.mark.parametrize(
    "wrap", [lambda a: Best(a, 1, King(judge(1.0))), lambda a: Best(a, 3, First())]
)
def test_one_sample_is_the_bare_agent_bit_for_bit(db: Any, wrap: Any) -> None:
    agent = Guesser()
    alone, wrapped = record(db, agent), record(db, wrap(agent))
    assert [e.messages for e in wrapped] == [e.messages for e in alone]
    assert [e.score for e in wrapped] == [e.score for e in alone]
    assert [e.ledger for e in wrapped] == [e.ledger for e in alone]
    if "n=1" in wrapped[0].agent:
        assert [e.usage for e in wrapped] == [e.usage for e in alone]


def test_samples_differ_and_their_whole_use_is_counted(db: Any) -> None:
    found = record(db, Best(Guesser(), 3, Chance()))
    assert {(e.usage.calls, e.usage.input_tokens) for e in found} == {(6, 30)}
    assert [e.messages for e in found] != [e.messages for e in record(db, Guesser())]


def test_the_oracle_bound_is_what_at_least_one_sample_solves(db: Any) -> None:
    def solved(selector: Selector, name: str) -> float:
        each = record(db.with_name(name), Best(Guesser(), 4, selector))
        return sum(e.headline or 0.0 for e in each) / len(each)

    chance, bound = solved(Chance(), "chance.duckdb"), solved(OracleBound(), "bound.duckdb")
    assert bound > chance + 0.2
    assert "oracle-upper-bound" in Best(Guesser(), 4, OracleBound()).uri


def test_an_upper_bound_is_shown_and_never_ranked(db: Any) -> None:
    report = evaluate(["guess"], ["blind", "best(n=2,by=oracle):blind"], tasks=5, db=db)
    ranks = {row.agent: row.rank for row in report.rows}
    assert ranks == {"blind": 1, "best(n=2,by=oracle-upper-bound):blind": None}


@pytest.mark.parametrize("environment", ["guess", "browse"])
def test_an_oracle_in_forks_still_scores_one(db: Any, environment: str) -> None:
    report = evaluate([environment], ["best(n=2,by=first):oracle"], tasks=5, db=db)
    assert report.rows[0].mean == 1.0
    report = evaluate([environment], ["majority(n=2):oracle"], tasks=5, db=db)
    assert report.rows[0].mean == 1.0


def test_forks_leave_the_real_environment_as_it_was(guess: Guess) -> None:
    opening, _ = guess.reset(seed=1)
    player = Best(ReferenceAgent("halving"), 3, Majority()).seated(guess, 1)
    asyncio.run(player.act(list(opening), guess.tools, seed=0))
    assert len(guess.ledger) == 0
    assert guess.state.asked == []


def test_an_environment_that_answers_otherwise_than_its_fork_is_caught() -> None:
    env = Guess()
    opening, _ = env.reset(seed=1)
    player = Best(ReferenceAgent("halving"), 2, First()).seated(env, 1)
    first = asyncio.run(player.act(list(opening), env.tools, seed=0))
    lie = {"role": "tool", "tool_call_id": "call_0", "name": "higher", "content": "maybe"}
    with pytest.raises(Diverged, match="its fork answered"):
        asyncio.run(player.act([*opening, first.message, lie], env.tools, seed=1))  # type: ignore[list-item]


def test_a_selector_of_forks_sees_no_reward_unless_it_is_the_bound(guess: Guess) -> None:
    seen = []

    class Curious(First):
        async def choose(self, choice: Any) -> int:
            seen.append(choice)
            return 0

    opening, _ = guess.reset(seed=1)
    player = Best(ReferenceAgent("halving"), 2, Curious()).seated(guess, 1)
    asyncio.run(player.act(list(opening), guess.tools, seed=0))
    assert seen[0].rewards is None
    assert not any("reward" in name for name in seen[0].candidates[0].__slots__)


def test_scaffolds_nest_forks_in_forks(db: Any) -> None:
    report = evaluate(["guess"], ["best(n=2,by=first):majority(n=2):oracle"], tasks=3, db=db)
    assert report.rows[0].mean == 1.0


def test_where_nothing_forks_replies_are_sampled(db: Any) -> None:
    agent = Told(lambda messages, seed: call("advance", steps=3), "runner")
    report = evaluate(["race"], [Best(agent, 2, Majority())], tasks=2, db=db)
    assert report.rows[0].mean == 1.0
    race = Race()
    race.reset(seed=1)
    with pytest.raises(UsageError, match="cannot be forked"):
        Best(agent, 2, First(), scope="episode").seated(race, 1, "runner_0")


# -- failures ------------------------------------------------------------------------------------


def test_samples_that_fail_are_done_without_and_counted() -> None:
    best = Best(in_turn(InfrastructureError("503"), "a", InfrastructureError("503")), 3, First())
    reply = ask(best)
    assert (reply.message["content"], reply.usage.calls) == ("a", 3)
    assert "2 of 3 samples did not finish" in best.remarks()[0]


def test_when_no_sample_finishes_the_infrastructure_failed_and_the_use_is_told() -> None:
    best = Best(in_turn(*[InfrastructureError("503")] * 3), 3, First())
    with pytest.raises(InfrastructureError, match="503") as caught:
        ask(best)
    assert caught.value.usage is not None
    assert caught.value.usage.calls == 3


def test_a_judge_that_fails_once_costs_no_second_draw(db: Any) -> None:
    guesser = Told(lambda messages, seed: call("answer", number=seed % 9 + 1), "guesser")
    verdicts = in_turn(InfrastructureError("503"), '{"better": 1}')
    evaluate(
        ["guess"],
        [Best(guesser, 2, King(verdicts))],
        tasks=1,
        db=db,
        retry=Retries(attempts=2, first=0.01),
    )
    (each,) = episodes(db)
    assert (each.status, len(guesser.heard), each.usage.calls) == ("scored", 2, 4)
    assert each.retries == 1


def guesser_that_fails(times: int, error: Callable[[], Exception]) -> Told:
    """Guesses by its seed, after failing so often at each seed."""
    asked: Counter[int] = Counter()

    def answer(messages: Sequence[Message], seed: int) -> Any:
        asked[seed] += 1
        return error() if asked[seed] <= times else call("answer", number=seed % 9 + 1)

    return Told(answer, "guesser")


def test_a_sample_that_fails_once_is_asked_again_alone(db: Path) -> None:
    failed = iter([True])
    flaky = Told(
        lambda messages, seed: (
            InfrastructureError("503") if next(failed, False) else call("answer", number=1)
        ),
        "flaky",
    )
    best = Best(flaky, 3, First())
    evaluate(["guess"], [best], tasks=1, db=db, retry=Retries(attempts=2, first=0.01))
    (each,) = episodes(db)
    assert (each.status, each.retries, each.usage.calls) == ("scored", 1, 4)
    assert (len(flaky.heard), best.lost) == (4, 0)


def test_every_inner_call_has_the_attempts_of_one_call_however_deep_it_sits(db: Path) -> None:
    dead = guesser_that_fails(99, lambda: InfrastructureError("503"))
    agent = Check(Best(Best(dead, 2, First()), 2, First()))
    evaluate(["guess"], [agent], tasks=1, db=db, retry=Retries(attempts=3, first=0.01))
    (each,) = episodes(db)
    assert (each.status, each.error) == ("error", "503")
    assert (len(dead.heard), each.usage.calls, each.retries) == (12, 12, 8)


def test_an_inner_call_waits_as_long_as_the_server_asks_to(db: Path) -> None:
    busy = guesser_that_fails(1, lambda: InfrastructureError("429", after=0.3))
    retry = Retries(attempts=2, first=0.01, longest=0.4)
    began = time.perf_counter()
    evaluate(["guess"], [Best(busy, 2, First())], tasks=1, db=db, retry=retry)
    assert time.perf_counter() - began > 0.3
    (each,) = episodes(db)
    assert (each.status, each.retries, each.usage.calls) == ("scored", 2, 4)


def test_what_is_not_worth_asking_again_is_not(db: Path) -> None:
    refused = guesser_that_fails(1, lambda: InfrastructureError("401", retry=False))
    retry = Retries(attempts=5, first=0.01)
    evaluate(["guess"], [Best(refused, 2, First())], tasks=1, db=db, retry=retry)
    (each,) = episodes(db)
    assert (each.status, each.retries, len(refused.heard)) == ("error", 0, 2)


def test_outside_of_episodes_nothing_is_asked_twice() -> None:
    dead = guesser_that_fails(1, lambda: InfrastructureError("503"))
    with pytest.raises(InfrastructureError, match="503") as caught:
        ask(Best(dead, 2, First()))
    assert (len(dead.heard), caught.value.retry) == (2, True)


def test_patience_takes_what_has_finished() -> None:
    class Slow(Told):
        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            if seed == 0:
                await asyncio.sleep(30)
            return await super().act(messages, tools, seed=seed)

    slow = Slow(lambda messages, seed: "done")
    assert ask(Best(slow, 3, First(), patience=0.2)).message["content"] == "done"


def test_an_agent_that_breaks_breaks_the_scaffold() -> None:
    with pytest.raises(KeyError):
        ask(Best(in_turn("a", KeyError("x"), "b"), 3, First()))
