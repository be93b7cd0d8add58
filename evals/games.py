"""One shape for whatever can be played: our environments, our arenas, and Gymnasium's own.

The episode loop knows `Game` only. A single agent is the case of one seat, named "".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium

from ..envs.core import (
    Entry,
    Message,
    Observation,
    Score,
    ToolArena,
    ToolEnv,
    UnicodeText,
    UsageError,
    find,
    make,
    separate_thoughts,
    text_in,
    user,
)
from ..leaderboard.seats import REWARD


class Game(ABC):
    """An environment in play. Reused from episode to episode.

    Attributes:
        env: the unwrapped environment.
        tools: each seat's tools in OpenAI's format.
        over: whether the episode has ended.
        blocking: whether steps wait for something; then they run in threads, side by side.
    """

    env: Any
    tools: Mapping[str, Sequence[dict[str, Any]]]
    over: bool = True
    blocking: bool = False

    @abstractmethod
    def begin(self, task: str, seed: int) -> Mapping[str, Observation]:
        """Start a task; each seat's first observation."""

    @abstractmethod
    def step(self, actions: Mapping[str, Message]) -> Mapping[str, Observation]:
        """Play one action of each waiting seat; what each seat observes."""

    @abstractmethod
    def waiting(self) -> Sequence[str]:
        """The seats that are to act now."""

    @abstractmethod
    def stop(self, outcome: str) -> None:
        """End the episode from outside and grade it."""

    @abstractmethod
    def score(self) -> Score:
        """The score of the ended episode."""

    def ledger(self) -> Sequence[Entry]:
        """The host's record."""
        return ()

    def difficulty(self) -> Mapping[str, float]:
        """The task's difficulty."""
        return {}


class EnvGame(Game):
    """A `ToolEnv`."""

    env: ToolEnv[Any]
    _SEATS = ("",)

    def __init__(
        self, env: ToolEnv[Any], tools: Mapping[str, Sequence[dict[str, Any]]] | None = None
    ) -> None:
        self.env, self.blocking = env, env.blocking
        self.tools = tools or {"": env.tools}
        self._brought = type(env).tools_of_task is not ToolEnv.tools_of_task

    def begin(self, task: str, seed: int) -> Mapping[str, Observation]:
        observation, _ = self.env.reset(seed=seed, options={"task": task})
        if self._brought:  # each task has tools of its own
            self.tools = {"": self.env.tools}
        self.over = False
        return {"": observation}

    def step(self, actions: Mapping[str, Message]) -> Mapping[str, Observation]:
        observation, _, terminated, truncated, _ = self.env.step(actions[""])
        self.over = terminated or truncated
        return {"": observation}

    def waiting(self) -> Sequence[str]:
        return self._SEATS

    def stop(self, outcome: str) -> None:
        self.env.stop(outcome)
        self.over = True

    def score(self) -> Score:
        return self.env.scores[""]

    def ledger(self) -> Sequence[Entry]:
        return list(self.env.ledger)

    def difficulty(self) -> Mapping[str, float]:
        return self.env.task.difficulty


class ArenaGame(Game):
    """A `ToolArena`; its score is the mean over the seats, with each seat's reward beside it."""

    env: ToolArena[Any]

    def __init__(self, env: ToolArena[Any]) -> None:
        self.env, self.blocking = env, env.blocking
        self.tools = {
            seat: [tool.openai() for tool in env.tools_for(seat).values()]
            for seat in env.possible_agents
        }

    def begin(self, task: str, seed: int) -> Mapping[str, Observation]:
        observations, _ = self.env.reset(seed=seed, options={"task": task})
        self.over = False
        return observations

    def step(self, actions: Mapping[str, Message]) -> Mapping[str, Observation]:
        observations = self.env.step(actions)[0]
        self.over = not self.env.agents
        return observations

    def waiting(self) -> Sequence[str]:
        return self.env.active()

    def stop(self, outcome: str) -> None:
        self.env.stop(outcome)
        self.over = True

    def score(self) -> Score:
        scores = list(self.env.scores.values())
        broken = next((s for s in scores if not s.valid), None)
        if broken is not None:
            return broken
        names = set.intersection(*(set(s.metrics) for s in scores))
        outcomes = {s.outcome for s in scores}
        metrics = {n: sum(s.metrics[n] for s in scores) / len(scores) for n in sorted(names)}
        metrics |= {f"{seat}{REWARD}": s.reward for seat, s in self.env.scores.items()}
        outcome = outcomes.pop() if len(outcomes) == 1 else "mixed"
        return Score(sum(s.reward for s in scores) / len(scores), outcome, metrics)

    def ledger(self) -> Sequence[Entry]:
        return list(self.env.ledger)

    def difficulty(self) -> Mapping[str, float]:
        return self.env.task.difficulty


class GymGame(Game):
    """Any Gymnasium environment whose observations and actions are text.

    A task is a seed: `any/7` resets with seed 7. The headline is the sum of rewards, `return`.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.env = env
        self.tools = {"": []}
        self._total = 0.0
        self._metrics: dict[str, float] = {}
        self._outcome = ""

    def begin(self, task: str, seed: int) -> Mapping[str, Observation]:
        observation, _ = self.env.reset(seed=int(task.rpartition("/")[2]))
        self.over, self._total, self._metrics, self._outcome = False, 0.0, {}, ""
        return {"": (user(str(observation)),)}

    def step(self, actions: Mapping[str, Message]) -> Mapping[str, Observation]:
        text = text_in(separate_thoughts(actions[""]))
        observation, reward, terminated, truncated, info = self.env.step(text)
        self._total += float(reward)
        self.over = terminated or truncated
        if self.over:
            self._outcome = "terminated" if terminated else "truncated"
            self._metrics = {k: float(v) for k, v in info.items() if isinstance(v, (int, float))}
        return {"": (user(str(observation)),)}

    def waiting(self) -> Sequence[str]:
        return ("",)

    def stop(self, outcome: str) -> None:
        self.over, self._outcome = True, outcome

    def score(self) -> Score:
        return Score(self._total, self._outcome, {**self._metrics, "return": self._total})


class Games:
    """Makes games of one environment with one set of options, and takes them back for reuse.

    Raises:
        UsageError: the environment is neither ours nor one of text.
    """

    def __init__(self, environment: str, options: Mapping[str, Any]) -> None:
        self._id, self._options = environment, dict(options)
        self._found = find(environment)
        self._free: list[Game] = []
        self._free.append(self._first())

    def take(self) -> Game:
        """A game that nobody plays."""
        if self._free:
            return self._free.pop()
        if self._found is None or self._found.kind == "arena":
            return self._first()
        # What gymnasium.make does, less its wrappers and its look at the registry.
        env = self._found.cls(**self._found.kwargs | self._options)
        env.spec = self._spec
        return EnvGame(env, self._tools)

    def give_back(self, game: Game) -> None:
        """A game whose episode is over."""
        self._free.append(game)

    def _first(self) -> Game:
        if self._found is None:
            env = gymnasium.make(self._id, **self._options)
            if not isinstance(env.action_space, (gymnasium.spaces.Text, UnicodeText)):
                raise UsageError(
                    f"{self._id} takes actions from {env.action_space}; agents play environments "
                    "whose actions are text or messages"
                )
            return GymGame(env)
        env = make(self._id, **self._options).unwrapped
        if isinstance(env, ToolArena):
            return ArenaGame(env)
        self._spec = env.spec
        self._tools = {"": env.tools}
        return EnvGame(env, self._tools)
