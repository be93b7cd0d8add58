"""Scripted agents: an environment's reference policies, and any policy a user writes.

A policy is a generator function (see `envs/core/reference.py`); `Scripted` plays one as an agent.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..envs.core import Message, Reference, Seat, UsageError, say
from .base import Agent, Reply


class Scripted(Agent):
    """Plays a given policy: `Scripted(Reference(policy, role="baseline"), uri="mine")`."""

    def __init__(self, reference: Reference, uri: str) -> None:
        self.reference, self.uri = reference, uri

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        raise RuntimeError("a scripted agent plays through seated()")

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return _Player(self.reference, env, seed, seat)


class ReferenceAgent(Agent):
    """The reference of this name, whatever the environment."""

    def __init__(self, name: str) -> None:
        self.uri = name

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        raise RuntimeError("a reference agent plays through seated()")

    def plays(self, env: Any) -> bool:
        return self.uri in getattr(env, "references", {})

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        references = getattr(env, "references", {})
        if self.uri not in references:
            raise UsageError(
                f"{type(env).__name__} has no reference agent {self.uri!r}; "
                f"it has {', '.join(references) or 'none'}"
            )
        return _Player(references[self.uri], env, seed, seat)


class _Player(Agent):
    """One policy in one episode."""

    def __init__(self, reference: Reference, env: Any, seed: int, seat: str) -> None:
        self._reference, self._env, self._seed, self._seat = reference, env, seed, seat
        self._script: Any = None
        self._read = 0

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        news = tuple(messages[self._read :])
        try:
            if self._script is None:
                self._script = self._reference.policy(
                    Seat(
                        opening=news,
                        tools=tools,  # type: ignore[arg-type] - dicts in fact
                        rng=random.Random(self._seed),
                        env=self._env if self._reference.privileged else None,
                        agent=self._seat,
                    )
                )
                action = next(self._script)
            else:
                action = self._script.send(news)
        except StopIteration:
            return Reply(say(""), stop=True)
        self._read = len(messages) + 1
        return Reply(action)
