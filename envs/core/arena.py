"""`ToolArena`: a PettingZoo `ParallelEnv` for several agents who act through tools.

The same tools, spaces, ledger and grading as `ToolEnv`; inside a tool `self.acting` names who
called it. Everybody stays until the episode is over: who has called a final tool only waits, and
`active()` says who may act (override it for turn-taking). The actions of one step are simultaneous
where tools write to something of the actor's own and `after_round` brings it together.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.utils import seeding
from pettingzoo import ParallelEnv

from .ledger import Ledger
from .limits import Limits
from .messages import Action, Message, Observation, user
from .score import Score
from .spaces import ActionSpace, ObservationSpace
from .state import State
from .task import Task, TaskSource
from .tools import Tool
from .world import OUT_OF_TOOL_CALLS, OUT_OF_TURNS, ToolWorld

S = TypeVar("S", bound=State)


class Seen(tuple[Message, ...]):
    """An observation; PettingZoo's `api_test` asks every observation for its dtype."""

    dtype = np.dtype(object)


class ToolArena(ToolWorld[S], ParallelEnv[str, Observation, Action]):
    """Base class of multi-agent environments.

    Args:
        agents: the names, such as `("writer_0", "writer_1")`.
    """

    metadata = {"render_modes": [], "name": "arena"}
    render_mode: str | None = None
    stand_in: ClassVar[str] = ""
    """The reference that takes seats for which nobody was named, in teams."""

    def __init__(
        self,
        *,
        agents: tuple[str, ...],
        tasks: TaskSource,
        limits: Limits | None = None,
        strict: bool = False,
    ) -> None:
        super().__init__(tasks=tasks, limits=limits, strict=strict)
        self.possible_agents = list(agents)
        self.agents: list[str] = []
        self._np_random = None
        self._own_tools = {agent: self.tools_for(agent) for agent in agents}
        self._actions = {
            agent: ActionSpace(tools, text=self.text_actions, characters=self.limits.characters)
            for agent, tools in self._own_tools.items()
        }
        self._observations = {agent: ObservationSpace(images=self.images) for agent in agents}

    # -- what an author writes -------------------------------------------------------------------

    def tools_for(self, agent: str) -> Mapping[str, Tool]:
        """The tools of one agent. Default: all."""
        return self._tools

    def opening(self, task: Task, agent: str) -> tuple[Message, ...]:
        """The first observation of one agent. Default: the prompt as a user message."""
        return (user(task.prompt),)

    def active(self) -> tuple[str, ...]:
        """Who may act now; the actions of the others are ignored. Default: all not yet done."""
        return tuple(agent for agent in self.agents if not self._progress[agent].done)

    def after_round(self) -> None:
        """Called when all active agents have acted, before anybody observes. Default: nothing."""

    def news(self, agent: str) -> tuple[Message, ...]:
        """What an agent observes of the others' doings after a round. Default: nothing."""
        return ()

    @abstractmethod
    def grade_all(self, state: S, ledger: Ledger, task: Task) -> dict[str, Score]:
        """Each agent's score, from state and ledger alone."""

    # -- PettingZoo ------------------------------------------------------------------------------

    def action_space(self, agent: str) -> ActionSpace:
        """The same object at every call."""
        return self._actions[agent]

    def observation_space(self, agent: str) -> ObservationSpace:
        """The same object at every call."""
        return self._observations[agent]

    @property
    def np_random(self) -> Any:
        """The episode's source of chance."""
        if self._np_random is None:
            self._np_random, _ = seeding.np_random()
        return self._np_random

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Begin an episode; options as in `ToolEnv.reset`, others are left to subclasses.

        PettingZoo's own tests pass an option that no environment knows.
        """
        if seed is not None:
            self._np_random, _ = seeding.np_random(seed)
        known = {k: v for k, v in (options or {}).items() if k in ("task", "split", "index")}
        task = self._choose_task(known, self.np_random)
        self.agents = list(self.possible_agents)
        self._begin(task, tuple(self.agents))
        observations: dict[str, Observation] = {
            agent: Seen(self.opening(task, agent)) for agent in self.agents
        }
        for observation in observations.values():
            self._check_shown(observation)
        return observations, {agent: {"task": task.id, "turn": 0} for agent in self.agents}

    def step(
        self, actions: Mapping[str, Action]
    ) -> tuple[
        dict[str, Observation],
        dict[str, float],
        dict[str, bool],
        dict[str, bool],
        dict[str, dict[str, Any]],
    ]:
        """Carry out one action of each active agent, in the order of `agents`.

        An active agent with no action in `actions` passes: its turn counts.

        Raises:
            ResetNeeded: the episode is over, or none was begun.
        """
        if not self.agents:
            raise ResetNeeded("the episode is over or was never begun; call reset()")
        present = list(self.agents)
        answers: dict[str, list[Message]] = {agent: [] for agent in present}
        for agent in self.active():
            progress = self._progress[agent]
            if agent in actions:
                answers[agent] = self._answer(agent, actions[agent])
            else:
                progress.turns += 1
            if not progress.done and progress.turns >= self.limits.turns:
                progress.done, progress.ended = True, OUT_OF_TURNS
        self.after_round()
        observations: dict[str, Observation] = {
            agent: Seen((*answers[agent], *self.news(agent))) for agent in present
        }
        for observation in observations.values():
            self._check_shown(observation)
        infos: dict[str, dict[str, Any]] = {
            agent: {"turn": self._progress[agent].turns} for agent in present
        }
        if not all(self._progress[agent].done for agent in present):
            flags = dict.fromkeys(present, False)
            return observations, dict.fromkeys(present, 0.0), flags, dict(flags), infos
        self._end_all()
        truncated = {
            agent: self._progress[agent].ended in (OUT_OF_TURNS, OUT_OF_TOOL_CALLS)
            for agent in present
        }
        for agent, score in self.scores.items():
            infos[agent] |= {"outcome": score.outcome, "metrics": dict(score.metrics)}
        rewards = {agent: self.scores[agent].reward for agent in present}
        return observations, rewards, {a: not t for a, t in truncated.items()}, truncated, infos

    def stop(self, outcome: str) -> None:
        """End the running episode from outside and grade it (see `scores`)."""
        for progress in self._progress.values():
            if not progress.done:
                progress.done, progress.ended = True, outcome
        self._end_all()

    def _end_all(self) -> None:
        graded = self._graded(self.grade_all, self.state, self.ledger, self.task)
        scores = dict.fromkeys(self.agents, graded) if isinstance(graded, Score) else graded
        self.scores = {
            agent: self._settle(scores[agent], self._progress[agent].ended) for agent in self.agents
        }
        self.agents = []

    def _tools_for(self, agent: str) -> Mapping[str, Tool]:
        return self._own_tools[agent]

    def render(self) -> Any:
        """Nothing, unless a subclass has something to show: the messages are the episode."""

    def close(self) -> None:
        """Nothing to release."""

    # -- branching -------------------------------------------------------------------------------

    def fork(self) -> Self:
        """An independent arena at the same moment of the same episode."""
        twin = copy.copy(self)
        twin._actions = {a: space.twin() for a, space in self._actions.items()}
        twin._changes = []
        twin.restore(self.snapshot())
        return twin

    def _extra(self) -> dict[str, Any]:
        return {"agents": list(self.agents)}

    def _restore_extra(self, extra: Mapping[str, Any]) -> None:
        self.agents = list(extra["agents"])
