"""`ToolEnv`: a Gymnasium environment for one agent who acts through tools.

    class Guess(ToolEnv[GuessState]):
        def initial_state(self, task): ...
        @tool(final=True)
        def guess(self, number: int) -> str: ...
        def grade(self, state, ledger, task): ...

The author writes a state, a task source, tools and `grade`; validation, format errors, limits,
termination, ledger, info, rendering and snapshots are done here.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self, TypeVar

import gymnasium
from gymnasium.error import ResetNeeded

from .contents import describe
from .ledger import Ledger
from .limits import Limits
from .messages import Action, Message, Observation, user
from .score import Score
from .spaces import ActionSpace, ObservationSpace
from .state import State
from .task import Task, TaskSource
from .world import OUT_OF_TOOL_CALLS, OUT_OF_TURNS, ToolWorld

S = TypeVar("S", bound=State)


class ToolEnv(ToolWorld[S], gymnasium.Env[Observation, Action]):
    """Base class of single-agent environments (Gymnasium 1.x, to the letter).

    `reset(seed=, options=)` takes the options `{"task": id}` or `{"split": name, "index": n}`;
    with neither, a task is drawn from `train` (or the first split). `step` answers any action
    whatever and never raises because of one. `info` holds `task` and `turn`, and at the end
    `outcome` and `metrics`; neither it nor an observation tells the hidden truth.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 1}

    def __init__(
        self,
        *,
        tasks: TaskSource,
        limits: Limits | None = None,
        strict: bool = False,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(tasks=tasks, limits=limits, strict=strict)
        self.render_mode = render_mode
        self._actions = self.action_space = ActionSpace(
            self._tools, text=self.text_actions, characters=self.limits.characters
        )
        self.observation_space = ObservationSpace(images=self.images)
        self._shown: list[str] = []

    # -- what an author writes -------------------------------------------------------------------

    def opening(self, task: Task) -> tuple[Message, ...]:
        """The first observation. Default: the prompt as a user message."""
        return (user(task.prompt),)

    def after_action(self) -> tuple[Message, ...]:
        """What happens after each action (others move), and what is observed of it."""
        return ()

    @abstractmethod
    def grade(self, state: S, ledger: Ledger, task: Task) -> Score:
        """Score the episode from state and ledger alone.

        Metrics must hold the `headline`. How the episode ended (format error, limits) is applied
        to the score afterwards.
        """

    def _offer(self, task: Task) -> None:
        super()._offer(task)
        self._actions.offer(self._offered)

    # -- Gymnasium -------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode.

        Raises:
            UsageError: the options name no task.
        """
        gymnasium.Env.reset(self, seed=seed)
        task = self._choose_task(options, self.np_random)
        self._begin(task, ("",))
        observation = self.opening(task)
        self._check_shown(observation)
        self._show(observation)
        return observation, {"task": task.id, "turn": 0}

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Carry out one action and return (observation, reward, terminated, truncated, info).

        Raises:
            ResetNeeded: the episode is over, or none was begun.
        """
        progress = self._progress.get("")
        if progress is None or progress.done:
            raise ResetNeeded("the episode is over or was never begun; call reset()")
        observation = (*self._answer("", action), *self.after_action())
        self._check_shown(observation)
        if not progress.done and progress.turns >= self.limits.turns:
            progress.done, progress.ended = True, OUT_OF_TURNS
        if self.render_mode is not None:
            self._show((action, *observation))
        if not progress.done:
            return observation, 0.0, False, False, {"turn": progress.turns}
        return (observation, *self._end())

    def stop(self, outcome: str) -> tuple[float, bool, bool, dict[str, Any]]:
        """End the running episode from outside (given up, out of time) and grade it.

        Returns:
            reward, terminated (False), truncated (True) and info, as `step` would.
        """
        progress = self._progress[""]
        progress.done, progress.ended = True, outcome
        reward, _, _, info = self._end()
        return reward, False, True, info

    def _end(self) -> tuple[float, bool, bool, dict[str, Any]]:
        progress = self._progress[""]
        score = self._graded(self.grade, self.state, self.ledger, self.task)
        score = self.scores[""] = self._settle(score, progress.ended)
        truncated = progress.ended in (OUT_OF_TURNS, OUT_OF_TOOL_CALLS)
        info = {
            "turn": progress.turns,
            "outcome": score.outcome,
            "metrics": dict(score.metrics),
        }
        return score.reward, not truncated, truncated, info

    @property
    def score(self) -> Score | None:
        """The score of the episode, once it is over."""
        return self.scores.get("")

    # -- rendering -------------------------------------------------------------------------------

    def render(self) -> str | None:  # type: ignore[override]
        """With `render_mode="ansi"`: the conversation since the last call."""
        if self.render_mode is None:
            gymnasium.logger.warn("render() needs render_mode='ansi' in make()")
            return None
        text, self._shown = "\n".join(self._shown), []
        return text

    def _show(self, messages: tuple[object, ...]) -> None:
        if self.render_mode is None:
            return
        for message in messages:
            if not isinstance(message, Mapping):
                self._shown.append(f"[?] {message!r:.200}")
                continue
            self._shown.append(f"[{message.get('role')}] {describe(message)}".rstrip())
            for item in message.get("tool_calls") or ():
                self._shown.append(f"  -> {item!r:.500}")

    # -- branching -------------------------------------------------------------------------------

    def fork(self) -> Self:
        """An independent environment at the same moment of the same episode."""
        twin = copy.copy(self)
        twin._actions = twin.action_space = self._actions.twin()
        twin._shown = list(self._shown)
        twin._changes = []
        twin.restore(self.snapshot())
        return twin
