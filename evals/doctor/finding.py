"""What an examination finds, and how an episode is played for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ...envs.core import Episode
from ..games import Games
from ..plan import Planned, plan
from ..rollout import Retry, play
from . import relay
from .faults import End

PASSING = Retry(attempts=3, first=0.05, longest=0.5)
LASTING = Retry(attempts=2, first=0.05, longest=0.5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    Attributes:
        check: what.
        good: whether it is as it should be; None if it could not be examined.
        detail: figures, or what is wrong and what to do.
        group: the provider form that it belongs to; empty for what concerns them all.
    """

    check: str
    good: bool | None
    detail: str
    group: str = ""


async def play_relay(planned: Planned, retry: Retry) -> list[Episode]:
    """The planned episodes of the relay, all at once, stored nowhere."""
    games = Games(relay.ID, {})
    return await asyncio.gather(
        *(play(games.take(), planned.agent, work, planned, retry) for work in planned.work())
    )


def play_once(runner: asyncio.Runner, uri: str, retry: Retry, tasks: int = 2) -> list[Episode]:
    """Episodes of the relay with an agent of their own.

    Raises:
        UsageError: the agent cannot be made, or no call of it can succeed.
    """
    (planned,) = plan([relay.ID], [uri], tasks=tasks)
    try:
        return runner.run(play_relay(planned, retry))
    finally:
        runner.run(planned.agent.close())


def wrong_with(found: list[Episode], end: End, when: str = "") -> list[str]:
    """What is wrong with how episodes ended."""
    wanted = "error" if end == "asked again" else "scored"
    problems: list[str] = []
    for each in found:
        if each.status != wanted:
            problems.append(f"{when}{each.status} instead of {wanted}: {each.error or ''}"[:400])
        elif end == "read" and each.headline != 1.0:
            problems.append(f"{when}scored {each.headline} instead of 1")
        elif wanted == "error" and not each.error:
            problems.append(f"{when}an error without a cause")
        elif end == "own end" and not _ended_itself(each):
            problems.append(f"{when}no `context_full` in the episode's notes")
        if any("<think>" in str(m["content"]) for m in each.messages if m["role"] == "assistant"):
            problems.append(f"{when}thoughts stand in what the model said")
    return sorted(set(problems))


def _ended_itself(episode: Episode) -> bool:
    return any(note.get("finish") == "context_full" for note in episode.notes or ())


@contextmanager
def environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Environment variables set for a while; whatever else changes them is undone too."""
    before = dict(os.environ)
    try:
        os.environ.update(changes)
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
