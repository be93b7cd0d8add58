"""A game that a faultless model always wins, so that any other end is the adapter's doing.

The first message names a token; each call of `relay` with it returns the next one, and the last is
to be given to `finish`. `runner` is the model that plays it, reading nothing but the conversation.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...agents.protocols import protocol_of
from ...envs.core import (
    Ledger,
    Limits,
    Reference,
    Score,
    Script,
    Seat,
    State,
    Task,
    TaskList,
    ToolEnv,
    ToolError,
    call,
    register,
    text_in,
    tool,
)
from .server import tool_call

ID = "palestra/Relay-v0"
LEGS = 4
"""Calls of `relay` before `finish`."""
TASKS = 10_000


@dataclass
class RelayState(State):
    """How far the token was carried, and whether it arrived."""

    leg: int = 0
    finished: bool = False


def token(task: str, leg: int) -> str:
    """The token that a leg begins with."""
    return hashlib.blake2b(f"{task}/{leg}".encode(), digest_size=4).hexdigest()


def oracle(seat: Seat) -> Script:
    """Carries the token."""
    observation = seat.opening
    for _ in range(LEGS):
        observation = yield call("relay", token=_read(text_in(observation[-1])))
    yield call("finish", token=_read(text_in(observation[-1])))


class Relay(ToolEnv[RelayState]):
    """Carry a token from call to call (a game for examining adapters; see `palestra doctor`)."""

    references = {"oracle": Reference(oracle, "oracle")}

    def __init__(self, *, strict: bool = True, render_mode: str | None = None) -> None:
        tasks = TaskList(
            [
                Task(
                    id=f"test/{i}",
                    split="test",
                    prompt=f"Pass the token to `relay`, and each token that you get from it, until "
                    f"you are told to pass one to `finish`. The token is {token(str(i), 0)}.",
                    truth=token(str(i), LEGS),
                )
                for i in range(TASKS)
            ]
        )
        limits = Limits(turns=2 * LEGS)
        super().__init__(tasks=tasks, limits=limits, strict=strict, render_mode=render_mode)

    def initial_state(self, task: Task) -> RelayState:
        return RelayState()

    @tool
    def look(self) -> str:
        """See whether you carry a token. It changes nothing."""
        return "You carry one."

    @tool
    def relay(self, token: str) -> str:
        """Pass a token on.

        Args:
            token: The token that you were given last.
        """
        name = self.task.id.rpartition("/")[2]
        if token != _token(name, self.state.leg):
            raise ToolError("This is not the token that you were given last.")
        self.state.leg += 1
        self.note_change(leg=self.state.leg)
        end = " Pass it to `finish`." if self.state.leg == LEGS else ""
        return f"The token is {_token(name, self.state.leg)}.{end}"

    @tool(final=True)
    def finish(self, token: str) -> str:
        """Pass the last token.

        Args:
            token: The token that you were given last.
        """
        self.state.finished = token == self.task.truth and self.state.leg == LEGS
        return "Thank you."

    def grade(self, state: RelayState, ledger: Ledger, task: Task) -> Score:
        """Right if every leg was run once, in order, and the last token arrived."""
        passed = sum(entry.tool != "look" for entry in ledger)
        right = float(state.finished and passed == LEGS + 1)
        return Score(right, "success" if right else "dropped", {"success": right})


_token = token


def _read(text: str | None) -> str:
    found = re.findall(r"The token is (\w+)\.", text or "")
    return found[-1] if found else ""


def runner(request: Mapping[str, Any]) -> dict[str, Any]:
    """The model: the next call that a conversation of the relay asks for."""
    name, given = _next(request)
    return {"content": "", "tool_calls": [tool_call(name, json.dumps(given), f"call_{name}")]}


def writing_runner(protocol: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The same model where it calls tools in text, and thinks before it calls."""
    name, given = _next(request)
    text = protocol_of(protocol).written(call(name, **given))
    return {"content": f"<think>\nI carry it on.\n</think>\n\n{text}"}


def _next(request: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    said = text_in(request["messages"][-1])
    return "finish" if "Pass it to `finish`" in said else "relay", {"token": _read(said)}


register(ID, Relay, name="relay")
