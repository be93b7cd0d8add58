"""A small database that agents write SQL against, kept as plain rows.

Each statement runs in SQLite, in memory, on a copy of the rows; the rows that come out are the new
state. So forks copy lists, and a statement that is denied has changed nothing. Statements can read
and change rows and nothing else: no file is attached, no clock or chance is read, and length and
work are bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, TypeAlias

from ..core import ToolError

__all__ = ["Tables", "changed", "run"]

Tables: TypeAlias = dict[str, list[list[Any]]]
"""Rows by table. The first row holds the columns' names, the first column is the key."""

_SHOWN = 60
_STEPS = 2_000_000
_LENGTH = 100_000
_ACTIONS = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
    }
)
# fmt: off
_FUNCTIONS = frozenset((
    "abs", "avg", "coalesce", "count", "glob", "group_concat", "ifnull", "instr", "length", "like",
    "lower", "ltrim", "max", "min", "nullif", "replace", "round", "rtrim", "substr", "sum", "total",
    "trim", "upper",
))
# fmt: on


def run(tables: Tables, statement: str) -> tuple[str, Tables]:
    """Run one statement.

    Args:
        tables: the rows before it; left as they are.
        statement: SQL: select, insert, update or delete.

    Returns:
        What is shown of the result, and the rows after it.

    Raises:
        ToolError: SQLite does not accept it, or it is of another kind; the error says why.
    """
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for name, (columns, *rows) in tables.items():
            db.execute(f"create table {name} ({', '.join(columns)}, primary key ({columns[0]}))")
            db.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH)
        db.set_authorizer(_allowed)
        db.set_progress_handler(lambda: 1, _STEPS)
        try:
            cursor = db.execute(statement)
            found = cursor.fetchmany(_SHOWN + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise ToolError(f"SQL: {error}") from None
        names = [each[0] for each in cursor.description or ()]
        cursor.close()
        db.set_authorizer(None)
        db.set_progress_handler(None, 0)
        after = {name: [tables[name][0], *_rows(db, name, tables[name][0])] for name in tables}
    finally:
        db.close()
    if not names:
        return f"{changed(tables, after)} rows changed", after
    lines = [" | ".join("null" if v is None else str(v) for v in row) for row in found[:_SHOWN]]
    more = ["... and more rows"] if len(found) > _SHOWN else []
    return "\n".join([" | ".join(names), *lines, *more]), after


def changed(before: Tables, after: Tables) -> int:
    """How many rows were added, removed, or hold something else."""
    return sum(
        old.get(key) != new.get(key)
        for old, new in ((_by_key(before[name]), _by_key(after[name])) for name in before)
        for key in old.keys() | new.keys()
    )


def _by_key(rows: list[list[Any]]) -> Mapping[Any, list[Any]]:
    return {row[0]: row for row in rows[1:]}


def _rows(db: sqlite3.Connection, name: str, columns: list[str]) -> list[list[Any]]:
    return [list(row) for row in db.execute(f"select * from {name} order by {columns[0]}")]


def _allowed(action: int, first: str | None, second: str | None, *_: Any) -> int:
    if action in _ACTIONS or (action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
