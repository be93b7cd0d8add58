"""The work that every system of `loop.py` does: four look-ups, then an answer (five turns).

A task hides four keys; the agent calls `lookup(key)` for each and answers with the sum of the
values. The agent is scripted and answers at once, so what is measured is the harness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from palestra.agents import Agent, Reply
from palestra.envs.core import (
    Ledger,
    Limits,
    Message,
    Score,
    State,
    Task,
    TaskSource,
    ToolEnv,
    ToolError,
    call,
    register,
    tool,
)

KEYS = ("red", "green", "blue", "white")
VALUES = {key: 10 * index + 7 for index, key in enumerate(KEYS)}
TOTAL = sum(VALUES.values())
TASKS = 1_000_000


class Lookups(TaskSource):
    """As many equal tasks as wanted."""

    @property
    def splits(self) -> Mapping[str, int]:
        return {"test": TASKS}

    def make(self, split: str, index: int) -> Task:
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt=f"Add up the values of {', '.join(KEYS)}.",
            truth=TOTAL,
        )


@dataclass
class LookupState(State):
    """What was answered."""

    answer: int | None = None


class Lookup(ToolEnv[LookupState]):
    """Look up four values and add them up."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(tasks=Lookups(), limits=Limits(turns=16), render_mode=render_mode)

    def initial_state(self, task: Task) -> LookupState:
        return LookupState()

    @tool
    def lookup(self, key: str) -> str:
        """Look up the value of a key.

        Args:
            key: The key.
        """
        if key not in VALUES:
            raise ToolError(f"There is no key {key!r}.")
        return str(VALUES[key])

    @tool(final=True)
    def answer(self, total: int) -> str:
        """Give the total.

        Args:
            total: The sum of the values.
        """
        self.state.answer = total
        return "Thank you."

    def grade(self, state: LookupState, ledger: Ledger, task: Task) -> Score:
        right = float(state.answer == task.truth)
        return Score(right, "success" if right else "wrong_answer", {"success": right})


class Scripted(Agent):
    """Answers at once (or after `delay` seconds) what the number of messages calls for."""

    def __init__(self, delay: float = 0.0) -> None:
        self.uri = f"lookup-{delay:g}s"
        self._delay = delay

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        if self._delay:
            import asyncio

            await asyncio.sleep(self._delay)
        turn = (len(messages) - 1) // 2
        if turn < len(KEYS):
            return Reply(call("lookup", key=KEYS[turn]))
        return Reply(call("answer", total=TOTAL))


register("bench/Lookup-v0", Lookup, name="lookup")
