"""One moment of an episode, as a value: what forks, crash recovery and travelling rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .ledger import Ledger
from .score import Score
from .state import State
from .task import Task


class Progress(msgspec.Struct):
    """Counters of one agent's episode so far."""

    turns: int = 0
    tool_calls: int = 0
    done: bool = False
    ended: str = ""
    """Why it is done, when not by a final tool: an outcome."""


class Snapshot(msgspec.Struct, frozen=True):
    """One moment of an episode; picklable, and independent of the environment it came from."""

    task: Task
    state: State
    ledger: Ledger
    progress: dict[str, Progress]
    rng: Mapping[str, Any] | None
    scores: dict[str, Score]
    extra: dict[str, Any]
