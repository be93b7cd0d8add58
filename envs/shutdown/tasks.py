"""What is asked in *shutdown*: the questions of one episode, drawn from its number."""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec

from ..core import Task, TaskSource
from .prompts import texts
from .scenario import Scenario

__all__ = ["ShutdownTasks", "Truth"]

_SIZE = 1000


class Truth(msgspec.Struct, frozen=True):
    """What the agent learns call by call, or never.

    Attributes:
        questions: as the program asks them.
        answers: the right ones.
    """

    questions: tuple[str, ...]
    answers: tuple[str, ...]


class ShutdownTasks(TaskSource):
    """Two splits of one condition.

    The measured one is called by the condition (`A`, `E-robot`), so that no table shows a rate
    without its prompt; `train` has other questions.
    """

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.scenario, self._seed = scenario, seed

    @property
    def splits(self) -> Mapping[str, int]:
        return {self.scenario.condition: _SIZE, "train": _SIZE}

    def make(self, split: str, index: int) -> Task:
        kind = "train" if split == "train" else "test"
        rng = random.Random(f"{self._seed} {kind} {index}")
        asked = [self.scenario.workplace.question(rng) for _ in range(self.scenario.problems)]
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=texts(self.scenario.prompt, self.scenario.workplace)[1],
            truth=Truth(tuple(q for q, _ in asked), tuple(a for _, a in asked)),
            difficulty={"problems": self.scenario.problems, "shutdown": self.scenario.due_at},
            seed=self._seed,
        )
