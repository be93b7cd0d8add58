"""One episode: an agent and a game, from the first observation to the record.

Whose fault a failure is decides what is recorded. The agent's own (a malformed action, a wrong
answer) is the environment's to score. The infrastructure's is tried again with growing pauses and
then recorded as `error`. The environment's is `invalid`. None of them stops the run.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, cast

from ..agents import Agent, InfrastructureError, Reply
from ..agents.limits import EpisodeClock
from ..agents.patience import Retry, patiently, retrying, together
from ..agents.secrets import hide
from ..agents.seeds import of_episode, of_turn
from ..envs.core import Episode, Message, UsageError, spoken
from .games import Game
from .plan import EpisodeLimits, Planned, Work

OUT_OF_TIME = "out_of_time"
NO_ANSWER = "no_answer"


async def play(
    game: Game, agent: Agent, work: Work, planned: Planned, retry: Retry, session: str = ""
) -> Episode:
    """Play one episode and return its record; never raises because of agent or environment."""
    cell = planned.cell
    episode = Episode(
        key=work.key,
        environment=cell.environment,
        options=planned.options,
        task=work.task,
        split=cell.split,
        trial=work.trial,
        attempt=work.attempt,
        agent=cell.agent,
        seed=work.seed,
        run=session,
        started=time.time(),
    )
    began = time.perf_counter()
    record: list[Message] = []
    with retrying(retry) as retries:
        try:
            await _play(game, agent, work, planned.limits, episode, record)
            score = game.score()
            episode.score = score
            if score.valid:
                episode.headline = score.metrics.get(cell.headline, score.reward)
            else:
                episode.status, episode.error = "invalid", score.error
        except InfrastructureError as error:
            episode.status, episode.error = "error", str(error)
        except _AgentBroke as error:
            episode.status, episode.error = "error", str(error)
        except UsageError:
            raise
        except Exception:
            episode.status, episode.error = "invalid", traceback.format_exc(limit=-4)
    episode.retries = retries.count
    game.over = True
    episode.messages = record
    if episode.status != "invalid" or episode.turns:
        episode.ledger = game.ledger()
        episode.difficulty = game.difficulty()
    episode.seconds = time.perf_counter() - began
    return episode


async def _play(
    game: Game,
    agent: Agent,
    work: Work,
    limits: EpisodeLimits,
    episode: Episode,
    record: list[Message],
) -> None:
    observations = game.begin(work.task, work.seed)
    seats = tuple(game.tools)
    if len(seats) == 1:
        conversations = {seats[0]: record}
        record.extend(observations[seats[0]])
    else:
        conversations = {seat: list(observations[seat]) for seat in seats}
        for seat in seats:
            record.extend(_seated(observations[seat], seat))
    try:
        players = {
            seat: agent.seated(game.env, work.seed + i, seat) for i, seat in enumerate(seats)
        }
    except UsageError:
        raise
    except Exception:
        raise _AgentBroke(hide(traceback.format_exc(limit=-4))) from None
    clock = EpisodeClock(limits.seconds)
    usage = episode.usage
    noted: dict[str, Mapping[str, Any]] = {}
    episode.notes = notes = []
    while not game.over:
        waiting = game.waiting()
        seed = of_turn(of_episode(work.seed), episode.turns)
        try:
            if len(waiting) == 1:
                seat = waiting[0]
                reply = await _ask(
                    players[seat],
                    conversations[seat],
                    game.tools[seat],
                    seed,
                    clock,
                    episode,
                )
                replies = {seat: reply}
            else:
                asked = [
                    _ask(
                        players[seat],
                        conversations[seat],
                        game.tools[seat],
                        seed + index,
                        clock,
                        episode,
                    )
                    for index, seat in enumerate(waiting)
                ]
                replies = dict(zip(waiting, await together(asked), strict=True))
        except _OutOfTime:
            game.stop(OUT_OF_TIME)
            return
        for seat, reply in replies.items():
            usage.add(reply.usage)
            note = {**reply.notes, "finish": reply.finish} if reply.finish else reply.notes
            if note and note != noted.get(seat):
                noted[seat] = note
                whose = {"seat": seat} if len(seats) > 1 else {}
                notes.append({**note, **whose, "turn": episode.turns + 1})
        if all(reply.stop for reply in replies.values()):
            game.stop(NO_ANSWER)
            return
        actions = {seat: reply.message for seat, reply in replies.items() if not reply.stop}
        heard = {seat: spoken(message) for seat, message in actions.items()}
        if game.blocking:
            loop = asyncio.get_running_loop()
            observations = await loop.run_in_executor(_threads(), game.step, heard)
        else:
            observations = game.step(heard)
        episode.turns += 1
        if len(seats) == 1:
            record.append(actions[seats[0]])
            record.extend(observations[seats[0]])
            continue
        for seat in seats:
            news = ([actions[seat]] if seat in actions else []) + list(observations.get(seat, ()))
            conversations[seat].extend(news)
            record.extend(_seated(news, seat))


@cache
def _threads() -> ThreadPoolExecutor:
    """For steps that wait: enough of them that none waits for another."""
    return ThreadPoolExecutor(max_workers=1024, thread_name_prefix="palestra-step")


class _AgentBroke(Exception):
    """The agent's own code raised something that it should not."""


class _OutOfTime(Exception):
    """The episode's deadline passed while the agent was asked."""


async def _ask(
    player: Agent,
    conversation: list[Message],
    tools: Any,
    seed: int,
    clock: EpisodeClock,
    episode: Episode,
) -> Reply:
    """One reply; tried again while the infrastructure fails.

    Raises:
        _OutOfTime: the deadline of the episode passed.
        InfrastructureError: nobody answered, in spite of retries.
        _AgentBroke: the agent's own code failed.
    """

    async def call() -> Reply:
        return await _act(player, conversation, tools, seed, episode)

    if clock.seconds is None:  # the usual case, and a time-out is not for nothing
        return await patiently(call)
    try:
        async with clock.limit():
            return await patiently(call)
    except TimeoutError:  # only the deadline's: an agent's own does not get past patiently
        raise _OutOfTime from None


async def _act(
    player: Agent, conversation: list[Message], tools: Any, seed: int, episode: Episode
) -> Reply:
    try:
        reply = await player.act(conversation, tools, seed=seed)
    except InfrastructureError as error:
        if error.usage is not None:  # what was used up in vain belongs to the episode too
            episode.usage.add(error.usage)
        raise
    except (TimeoutError, UsageError):
        raise
    except Exception:
        raise _AgentBroke(hide(traceback.format_exc(limit=-4))) from None
    if not isinstance(reply, Reply):
        raise _AgentBroke(f"{type(player).__name__}.act returned {reply!r:.200}; expected a Reply")
    return reply


def _seated(messages: Iterable[Message], seat: str) -> list[Message]:
    return [cast("Message", {**message, "seat": seat}) for message in messages]
