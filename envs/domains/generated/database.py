"""The database of a plan: its tables in SQL, its rows from a seed, and keys for new rows."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from typing import Any

from ..domain import DomainError
from ..world import new_key
from .plan import Column, Plan, Table
from .values import key_of, slug, value_of

__all__ = ["ddl_of", "decoded", "encoded", "fill_of", "fresh_key", "ordered"]

_SQL = {"integer": "integer", "number": "real", "boolean": "integer"}
_JSON = ("array", "object")


def ddl_of(plan: Plan) -> str:
    """`create table` statements, referred-to tables first."""
    keys = {table.name: table.key for table in plan.tables}
    return "\n".join(_table(table, keys) for table in ordered(plan))


def _table(table: Table, keys: dict[str, str]) -> str:
    lines = []
    for column in table.columns:
        kind = _SQL.get(column.schema.get("type", ""), "text")
        line = f'  "{column.name}" {kind}'
        if column.name == table.key:
            line += " primary key not null"
        elif column.ref:
            line += f' references "{column.ref}" ("{keys[column.ref]}")'
        elif column.unique:
            line += " unique"
        lines.append(line)
    return f'create table "{table.name}" (\n' + ",\n".join(lines) + "\n);"


def ordered(plan: Plan) -> list[Table]:
    """The tables, each after those that it refers to."""
    left = {table.name: table for table in plan.tables}
    found: list[Table] = []
    while left:
        for name, table in left.items():
            if all(c.ref in (None, name) or c.ref not in left for c in table.columns):
                found.append(left.pop(name))
                break
        else:
            raise ValueError(f"domain {plan.id!r}: tables refer to each other in a circle")
    return found


def encoded(value: Any, column: Column) -> Any:
    """A JSON value as SQLite holds it."""
    if value is None:
        return None
    kind = column.schema.get("type")
    if kind in _JSON:
        return json.dumps(value, sort_keys=True)
    return int(value) if kind == "boolean" else value


def decoded(value: Any, column: Column) -> Any:
    """What SQLite holds as a JSON value."""
    if value is None:
        return None
    kind = column.schema.get("type")
    if kind in _JSON:
        return json.loads(value)
    return bool(value) if kind == "boolean" else value


def fill_of(plan: Plan, *, rows: tuple[int, int] = (6, 10)) -> Callable[..., None]:
    """Fills the empty tables from a seed: `rows` (least, most) in each."""

    def fill(db: sqlite3.Connection, seed: int) -> None:
        rng = random.Random(f"{plan.id}:{seed}")
        keys: dict[str, list[Any]] = {}
        for table in ordered(plan):
            keys[table.name] = []
            several = rng.randint(*rows) if not table.relation else rng.randint(3, 5)
            seen: dict[str, set[Any]] = {c.name: set() for c in table.columns if c.unique}
            pairs: set[tuple[Any, ...]] = set()
            marks = ", ".join("?" * len(table.columns))
            for number in range(several):
                row = _row(table, number, keys, seen, rng)
                refs = tuple(v for v, c in zip(row, table.columns, strict=True) if c.ref)
                if table.relation and (refs in pairs or None in refs):
                    continue
                pairs.add(refs)
                if row[0] is None or row[0] in keys[table.name]:
                    continue
                db.execute(f'insert into "{table.name}" values ({marks})', row)
                keys[table.name].append(row[0])

    return fill


def _row(
    table: Table,
    number: int,
    keys: dict[str, list[Any]],
    seen: dict[str, set[Any]],
    rng: random.Random,
) -> list[Any]:
    row: list[Any] = []
    for column in table.columns:
        if column.name == table.key:
            value = _key(table, rng)
            for _ in range(20):
                if value not in keys[table.name]:
                    break
                value = _key(table, rng)
        elif column.ref:
            others = keys[column.ref]
            if column.ref != table.name:  # some rows are referred to by nothing
                others = others[: max(1, (2 * len(others)) // 3)]
            value = rng.choice(others) if others and (column.ref != table.name or number) else None
            if column.ref == table.name and rng.random() < 0.5:
                value = None
        else:
            value = encoded(value_of(column.schema, column.label, table.noun, rng), column)
            if column.name in seen:
                if value in seen[column.name]:
                    value = None
                seen[column.name].add(value)
        row.append(value)
    if table.parent:
        place = next(i for i, c in enumerate(table.columns) if c.name == table.parent)
        if row[place] is not None:
            row[0] = f"{row[place]}/{table.path}/{str(row[0]).rpartition('/')[2]}"
    if table.state and rng.random() < 0.5:  # many rows are as they were made
        place = next(i for i, c in enumerate(table.columns) if c.name == table.state)
        if "enum" not in table.columns[place].schema:
            row[place] = table.initial
    return row


def _key(table: Table, rng: random.Random) -> Any:
    if table.relation:
        return f"link-{rng.getrandbits(40):010x}"
    end = table.key.rpartition("_")[2]
    schema = table.column(table.key).schema
    return key_of(end, table.noun, schema, table.service, rng)


def fresh_key(db: sqlite3.Connection, table: Table, above: str = "", last: str = "") -> Any:
    """A key for a new row, in the API's style; the same for the same history.

    Args:
        above: of Google's resource names, what comes before the collection.
        last: its last part, where the caller chooses it.
    """
    sql = f'select 1 from "{table.name}" where "{table.key}" = ?'
    for _ in range(50):
        rng = random.Random(f"{table.name}:{new_key(db, table.name)}")
        if table.path:
            made = _key(table, rng)
            above = above or str(made).rpartition(f"/{table.path}/")[0]
            value = f"{above}/{table.path}/{last or slug(rng)}"
        else:
            value = _key(table, rng)
        if value is None:  # no text fits what the API says of its keys
            break
        if last or db.execute(sql, (value,)).fetchone() is None:
            return value
    raise DomainError("InternalFailure", f"no free key is left for a new {table.name}")
