"""Calls tried out on copies of a world: what gates, fuzzers and the over-writer are made of.

Nothing here knows how tasks are made. Arguments come from the tool's schema by chance, and from the
values that the database holds in the columns that the operation says it names.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ..core import Tool, sample_value
from .domain import DomainError, Operation
from .world import World

__all__ = ["accepted", "arguments_for", "contents", "trial", "valid_call", "valid_calls"]

_TRIES = 40


def contents(db: sqlite3.Connection) -> dict[str, list[str]]:
    """All tables but bookkeeping, as sorted texts of rows: read without the world's own code."""
    names = db.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {
        name: sorted(map(repr, db.execute(f'select * from "{name}"')))
        for (name,) in sorted(names)
        if not name.startswith(("_", "sqlite_"))
    }


def valid_calls(
    world: World, rng: random.Random, *, effect: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A call of each of the agent's tools that succeeds on this state, where one is found."""
    operations = [o for o in world.domain.operations.values() if o.side == "agent"]
    rng.shuffle(operations)
    for operation in operations:
        if effect in ("", operation.effect):
            found = valid_call(world, operation, rng)
            if found is not None:
                yield operation.name, found


def valid_call(world: World, operation: Operation, rng: random.Random) -> dict[str, Any] | None:
    """Arguments with which a call succeeds on this state, and (if it writes) changes it.

    Every try is rolled back.
    """
    before: dict[str, list[str]] | None = None
    for _ in range(_TRIES):
        arguments = arguments_for(world, operation, rng)
        if not accepted(operation, arguments):
            continue
        with trial(world) as db:
            start = db.total_changes
            try:
                operation.run(db, arguments)
            except DomainError:
                continue
            if operation.effect == "read":
                return arguments
            if db.total_changes == start:
                continue
            after = contents(db)
        before = before or contents(world.db)
        if after != before:
            return arguments
    return None


@contextmanager
def trial(world: World) -> Iterator[sqlite3.Connection]:
    """A transaction that is rolled back at its end: a call tried out, and nothing left of it."""
    world.db.execute("begin")
    try:
        yield world.db
    finally:
        world.db.execute("rollback")


def arguments_for(world: World, operation: Operation, rng: random.Random) -> dict[str, Any]:
    """Arguments by chance; those that name rows name rows that exist, one of each table."""
    schema = operation.parameters
    properties, required = schema.get("properties", {}), set(schema.get("required", ()))
    optional = [name for name in properties if name not in required]
    chosen = required | {name for name in optional if rng.random() < 0.35}
    if not required and not chosen and optional:
        chosen = {rng.choice(optional)}
    rows: dict[str, dict[str, Any]] = {}
    made: dict[str, Any] = {}
    supplied = operation.effect == "write"
    for name in properties:
        if name not in chosen:
            continue
        bound = operation.binds.get(name) or _by_name(world, name)
        value = None
        if bound is not None:
            table, column = bound
            if table not in rows:
                rows[table] = _row(world, table, rng)
            value = rows[table].get(column)
            # A create names a row that is not there yet: half of the time something new.
            if supplied and table in operation.tables and rng.random() < 0.3:
                value = None
        if value is None:
            value = sample_value(properties[name], rng, {})
        elif properties[name].get("type") == "array":
            value = [value]
        made[name] = value
    return made


def _row(world: World, table: str, rng: random.Random) -> dict[str, Any]:
    cursor = world.db.execute(f'select * from "{table}"')
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    return dict(zip(names, rng.choice(rows), strict=True)) if rows else {}


def _by_name(world: World, name: str) -> tuple[str, str] | None:
    """A column of the parameter's own name, of a table that it is the key of if there is one."""
    found: tuple[str, str] | None = None
    for (table,) in world.db.execute("select name from sqlite_master where type = 'table'"):
        if table.startswith(("_", "sqlite_")):
            continue
        for column in world.db.execute(f'pragma table_info("{table}")'):
            if column[1] == name:
                if column[5]:
                    return table, name
                found = found or (table, name)
    return found


def accepted(operation: Operation, arguments: dict[str, Any]) -> bool:
    """Whether the check of an agent's call lets these arguments through."""
    try:
        _checker(_Held(operation)).validate(arguments)
    except ValueError:
        return False
    return True


class _Held:
    """An operation as a key of a cache, by identity."""

    __slots__ = ("operation",)

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    def __hash__(self) -> int:
        return id(self.operation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.operation is other.operation


@lru_cache(maxsize=65536)
def _checker(held: _Held) -> Tool:
    operation = held.operation
    return Tool.of_schema(operation.name, operation.description, operation.parameters, print)
