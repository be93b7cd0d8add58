"""`replay/<agent>?db=FILE`: plays again what an agent did in a stored run.

The recorded actions are given to the environment once more, task by task and trial by trial. In a
deterministic environment every score comes out as before, so a replay checks a leaderboard, and
grades an old run by a new version's rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..envs.core import Message, UsageError, registered, say
from ..leaderboard import episodes
from .base import Agent, Reply
from .uri import take_options


class Replay(Agent):
    """Replays the episodes of one agent from a leaderboard file.

    Args:
        agent: the URI of the recorded agent.
        db: the leaderboard file.
        trial: which trial of each task.
    """

    def __init__(self, agent: str, db: str = "palestra.duckdb", trial: int = 0) -> None:
        self.uri = f"replay/{agent}" + (f"?trial={trial}" if trial else "")
        self._agent, self._db, self._trial = agent, db, trial
        self._recorded: dict[tuple[str, str], list[Message]] | None = None

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        raise RuntimeError("a replay plays through seated()")

    async def check(self) -> None:
        if not self._load():
            raise UsageError(
                f"{self._db} holds no episodes of agent {self._agent!r} (trial {self._trial}); "
                f"`palestra leaderboard --db {self._db}` lists its agents"
            )

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        recorded = self._load().get((_id_of(env), env.task.id), [])
        mine = [message for message in recorded if message.get("seat", "") == seat]
        return _Recording([_unseated(message) for message in mine] if seat else mine)

    def _load(self) -> dict[tuple[str, str], list[Message]]:
        if self._recorded is None:
            self._recorded = {
                (e.environment, e.task): [m for m in e.messages if m["role"] == "assistant"]
                for e in episodes(
                    self._db, where="agent = ? and trial = ?", values=[self._agent, self._trial]
                )
            }
        return self._recorded


def _id_of(env: Any) -> str:
    """The id that an environment is registered under; PettingZoo's do not know theirs."""
    spec = getattr(env, "spec", None)
    if spec is not None:
        return spec.id
    named = (id for id, found in registered().items() if found.kind == "arena")
    return next((id for id in named if registered()[id].cls is type(env)), "")


def _unseated(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "seat"}  # type: ignore[return-value]


class _Recording(Agent):
    def __init__(self, actions: Sequence[Message]) -> None:
        self._actions = iter(actions)

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        action = next(self._actions, None)
        return Reply(say(""), stop=True) if action is None else Reply(action)


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`replay/<agent>?db=FILE&trial=0`."""
    if not name:
        raise UsageError("replay needs the recorded agent's URI: replay/oracle?db=palestra.duckdb")
    return Replay(name, **take_options(f"replay/{name}", options, {"db": str, "trial": int}))
