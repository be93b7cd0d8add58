"""SQLite as tools use it: what no row can hold is not found, and not written."""

from __future__ import annotations

import sqlite3
from typing import Any

from ..domain import DomainError

__all__ = ["all_rows", "first_row", "write"]

_VALUES = 30_000
"""Values in one statement, at most, a little below the limit of SQLite; no table has more rows."""


def first_row(db: sqlite3.Connection, sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    try:
        return db.execute(sql, values).fetchone()
    except (OverflowError, UnicodeEncodeError):
        return None  # a number beyond 64 bits, or half a character: no row has it


def all_rows(db: sqlite3.Connection, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    if len(values) > _VALUES:
        return []
    try:
        return db.execute(sql, values).fetchall()
    except (OverflowError, UnicodeEncodeError):
        return []


def write(db: sqlite3.Connection, sql: str, values: tuple[Any, ...]) -> None:
    try:
        db.execute(sql, values)
    except OverflowError:
        raise DomainError("ValidationException", "a number is beyond 64 bits") from None
    except UnicodeEncodeError:
        raise DomainError("ValidationException", "a text holds half a character") from None
