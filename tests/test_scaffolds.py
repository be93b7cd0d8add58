"""Scaffolds: what they score in closed form, what they count, and that forks become episodes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guessing import Guess, Race
from palestra.agents import Agent, InfrastructureError, ReferenceAgent, Reply, Scripted
from palestra.agents.scaffolds import (
    Best,
    Chance,
    Check,
    Diverged,
    Fewest,
    First,
    King,
    Knockout,
    Majority,
    OracleBound,
    Plan,
    Retry,
    RoundRobin,
    Selector,
    Verifier,
    leaks,
)
from palestra.agents.scaffolds.text import judged_text
from palestra.envs.core import Message, Reference, Usage, UsageError, call, make, say, user
from palestra.evals import Retry as Retries
from palestra.evals import evaluate, plan
from palestra.leaderboard import episodes

RIGHT, WRONG = "right", "wrong"
ONE_CALL = Usage(calls=1, input_tokens=10, output_tokens=5, cost=0.25)


class Told(Agent):
    """Answers with what a function of the messages and the seed says."""

    def __init__(self, answer: Callable[..., Any], uri: str = "told") -> None:
        self._answer, self.uri = answer, uri
        self.heard: list[tuple[list[Message], int]] = []

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        self.heard.append((list(messages), seed))
        await asyncio.sleep(0)
        said = self._answer(messages, seed)
        if isinstance(said, Exception):
            raise said
        message = say(said) if isinstance(said, str) else said
        return Reply(message, Usage(calls=1, input_tokens=10, output_tokens=5, cost=0.25))


def in_turn(*answers: Any) -> Told:
    """Answers with these, one after the other."""
    left = iter(answers)
    return Told(lambda messages, seed: next(left))


def coin(p: float) -> Told:
    """Right with probability p, by its seed."""
    return Told(lambda messages, seed: RIGHT if random.Random(seed).random() < p else WRONG)


def pair_of(messages: Sequence[Message]) -> tuple[str, str]:
    """The two replies that a judge is shown."""
    text = messages[-1]["content"] or ""
    first, second = text.split("# Reply 0")[1].split("# Reply 1")
    return first.strip(), second.removesuffix("Which is better?").strip()


def judge(q: float) -> Told:
    """Says which reply is right with probability q where the two differ, else which is first."""

    def verdict(messages: Sequence[Message], seed: int) -> str:
        first, second = pair_of(messages)
        if first == second:
            return '{"better": 0}'
        better = int(second == RIGHT)
        true = random.Random(f"judge/{seed}").random() < q
        return json.dumps({"better": better if true else 1 - better, "why": "so"})

    return Told(verdict, "judge")


def ask(agent: Agent, seed: int = 0, messages: Sequence[Message] = (), tools: Any = ()) -> Reply:
    return asyncio.run(agent.act(list(messages) or [user("2 + 2?")], tools, seed=seed))


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


# -- closed forms --------------------------------------------------------------------------------


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


# -- whole episodes ------------------------------------------------------------------------------


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


# -- plan, retry, check --------------------------------------------------------------------------

HARD = '{"hard": true, "topics": ["sums", "signs"]}'


def planner_of(*plans: str) -> Told:
    """Finds every task hard and makes these plans in turn, the last one again and again."""
    left = list(plans)

    def answer(messages: Sequence[Message], seed: int) -> str:
        if "JSON" in (messages[0]["content"] or ""):
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
        assert (messages[0]["content"] or "").startswith(opening[0]["content"] or "?")
        assert "Halve it." in (messages[0]["content"] or "")
    assert [seed for _, seed in solver.heard] == [3, 4]
    assert "sums; signs" in (planner.heard[1][0][1]["content"] or "")
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
        if "# Reply 0" in (messages[1]["content"] or ""):
            return '{"better": 1}'
        if "JSON" in (messages[0]["content"] or ""):
            return HARD
        return f"<plan>plan {next(plans)}</plan>"

    helpful = Told(helper)
    reply = ask(Best(Plan(solver, helpful), 3, King(helpful)))
    assert len({messages[0]["content"] for messages, _ in solver.heard}) == 3
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
    assert "no closing tag" in (agent.heard[1][0][-1]["content"] or "")
    assert "number" in (agent.heard[2][0][-1]["content"] or "")
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
