"""`team(writer_0=smollm2,assistant_0=polite)`: a mixed team, each seat its own agent.

A team plays arenas. Members of one URI are one agent (a model is loaded once), seated as often as
they have seats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..envs.core import Message, UsageError
from ..leaderboard.seats import members_of, team_name
from .base import Agent, Reply

if TYPE_CHECKING:
    from .chat import ReplyCache

__all__ = ["Team", "resolve_team"]


class Team(Agent):
    """Agents by seat.

    Args:
        members: who has each seat.
    """

    def __init__(self, members: Mapping[str, Agent]) -> None:
        self.members = dict(members)
        self.uri = team_name({seat: agent.uri for seat, agent in self.members.items()})
        self._different = list({id(agent): agent for agent in self.members.values()}.values())
        self.remote = any(agent.remote for agent in self._different)
        self.identity = {
            f"{seat}.{name}": value
            for seat, agent in self.members.items()
            for name, value in agent.identity.items()
        }

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        raise RuntimeError("a team plays through seated()")

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return self.members[seat].seated(env, seed, seat)

    def plays(self, env: Any) -> bool:
        """Whether every member does, and the seats are the environment's.

        Raises:
            UsageError: seats are missing, or there are none of these names.
        """
        seats = getattr(env, "possible_agents", None)
        if seats is None:
            raise UsageError(f"{self.uri} is a team; {_name(env)} has one seat: name one agent")
        unknown = [seat for seat in self.members if seat not in seats]
        missing = [seat for seat in seats if seat not in self.members]
        if unknown or missing:
            what = f"there is no seat {unknown[0]!r}" if unknown else f"{missing[0]} has nobody"
            raise UsageError(f"{self.uri}: {what}; the seats are {', '.join(seats)}")
        return all(agent.plays(env) for agent in self._different)

    def sees_images(self) -> bool:
        return all(agent.sees_images() for agent in self._different)

    def knows_cost(self) -> bool:
        return all(agent.knows_cost() for agent in self._different)

    def cached_in(self, cache: ReplyCache) -> None:
        for agent in self._different:
            agent.cached_in(cache)

    async def check(self) -> None:
        for agent in self._different:
            await agent.check()

    async def close(self) -> None:
        for agent in self._different:
            await agent.close()


def resolve_team(uri: str, resolve: Callable[[str], Agent]) -> Team | None:
    """The team of this URI; None if it is no team's.

    Raises:
        UsageError: a member has no name, or does not resolve.
    """
    members = members_of(uri)
    if members is None:
        return None
    known: dict[str, Agent] = {}
    for seat, name in members.items():
        if not seat or not name:
            raise UsageError(f"agent {uri!r}: expected team(SEAT=AGENT,SEAT=AGENT)")
        if name not in known:
            known[name] = resolve(name)
    return Team({seat: known[name] for seat, name in members.items()})


def _name(env: Any) -> str:
    spec = getattr(env, "spec", None)
    return spec.id if spec is not None else type(env).__name__
