"""Going on from the middle: a stored episode is played up to a turn, and continued n times.

    moment = at(episode, turn=3)
    again = asyncio.run(continued(moment, resolve("openai/my-model"), n=20))
    [each.score.outcome for each in again]

The environment is made again and the recorded actions are carried out; what it answers must be
what is on record, word for word, or the experiment would be about another episode. From there each
continuation has a fork of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from ..agents import Agent
from ..agents.patience import patiently
from ..agents.seeds import of_sample, of_turn
from ..envs.core import Episode, Message, Score, ToolEnv, UsageError, make, spoken

__all__ = ["Continuation", "Moment", "at", "continued"]


class Moment(msgspec.Struct, frozen=True):
    """An episode after some turns.

    Attributes:
        env: the environment at that moment; fork it, do not step it.
        messages: the conversation so far.
        turn: how many actions it holds.
        seed: of the episode.
    """

    env: ToolEnv[Any]
    messages: tuple[Message, ...]
    turn: int
    seed: int


class Continuation(msgspec.Struct, frozen=True):
    """One way in which it went on.

    Attributes:
        messages: what came after the moment.
        score: of the whole episode.
    """

    messages: tuple[Message, ...]
    score: Score


def at(episode: Episode, turn: int) -> Moment:
    """A stored episode after `turn` of its actions.

    Args:
        episode: with its messages; of a `ToolEnv`.
        turn: 0 is the beginning.

    Raises:
        UsageError: it has not so many turns before its end, or the environment answers something
            else than is on record.
    """
    env = make(episode.environment, **episode.options).unwrapped
    if not isinstance(env, ToolEnv):
        raise UsageError(f"{episode.environment} has several seats; only one agent's can go on")
    observed, _ = env.reset(seed=episode.seed, options={"task": episode.task})
    record = list(episode.messages)
    said: list[Message] = []
    turns = 0
    while True:
        _same(record[len(said) : len(said) + len(observed)], observed, turns)
        said += observed
        if turns == turn:
            return Moment(env, tuple(said), turn, episode.seed)
        if env.score is not None or len(said) >= len(record):
            raise UsageError(f"the episode ended after {turns} turns; it has no moment {turn}")
        action = record[len(said)]
        said.append(action)
        observed, *_ = env.step(spoken(action))
        turns += 1
        if env.score is not None and turns == turn:
            raise UsageError(f"the episode ended with turn {turns}; nothing goes on from there")


def _same(recorded: Sequence[Message], observed: Sequence[Message], turn: int) -> None:
    if [dict(m) for m in recorded] == [dict(m) for m in observed]:
        return
    raise UsageError(
        f"after turn {turn} the environment answers something else than is on record; it, or its "
        "version, is not the one that was played"
    )


async def continued(
    moment: Moment, agent: Agent, n: int, *, said: Message | None = None, seed: int = 0
) -> list[Continuation]:
    """Continue from a moment n times, at the same time.

    Args:
        moment: see `at`.
        agent: who plays on; each continuation has its own seeds.
        n: how many.
        said: the next action of all of them (an intervention), before the agent goes on.
        seed: another seed gives other continuations.

    Raises:
        InfrastructureError: the agent could not be asked.
    """
    ways = [_continue(moment, agent, of_sample(moment.seed + seed, i + 1), said) for i in range(n)]
    return list(await asyncio.gather(*ways))


async def _continue(moment: Moment, agent: Agent, seed: int, said: Message | None) -> Continuation:
    env = moment.env.fork()
    player = agent.seated(env, seed)
    conversation = list(moment.messages)
    turn = moment.turn
    action = said
    while env.score is None:
        if action is None:
            turn_seed = of_turn(seed, turn)
            reply = await patiently(lambda: player.act(conversation, env.tools, seed=turn_seed))  # noqa: B023
            if reply.stop:
                env.stop("no_answer")
                break
            action = reply.message
        observed, *_ = env.step(spoken(action))
        conversation += (action, *observed)
        action, turn = None, turn + 1
    assert env.score is not None
    return Continuation(tuple(conversation[len(moment.messages) :]), env.score)
