"""Samples: one reply, or a fork of the environment played to its end; drawn side by side.

A fork is played as the episode loop would play it, turn seeds included, so sample 0 is what the
bare agent does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from ...envs.core import Observation, ToolEnv, spoken
from ...leaderboard.answers import NO_ANSWER
from ..base import Agent, InfrastructureError, Reply
from ..seeds import of_turn
from .base import Turn
from .candidates import Candidate


@dataclass(frozen=True, slots=True)
class Sample:
    """A candidate with what is needed to play it again, and its reward."""

    candidate: Candidate
    replies: tuple[Reply, ...]
    observations: tuple[Observation, ...] = ()
    """What the environment answered to each reply; empty for a single reply."""
    reward: float | None = None


async def one_reply(player: Agent, turn: Turn) -> Sample:
    """One reply to a conversation."""
    reply = await turn.ask(player)
    answered = not reply.stop
    return Sample(Candidate((reply.message,), turn.meter.usage, answered), (reply,))


async def whole_episode(env: ToolEnv[Any], player: Agent, turn: Turn) -> Sample:
    """An environment (a fork, for nobody else) played to its end, from its first turn on."""
    conversation = list(turn.messages)
    replies: list[Reply] = []
    observations: list[Observation] = []
    answered = True
    while True:
        reply = await turn.ask(player, conversation, of_turn(turn.seed, len(replies)))
        replies.append(reply)
        if reply.stop:
            reward, *_ = env.stop("no_answer")
            answered = False
            break
        observation, reward, terminated, truncated, info = env.step(spoken(reply.message))
        observations.append(observation)
        conversation += (reply.message, *observation)
        if terminated or truncated:
            answered = not truncated and info["outcome"] not in NO_ANSWER
            break
    said = tuple(conversation[len(turn.messages) :])
    candidate = Candidate(said, turn.meter.usage, answered)
    return Sample(candidate, tuple(replies), tuple(observations), reward)


async def drawn(
    samples: Sequence[Coroutine[Any, Any, Sample]], patience: float | None = None
) -> list[Sample]:
    """Draw samples at the same time; those that finished, in order.

    Args:
        samples: each raises InfrastructureError where nobody answered.
        patience: seconds after which what has finished is enough, once there is something.

    Raises:
        InfrastructureError: the first one, where none finished.
    """
    tasks = [asyncio.ensure_future(_guarded(each)) for each in samples]
    clock = asyncio.get_running_loop().time
    end = None if patience is None else clock() + patience
    pending = set(tasks)
    try:
        while pending:
            left = None if end is None else end - clock()
            if left is not None and left <= 0:
                if any(task.done() and isinstance(task.result(), Sample) for task in tasks):
                    break
                left = None
            done, pending = await asyncio.wait(
                pending, timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()  # an agent that broke breaks the scaffold
    finally:
        for task in pending:
            task.cancel()
        for task in pending:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
    results = [task.result() for task in tasks if task not in pending]
    finished = [each for each in results if isinstance(each, Sample)]
    if not finished:
        raise next(each for each in results if isinstance(each, InfrastructureError))
    return finished


async def _guarded(sample: Coroutine[Any, Any, Sample]) -> Sample | InfrastructureError:
    try:
        return await sample
    except InfrastructureError as error:
        return error
