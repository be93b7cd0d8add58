"""What all scaffolds share: whom they wrap, where they sit, and the meter that counts every call.

A scaffold is an agent that answers by asking agents. It hands out a player for each episode; the
player asks through the `Meter` of its turn, so that what samples, planners and judges used up is
in the usage of the reply - or, where nobody answered, in the error.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from ...envs.core import Message, Usage, UsageError
from ..base import Agent, InfrastructureError, Reply
from ..chance import RandomAgent
from ..patience import patiently
from ..reference import ReferenceAgent, Scripted
from ..seeds import of_sample

if TYPE_CHECKING:
    from ..chat import ReplyCache


class Meter:
    """Adds up what inner calls use."""

    def __init__(self) -> None:
        self.usage = Usage()

    async def ask(
        self,
        agent: Agent,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]] = (),
        *,
        seed: int,
    ) -> Reply:
        """Ask an inner agent, patiently; calls that fail are counted too.

        Raises:
            InfrastructureError: nobody answered, in spite of retries.
        """

        async def call() -> Reply:
            began = time.perf_counter()
            try:
                return await agent.act(messages, tools, seed=seed)
            except (InfrastructureError, TimeoutError) as error:
                known = error.usage if isinstance(error, InfrastructureError) else None
                self.usage.add(known or Usage(calls=1, seconds=time.perf_counter() - began))
                raise

        reply = await patiently(call)
        self.usage.add(reply.usage)
        return reply


@dataclass(frozen=True, slots=True)
class Turn:
    """What a player is asked, and the meter of its answer."""

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]]
    seed: int
    meter: Meter = field(default_factory=Meter)

    async def ask(
        self, agent: Agent, messages: Sequence[Message] | None = None, seed: int | None = None
    ) -> Reply:
        """Ask an inner agent the same, or something else with the same tools.

        Raises:
            InfrastructureError: nobody answered, in spite of retries.
        """
        return await self.meter.ask(
            agent,
            self.messages if messages is None else messages,
            self.tools,
            seed=self.seed if seed is None else seed,
        )

    def sample(self, i: int) -> Turn:
        """The same for one of several samples, with a meter of its own."""
        return Turn(self.messages, self.tools, of_sample(self.seed, i))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a player sits: the arguments of `Agent.seated`, or nowhere (`env` is None)."""

    env: Any = None
    seed: int = 0
    seat: str = ""

    def sit(self, agent: Agent, sample: int = 0, what: str = "sample") -> Agent:
        """A player of `agent` at this place; sample 0 has the place's own seed."""
        if self.env is None:
            return agent
        return agent.seated(self.env, of_sample(self.seed, sample, what), self.seat)


class Player(Agent):
    """Plays one episode for a scaffold."""

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        turn = Turn(messages, tools, seed)
        try:
            reply = await self.answer(turn)
        except InfrastructureError as error:
            error.usage = turn.meter.usage
            raise
        return msgspec.structs.replace(reply, usage=turn.meter.usage)

    @abstractmethod
    async def answer(self, turn: Turn) -> Reply:
        """As `act`, asking others through the turn."""


class Scaffold(Agent):
    """An agent around an agent.

    Args:
        agent: the inner agent.
        helpers: agents that only talk (planners, judges).
        head: the scaffold's own part of the URI, such as `best(n=3,by=king)`.
    """

    def __init__(self, agent: Agent, head: str, helpers: Sequence[Agent] = ()) -> None:
        self.agent, self.helpers = agent, tuple(helpers)
        self.uri = f"{head}:{agent.uri}"
        self.remote = any(each.remote for each in self._everybody())
        self.identity = {
            name: value for each in self._everybody() for name, value in each.identity.items()
        }

    @abstractmethod
    def player(self, place: Place) -> Agent:
        """Who plays one episode."""

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        return await self.player(Place()).act(messages, tools, seed=seed)

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return self.player(Place(env, seed, seat))

    def plays(self, env: Any) -> bool:
        return self.agent.plays(env)

    def sees_images(self) -> bool:
        return all(each.sees_images() for each in self._everybody())

    def knows_cost(self) -> bool:
        return all(each.knows_cost() for each in self._everybody())

    def takes_batches(self) -> bool:
        return all(each.takes_batches() for each in self._everybody())

    def cached_in(self, cache: ReplyCache) -> None:
        for each in self._everybody():
            each.cached_in(cache)

    async def check(self) -> None:
        for each in self._everybody():
            await each.check()

    async def close(self) -> None:
        for each in self._everybody():
            await each.close()

    def remarks(self) -> list[str]:
        """What the scaffold has to say about all that it did so far, a sentence each."""
        return self.agent.remarks() if isinstance(self.agent, Scaffold) else []

    def _everybody(self) -> list[Agent]:
        inner: list[Agent] = []
        for each in (self.agent, *self.helpers):
            if each not in inner:
                inner.append(each)
        return inner


def bare(agent: Agent) -> Agent:
    """The agent inside all scaffolds."""
    while isinstance(agent, Scaffold):
        agent = agent.agent
    return agent


def helper(given: Agent | None, agent: Agent, what: str) -> Agent:
    """Who plans or judges: the given agent, else the one inside all scaffolds.

    Raises:
        UsageError: it is a script, which plays and cannot talk.
    """
    found = given or bare(agent)
    if isinstance(found, (ReferenceAgent, Scripted, RandomAgent)):
        raise UsageError(
            f"{found.uri!r} is a script and cannot be a {what}; name a model: {what}=URI"
        )
    return found


def head_of(name: str, options: Mapping[str, object]) -> str:
    """`name(key=value,...)`, or the name alone; options that are None are left out."""
    listed = ",".join(f"{key}={value}" for key, value in options.items() if value is not None)
    return f"{name}({listed})" if listed else name
