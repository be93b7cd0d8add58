"""Tools of a plan as code over the database. Nothing here knows any answer beforehand.

    operations = operations_of(plan)
    operations["ec2_CreateVpc"].run(db, {"CidrBlock": "10.0.0.0/16"})

Each kind of tool is one class with a `run`; it looks up rows, checks what must hold, writes, and
renders the API's output shape from the rows as they are then.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from ..domain import DomainError, Operation
from .database import encoded, fresh_key
from .plan import Plan, Table, ToolPlan
from .rendering import renderer
from .rules import words
from .sql import all_rows, first_row, write
from .values import value_of
from .wording import describe, parameter_text

__all__ = ["operations_of"]

Arguments = Mapping[str, Any]
_MOST = 100
"""Rows that a list returns at most, where the API has no limit of its own."""
_EVER = 10_000
"""Rows that a list returns at most, whatever limit is asked for: more than any table has."""


def operations_of(plan: Plan) -> dict[str, Operation]:
    """The operations of a plan, by name."""
    tables = {table.name: table for table in plan.tables}
    users: dict[str, list[tuple[Table, str]]] = {table.name: [] for table in plan.tables}
    for table in plan.tables:
        for column in table.columns:
            if column.ref:
                users[column.ref].append((table, column.name))
    return {tool.name: _operation(tool, tables, users) for tool in plan.tools}


def _operation(
    tool: ToolPlan, tables: dict[str, Table], users: dict[str, list[tuple[Table, str]]]
) -> Operation:
    table = tables[tool.table]
    runner = _KINDS[tool.kind](tool, table, tables, users)
    properties = {
        name: _property(name, schema, tool, table, tables)
        for name, schema in tool.parameters.items()
    }
    reads = tool.kind in ("get", "list")
    return Operation(
        name=tool.name,
        description=describe(tool, table, tables),
        parameters={
            "type": "object",
            "properties": properties,
            "required": list(tool.required),
            "additionalProperties": False,
        },
        run=runner.run,
        effect="read" if reads else "write",
        tables=frozenset() if reads else frozenset({table.name}),
        binds=_binds(tool, table, tables),
        provenance=tool.api,
    )


def _property(
    name: str, schema: dict[str, Any], tool: ToolPlan, table: Table, tables: dict[str, Table]
) -> dict[str, Any]:
    """A parameter as an agent sees it; one with a pattern has an example."""
    made = {**schema, "description": parameter_text(name, tool, table, tables)}
    return _with_examples(made, name, table)


def _with_examples(schema: dict[str, Any], name: str, table: Table) -> dict[str, Any]:
    if "pattern" in schema:
        rng = random.Random(f"{table.name}.{name}")
        example = value_of(schema, words(name), table.noun, rng)
        if example is None:
            return {key: value for key, value in schema.items() if key != "pattern"}
        return {**schema, "examples": [example]}
    if "items" in schema:
        return {**schema, "items": _with_examples(schema["items"], name, table)}
    if "properties" in schema:
        inner = {n: _with_examples(s, n, table) for n, s in schema["properties"].items()}
        return {**schema, "properties": inner}
    return schema


def _binds(tool: ToolPlan, table: Table, tables: dict[str, Table]) -> dict[str, tuple[str, str]]:
    found = {}
    for name, bound in {**tool.put, **tool.where, **tool.find}.items():
        if bound == "#last":
            continue
        column = table.column(bound)
        if column.ref:
            found[name] = (column.ref, tables[column.ref].key)
        elif name in tool.find or name in tool.where or bound == table.key:
            found[name] = (table.name, bound)
    return found


class _Tool:
    """What all kinds share: finding rows, checking references, rendering."""

    def __init__(
        self,
        tool: ToolPlan,
        table: Table,
        tables: dict[str, Table],
        users: dict[str, list[tuple[Table, str]]],
    ) -> None:
        self.tool, self.table, self.users = tool, table, users[table.name]
        self.names = [column.name for column in table.columns]
        self.columns = {column.name: column for column in table.columns}
        self.noun = " ".join(table.noun)
        listed = ", ".join(f'"{name}"' for name in self.names)
        self.select = f'select {listed} from "{table.name}"'
        self.refs = {
            name: tables[ref]
            for name, bound in tool.put.items()
            if bound in self.columns and (ref := self.columns[bound].ref)
        }
        self.show = renderer(tool.output, self.names, self.columns)
        self.arrays = {
            name for name, schema in tool.parameters.items() if schema.get("type") == "array"
        }

    def refuse(self, kind: str, message: str) -> DomainError:
        """The error of one of our four kinds, under the API's own name."""
        return DomainError(self.tool.errors.get(kind, kind), message)

    def missing(self, given: str) -> DomainError:
        return self.refuse("missing", f"there is no {self.noun} with {given}")

    def rows(self, db: sqlite3.Connection, arguments: Arguments) -> list[tuple[Any, ...]]:
        """The rows that the finding arguments name, in their order; all must exist."""
        if self.tool.many:
            found, seen = [], set()
            for value in arguments[self.tool.many]:
                if value in seen:
                    continue
                seen.add(value)
                found.append(self._row(db, {**arguments, self.tool.many: value}))
            return found
        return [self._row(db, arguments)]

    def _row(self, db: sqlite3.Connection, arguments: Arguments) -> tuple[Any, ...]:
        given = {c: arguments[p] for p, c in self.tool.find.items() if p in arguments}
        where = " and ".join(f'"{column}" = ?' for column in given)
        row = first_row(db, f"{self.select} where {where}", tuple(given.values()))
        if row is None:
            told = " and ".join(f"{p} {arguments[p]!r}" for p in self.tool.find if p in arguments)
            raise self.missing(told)
        return row

    def check_refs(self, db: sqlite3.Connection, arguments: Arguments) -> None:
        """Whatever an argument refers to must exist."""
        for name, other in self.refs.items():
            if name not in arguments:
                continue
            sql = f'select 1 from "{other.name}" where "{other.key}" = ?'
            if first_row(db, sql, (arguments[name],)) is None:
                raise self.refuse(
                    "missing",
                    f"there is no {' '.join(other.noun)} with {name} {arguments[name]!r}",
                )

    def by_key(self, db: sqlite3.Connection, key: Any) -> tuple[Any, ...]:
        row = first_row(db, f'{self.select} where "{self.table.key}" = ?', (key,))
        assert row is not None
        return row

    def result(self, rows: list[tuple[Any, ...]]) -> Any:
        return self.show(rows)


class _Get(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        return self.result(self.rows(db, arguments))


class _List(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        clauses, values = [], []
        for name, column in self.tool.where.items():
            if name not in arguments:
                continue
            value = arguments[name]
            if name in self.arrays:
                clauses.append(f'"{column}" in ({", ".join("?" * len(value))})')
                values += value
            else:
                clauses.append(f'"{column}" = ?')
                values.append(encoded(value, self.columns[column]))
        where = " where " + " and ".join(clauses) if clauses else ""
        most = arguments.get(self.tool.limit, _MOST) if self.tool.limit else _MOST
        limit = max(0, min(int(most), _EVER))
        sql = f'{self.select}{where} order by "{self.table.key}" limit {limit}'
        return self.result(all_rows(db, sql, tuple(values)))


class _Create(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        self.check_refs(db, arguments)
        return self.result([self.insert(db, arguments)])

    def insert(self, db: sqlite3.Connection, arguments: Arguments) -> tuple[Any, ...]:
        table = self.table
        row: dict[str, Any] = {name: None for name in self.names}
        if table.state:
            row[table.state] = table.initial
        last = ""
        for name, column in self.tool.put.items():
            if name not in arguments:
                continue
            if column == "#last":
                last = arguments[name]
            else:
                row[column] = encoded(arguments[name], self.columns[column])
        if row[table.key] is None:
            above = str(row.get(table.parent) or "") if table.parent else ""
            row[table.key] = fresh_key(db, table, above, last)
        taken = f'select 1 from "{table.name}" where "{table.key}" = ?'
        if first_row(db, taken, (row[table.key],)) is not None:
            raise self.refuse("exists", f"{self.noun} {row[table.key]!r} already exists")
        for column in table.columns:
            if column.unique and row[column.name] is not None:
                same = f'select 1 from "{table.name}" where "{column.name}" = ?'
                if first_row(db, same, (row[column.name],)) is not None:
                    raise self.refuse(
                        "exists",
                        f"a {self.noun} with {column.name} {row[column.name]!r} already exists",
                    )
            elif column.unique and column.name.endswith("_arn"):
                kind = "-".join(table.noun)
                row[column.name] = f"arn:aws:svc:us-east-1:210987654321:{kind}/{row[table.key]}"
        marks = ", ".join("?" * len(row))
        write(db, f'insert into "{table.name}" values ({marks})', tuple(row.values()))
        return self.by_key(db, row[table.key])


class _Update(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        (row,) = self.rows(db, arguments)
        self.check_refs(db, arguments)
        given = {c: n for n, c in self.tool.put.items() if n in arguments}
        if not given:
            wanted = ", ".join(self.tool.put)
            raise DomainError("ValidationException", f"nothing to change; give one of {wanted}")
        return self.result([self.write(db, row, given, arguments)])

    def write(
        self,
        db: sqlite3.Connection,
        row: tuple[Any, ...],
        given: dict[str, str],
        arguments: Arguments,
    ) -> tuple[Any, ...]:
        key = row[self.names.index(self.table.key)]
        values = [encoded(arguments[name], self.columns[c]) for c, name in given.items()]
        for column, value in zip(given, values, strict=True):
            if not self.columns[column].unique:
                continue
            same = (
                f'select 1 from "{self.table.name}" '
                f'where "{column}" = ? and "{self.table.key}" <> ?'
            )
            if first_row(db, same, (value, key)) is not None:
                raise self.refuse("exists", f"another {self.noun} already has {column} {value!r}")
        sets = ", ".join(f'"{column}" = ?' for column in given)
        sql = f'update "{self.table.name}" set {sets} where "{self.table.key}" = ?'
        write(db, sql, (*values, key))
        return self.by_key(db, key)


class _Put(_Update, _Create):
    """Makes the row, or changes it if it is there."""

    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        self.check_refs(db, arguments)
        try:
            (row,) = self.rows(db, arguments)
        except DomainError:
            given = {c: n for n, c in self.tool.find.items() if n in arguments}
            if self.table.key not in given or self.table.generated:
                raise
            return self.result([_Both(self).insert(db, arguments)])
        given = {c: n for n, c in self.tool.put.items() if n in arguments}
        if given:
            row = self.write(db, row, given, arguments)
        return self.result([row])


class _Both(_Create):
    """A put's finding and written arguments together, for the insert."""

    def __init__(self, put: _Put) -> None:
        self.__dict__.update(put.__dict__)
        self.tool = msgspec.structs.replace(put.tool, put={**put.tool.find, **put.tool.put})


class _Delete(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        rows = self.rows(db, arguments)
        shown = self.result(rows)
        at = self.names.index(self.table.key)
        for row in rows:
            for other, column in self.users:
                if other.name == self.table.name:
                    sql = (
                        f'select "{other.key}" from "{other.name}" '
                        f'where "{column}" = ? and "{other.key}" <> ? limit 1'
                    )
                    found = first_row(db, sql, (row[at], row[at]))
                else:
                    sql = f'select "{other.key}" from "{other.name}" where "{column}" = ? limit 1'
                    found = first_row(db, sql, (row[at],))
                if found is not None:
                    raise self.refuse(
                        "in_use",
                        f"{self.noun} {row[at]!r} is still used by "
                        f"{' '.join(other.noun)} {found[0]!r}",
                    )
            write(db, f'delete from "{self.table.name}" where "{self.table.key}" = ?', (row[at],))
        return shown


class _State(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        rows = self.rows(db, arguments)
        at, place = self.names.index(self.table.key), self.names.index(self.table.state)
        for row in rows:
            if row[place] == self.tool.to:
                raise self.refuse("state", f"{self.noun} {row[at]!r} is already {self.tool.to}")
        for row in rows:
            sql = f'update "{self.table.name}" set "{self.table.state}" = ? '
            write(db, f'{sql}where "{self.table.key}" = ?', (self.tool.to, row[at]))
        return self.result([self.by_key(db, row[at]) for row in rows])


class _Link(_Create):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        self.check_refs(db, arguments)
        pair = {self.tool.put[name]: arguments[name] for name in self.refs}
        where = " and ".join(f'"{column}" = ?' for column in pair)
        if first_row(db, f"{self.select} where {where}", tuple(pair.values())) is not None:
            told = " and ".join(f"{name} {arguments[name]!r}" for name in self.refs)
            raise self.refuse("exists", f"{told} are joined already")
        return self.result([self.insert(db, arguments)])


class _Unlink(_Tool):
    def run(self, db: sqlite3.Connection, arguments: Arguments) -> Any:
        rows = self.rows(db, arguments)
        shown = self.result(rows)
        at = self.names.index(self.table.key)
        for row in rows:
            write(db, f'delete from "{self.table.name}" where "{self.table.key}" = ?', (row[at],))
        return shown

    def missing(self, given: str) -> DomainError:
        return self.refuse("missing", f"{given} are not joined")


_KINDS: dict[str, Any] = {
    "get": _Get, "list": _List, "create": _Create, "put": _Put, "update": _Update,
    "delete": _Delete, "state": _State, "link": _Link, "unlink": _Unlink,
}  # fmt: skip
