"""The contract of a domain: a database, operations over it, a policy and tasks.

    domain = Domain(id="returns-desk", title="Returns desk", family="handmade", ddl=DDL,
                    fill=fill, operations=OPERATIONS, policy=POLICY, tasks=tasks)
    world = open_world(domain, seed=0)          # world.py: SQLite in memory, from a cached image
    world.call("get_order", {"order_id": "O-1"})

Whether a domain was generated from real APIs or written by hand, all that follows (worlds, tools,
grading, users, reference agents) knows only what stands here.

Rules of the database:

- Every table has one primary key column (`TEXT` or `INTEGER`), and foreign keys are declared.
- A table whose name begins with `_` is bookkeeping (counters): it is no part of the state.
- Nothing depends on the clock: the moment of a world is `NOW`, and stands still.
- A key that the database gives out (`generated`) comes from `new_key`, never from chance.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .users import Script

__all__ = ["NOW", "Domain", "DomainError", "Operation", "TaskTruth"]

NOW = "2026-03-02T09:00:00Z"
"""The moment at which every world stands still (a Monday)."""

Arguments = Mapping[str, Any]


class DomainError(Exception):
    """An operation refuses, as the API would: `ResourceNotFoundException: there is no ...`.

    Attributes:
        kind: the API's name of the error.
        message: what was wrong, for whoever called.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


@dataclass(frozen=True, slots=True)
class Operation:
    """One tool: code over the database, and what it declares about itself.

    `run` is given arguments that fit `parameters` (what is not required may be absent) and an open
    transaction. It returns what the API would (plain JSON values) or raises `DomainError`, and then
    whatever it wrote is rolled back.
    """

    name: str
    """As the agent calls it; letters, digits, `_` and `-`, at most 64 characters."""
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object, with `additionalProperties: false`."""
    run: Callable[[sqlite3.Connection, Arguments], Any]
    effect: Literal["read", "write"]
    tables: frozenset[str] = frozenset()
    """The tables that it may change; empty for a read."""
    side: Literal["agent", "user"] = "agent"
    """Who holds it: the agent, or the simulated user (dual control)."""
    output: Mapping[str, Any] | None = None
    """JSON Schema of what it returns, if known."""
    binds: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Parameter -> (table, column) whose values it names, where that is known; for probes."""
    provenance: str = ""
    """Where it comes from: package, service and operation, or `handmade`."""


@dataclass(frozen=True)
class TaskTruth:
    """What a task hides from the agent."""

    domain: str
    """Id of the domain."""
    seed: int
    """Seed of its database."""
    kind: Literal["write", "read", "refuse"]
    """How it is graded: on the state, on the calls and the answer, or on nothing having changed
    (and the user having been told)."""
    calls: tuple[tuple[str, dict[str, Any]], ...]
    """The gold calls of the agent, in order: tool and arguments."""
    state: str
    """Canonical hash of the gold state (`World.digest`)."""
    outputs: tuple[str, ...] = ()
    """Texts that the agent must have told the user (compared without case, commas and blanks)."""
    script: Script = field(default_factory=lambda: Script(""))
    """The simulated user's part; the task's prompt is its opening and the policy."""
    plan: tuple[str | tuple[str, dict[str, Any]], ...] = ()
    """A whole gold episode, for oracles: what the agent says, and its calls, in order. Empty: it
    asks for every fact, makes the calls, and tells the outputs."""
    forbidden: frozenset[str] = frozenset()
    """Tools that the policy forbids in this task; a successful call is a policy breach."""


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain."""

    id: str
    """Lower case, digits and hyphens; unique."""
    title: str
    family: Literal["generated", "handmade"]
    ddl: str
    """`create table` statements, each with a primary key and its foreign keys."""
    fill: Callable[[sqlite3.Connection, int], None]
    """Fills the empty tables; a pure function of the seed."""
    operations: Mapping[str, Operation]
    """By name, in the order in which they are shown."""
    policy: str = ""
    """What the agent must keep to, in Markdown; a part of its system message."""
    tasks: Callable[[str, int], tuple[str, TaskTruth]] | None = None
    """`tasks(split, index)` -> (name of the recipe, truth); a pure function of its arguments. The
    splits are `train` and `test`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many tasks each split has (only where `tasks` is finite)."""
    generated: frozenset[str] = frozenset()
    """Tables whose new keys come from `new_key`: in the canonical hash, a row that was added is
    known by what it holds, not by its key."""
    about: Sequence[str] = ()
    """Facts about where it comes from, one line each."""
