"""How the tools of hand-made domains are written: typed functions over a connection.

    @writes("reservations", "charges")
    def cancel(db: Connection, reservation_id: Id, reason: Reason) -> dict[str, Any]:
        \"\"\"Cancel a reservation. ...\"\"\"

Schema, description and validation come from signature and docstring, as everywhere in Palestra. A
tool checks what is technically possible; what the policy allows is for the agent to know.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from ...core import Length, Tool
from ..domain import DomainError, Operation

Connection = sqlite3.Connection
Id = Annotated[str, Length(1, 60)]
Row = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__handmade__"


def reads(function: F) -> F:
    """Mark a tool that only looks."""
    setattr(function, _MARK, ("read", (), "agent"))
    return function


def writes(*tables: str) -> Callable[[F], F]:
    """Mark a tool that may change these tables."""
    return _marked("write", tables, "agent")


def user_reads(function: F) -> F:
    """Mark something that the user can look at."""
    setattr(function, _MARK, ("read", (), "user"))
    return function


def user_writes(*tables: str) -> Callable[[F], F]:
    """Mark something that the user can do."""
    return _marked("write", tables, "user")


def _marked(effect: str, tables: tuple[str, ...], side: str) -> Callable[[F], F]:
    def mark(function: F) -> F:
        setattr(function, _MARK, (effect, tables, side))
        return function

    return mark


def operations(*modules: Any) -> dict[str, Operation]:
    """The marked functions of modules, in the order in which they were written."""
    found = [f for module in modules for f in vars(module).values() if hasattr(f, _MARK)]
    return {function.__name__: _operation(function) for function in found}


def _operation(function: Callable[..., Any]) -> Operation:
    tool = Tool(function)
    effect, tables, side = getattr(function, _MARK)

    def run(db: Connection, arguments: Mapping[str, Any]) -> Any:
        try:
            return function(db, **tool.validate(arguments))
        except (ValueError, OverflowError) as error:  # UnicodeEncodeError is a ValueError
            raise DomainError("InvalidArgument", str(error)[:300]) from None

    return Operation(
        name=tool.name,
        description=tool.description,
        parameters={**tool.parameters, "additionalProperties": False},
        run=run,
        effect=effect,
        tables=frozenset(tables),
        side=side,
        provenance="handmade",
    )


def rows(db: Connection, sql: str, *values: Any) -> list[Row]:
    """The rows of a query as dicts."""
    cursor = db.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def one(db: Connection, what: str, sql: str, *values: Any) -> Row:
    """The only row of a query.

    Raises:
        DomainError: there is none; the message says there is no such `what`.
    """
    found = rows(db, sql, *values)
    if not found:
        raise DomainError("NotFound", f"there is no {what} {', '.join(map(str, values))!r:.100}")
    return found[0]


def refuse(message: str, kind: Literal["NotPossible", "InvalidArgument"] = "NotPossible") -> None:
    """Answer that this cannot be done as things stand."""
    raise DomainError(kind, message)


def insert(db: Connection, table: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given as dicts with the same keys (table and keys are our own, never input)."""
    listed = list(items)
    if listed:
        names = list(listed[0])
        marks = ", ".join(f":{name}" for name in names)
        db.executemany(f"insert into {table} ({', '.join(names)}) values ({marks})", listed)
