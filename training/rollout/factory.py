"""Palestra's environments for TRL's own loop: `environment_factory`, of either trainer.

    browse = EnvironmentFactory("browse", hops=2)
    GRPOTrainer(..., environment_factory=browse, train_dataset=Dataset.from_list(browse.rows()))

TRL makes tools of the public methods of a class, so a class is generated for each environment that
has its tools and nothing else in public. `Rollouts` is the better way where it can be had: TRL's
own loop steps one rollout after the other, knows no format errors, and no environment can end it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from ...envs.core import ToolEnv, UsageError, call, text_in
from ...envs.core.tools import tools_of
from ...evals import seed_of
from ...evals.games import Game, Games
from ..tasks import training_tasks

__all__ = ["OVER", "EnvironmentFactory"]

OVER = "The episode is over; nothing that is called now counts."
"""What every tool answers once the episode has ended."""


class EnvironmentFactory:
    """Makes environments as TRL wants them; can be pickled.

    Args:
        environment: id or short name of a tool environment with one seat.
        seed: of the episodes; the members of a group start from the same.
        options: of the environment.

    Raises:
        UsageError: there is no such environment, or it has not one seat with tools.
    """

    def __init__(self, environment: str, *, seed: int = 0, **options: Any) -> None:
        self.environment, self.seed, self.options = environment, seed, options
        self._class: type | None = None
        self()  # says now what does not fit

    def __call__(self) -> Any:
        """A fresh environment: its tools, `reset(task, ...)` and `get_reward()`."""
        games = Games(self.environment, self.options)
        game = games.take()
        if not isinstance(game.env, ToolEnv):
            raise UsageError(
                f"{self.environment} is no tool environment with one seat, which is all that TRL's "
                "environment_factory can play; train with Rollouts (palestra train grpo)"
            )
        if type(game.env).tools_of_task is not ToolEnv.tools_of_task:
            raise UsageError(
                f"the tools of {self.environment} differ from task to task, which TRL's "
                "environment_factory cannot play; train with Rollouts (palestra train grpo)"
            )
        if game.env.images:
            raise UsageError(
                f"{self.environment} shows images, which its tools cannot hand to TRL's loop; "
                "write its episodes for TRL's SFTTrainer with `palestra export --format sft`"
            )
        if self._class is None:
            self._class = _class_of(game.env)
        return self._class(game)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_class": None}  # made anew on the other side

    def rows(self, tasks: int | None = None) -> list[dict[str, Any]]:
        """Rows of a dataset: `prompt` (messages), `task` and `seed`, of tasks in `train` alone."""
        id, ids = training_tasks(self.environment, self.options, tasks)
        games = Games(self.environment, self.options)
        game = games.take()
        rows: list[dict[str, Any]] = []
        for task in ids:
            seed = seed_of(self.seed, id, task, 0)
            (messages,) = game.begin(task, seed).values()
            prompt = [{"role": m["role"], "content": m["content"]} for m in messages]
            rows.append({"prompt": prompt, "task": task, "seed": seed})
        return rows


class _Environment:
    """One environment behind TRL's face. Public: the tools, `reset` and `get_reward`."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._reward: float | None = None

    def reset(self, task: str, seed: int, **row: Any) -> None:
        """Start a task; the row of the dataset holds what there is to read."""
        self._reward = None
        self._game.begin(task, seed)

    def get_reward(self) -> float:
        """What the environment's grader gives; an episode that was left ends here."""
        if self._reward is None:
            if not self._game.over:
                self._game.stop("no_answer")
            score = self._game.score()
            self._reward = score.reward if score.valid else float("nan")
        return self._reward

    def _call(self, name: str, arguments: dict[str, Any]) -> str:
        if self._game.over:
            return OVER
        (messages,) = self._game.step({"": call(name, **arguments)}).values()
        return "\n".join(text_in(m) for m in messages)


def _class_of(env: ToolEnv[Any]) -> type:
    methods = {name: _method(name, tool.function) for name, tool in tools_of(type(env)).items()}
    return type(type(env).__name__, (_Environment,), methods)


def _method(name: str, function: Callable[..., Any]) -> Callable[..., str]:
    """A tool as a method with the same arguments and the same documentation."""

    def method(self: _Environment, **arguments: Any) -> str:
        return self._call(name, arguments)

    hints = {**get_type_hints(function), "return": str}
    parameters = [
        each.replace(annotation=hints.get(each.name, inspect.Parameter.empty))
        for each in inspect.signature(function).parameters.values()
    ]
    method.__name__, method.__doc__ = name, inspect.getdoc(function)
    method.__annotations__ = {p.name: hints[p.name] for p in parameters if p.name in hints}
    method.__annotations__["return"] = str
    method.__signature__ = inspect.Signature(parameters, return_annotation=str)  # type: ignore[attr-defined]
    return method
