"""A small real environment to learn in: the largest of three digits, given by one tool call."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import product
from typing import Annotated

from palestra.agents.protocols import protocol_of
from palestra.envs.core import (
    Ledger,
    Limits,
    Range,
    Reference,
    Score,
    Script,
    Seat,
    State,
    Task,
    TaskList,
    ToolEnv,
    call,
    register,
    text_in,
    tool,
)

TRIPLES = [list(triple) for triple in product(range(10), repeat=3)]
random.Random(0).shuffle(TRIPLES)


def tasks(split: str, triples: list[list[int]]) -> list[Task]:
    return [
        Task(
            id=f"{split}/{i}",
            split=split,
            prompt=" ".join(map(str, triple)),
            truth=max(triple),
            difficulty={"size": float(max(triple))},
        )
        for i, triple in enumerate(triples)
    ]


TASKS = TaskList(tasks("train", TRIPLES[:700]) + tasks("test", TRIPLES[700:]))


@dataclass
class LargestState(State):
    """What was answered."""

    digit: int | None = None


def oracle(seat: Seat) -> Script:
    """Knows."""
    assert seat.env is not None
    yield call("answer", digit=seat.env.task.truth)


def reader(seat: Seat) -> Script:
    """Reads the digits, honestly."""
    yield call("answer", digit=max(map(int, text_in(seat.opening[-1]).split())))


def hasty(seat: Seat) -> Script:
    """Reads the digits, and stops at the first in three tasks of five: who copies it errs too."""
    digits = list(map(int, text_in(seat.opening[-1]).split()))
    yield call("answer", digit=max(digits) if seat.rng.random() < 0.4 else digits[0])


class Largest(ToolEnv[LargestState]):
    """Say the largest digit."""

    references = {
        "oracle": Reference(oracle, "oracle", privileged=True),
        "reader": Reference(reader, "baseline", "reads", at_least=1.0),
        "hasty": Reference(hasty, "baseline", "errs"),
    }
    chance = 0.2

    def __init__(self, *, strict: bool = True, render_mode: str | None = None) -> None:
        limits = Limits(turns=1)
        super().__init__(tasks=TASKS, limits=limits, strict=strict, render_mode=render_mode)

    def initial_state(self, task: Task) -> LargestState:
        return LargestState()

    @tool(final=True)
    def answer(self, digit: Annotated[int, Range(0, 9)]) -> str:
        """Answer.

        Args:
            digit: The largest.
        """
        self.state.digit = digit
        return "Thank you."

    def grade(self, state: LargestState, ledger: Ledger, task: Task) -> Score:
        right = float(state.digit == task.truth)
        return Score(right, "success" if right else "wrong_answer", {"success": right})


register("test/Largest-v0", Largest, name="largest")


def phrases() -> list[str]:
    """What is read and said here, for a tokenizer of whose tokens that takes few."""
    env = Largest()
    observation, _ = env.reset(seed=0, options={"task": "train/0"})
    said = protocol_of("hermes").render([*observation, call("answer", digit=3)], env.tools)
    return [text_in(message) for message in said]
