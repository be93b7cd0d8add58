"""The arguments of a walk's steps: from the user, or from what an earlier step returned.

    arguments = Arguments(plan, world, rng)
    given = arguments.of(tool)  # by name, each with where it came from

What a talk is about comes up again: a key that was named or returned is drawn more often.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Literal

from ..world import World
from .database import decoded
from .plan import Plan, Table, ToolPlan
from .values import fits, key_of, value_of

__all__ = ["Arguments", "Given"]

Origin = Literal["user", "result"]


@dataclass(slots=True)
class Given:
    """One argument of a step."""

    value: Any
    origin: Origin
    step: int = -1
    """Of a result: which step returned it."""


class Arguments:
    """Draws the arguments of one walk; see `Walker`."""

    def __init__(self, plan: Plan, world: World, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.tables = {table.name: table for table in plan.tables}
        self.focus: dict[str, list[tuple[Any, int]]] = {}
        """By table: keys that the talk is about, and the step that brought them (-1: the user)."""
        self._touched: set[tuple[str, Any]] = set()

    def point(self, table: str, key: Any, step: int) -> None:
        """Note what the talk is about from now on."""
        known = self.focus.setdefault(table, [])
        if all(key != other for other, _ in known):
            known.append((key, step))

    def of(self, tool: ToolPlan) -> dict[str, Given] | None:
        """The arguments of one call, drawn from the state as it is; None where there are none."""
        table = self.tables[tool.table]
        given: dict[str, Given] = {}
        row: dict[str, Any] | None = None
        if tool.find:
            key, step = self.pick(table, again=tool.kind in ("get", "list"))
            if key is None:
                return None
            row = self._row(table, key)
            if row is None:
                return None
            for name, column in tool.find.items():
                if row.get(column) is None:
                    return None
                value = [row[column]] if name == tool.many else row[column]
                # Only the key itself is what an earlier step returned.
                given[name] = Given(value, "result" if step >= 0 else "user", step)
                if step >= 0 and column != table.key:
                    return None
        optional = [name for name in tool.put if name not in tool.required]
        self.rng.shuffle(optional)
        least = 1 if tool.kind == "update" and not set(tool.put) & set(tool.required) else 0
        chosen = optional[: max(least, self.rng.choice((0, 0, 1, 1, 2, 3)))]
        for name, column in tool.put.items():
            if name in tool.required or name in chosen:
                made = self._put(tool, table, name, column, row)
                if made is None:
                    if name in tool.required:
                        return None
                    continue
                given[name] = made
        if tool.kind in ("update",) and not any(name in given for name in tool.put):
            return None
        for name, column in tool.where.items():
            if name in tool.required or self.rng.random() < 0.4:
                made = self._filter(tool, table, name, column)
                if made is None:
                    if name in tool.required:
                        return None
                    continue
                given[name] = made
        return given

    def pick(self, table: Table, *, again: bool) -> tuple[Any, int]:
        """A row's key: one that the talk is about already, or another one."""
        known = [
            (key, step)
            for key, step in self.focus.get(table.name, [])
            if again or (table.name, key) not in self._touched
        ]
        if known and self.rng.random() < 0.7:
            key, step = self.rng.choice(known)
            self._touched.add((table.name, key))
            return key, step
        sql = f'select "{table.key}" from "{table.name}"'
        keys = sorted(key for (key,) in self.world.db.execute(sql))
        told = {key: step for key, step in self.focus.get(table.name, [])}
        if not keys:
            return None, -1
        key = self.rng.choice(keys)
        return key, told.get(key, -1)

    def _row(self, table: Table, key: Any) -> dict[str, Any] | None:
        listed = ", ".join(f'"{column.name}"' for column in table.columns)
        sql = f'select {listed} from "{table.name}" where "{table.key}" = ?'
        row = self.world.db.execute(sql, (key,)).fetchone()
        if row is None:
            return None
        return {c.name: decoded(v, c) for c, v in zip(table.columns, row, strict=True)}

    def _put(
        self, tool: ToolPlan, table: Table, name: str, column: str, row: dict[str, Any] | None
    ) -> Given | None:
        if column == "#last":
            return Given(key_of("name", table.noun, tool.parameters[name], "", self.rng), "user")
        bound = table.column(column)
        if column == table.key:
            end = table.key.rpartition("_")[2]
            schema = tool.parameters[name]
            for _ in range(5):
                value = key_of(end, table.noun, schema, table.service, self.rng)
                if value is not None and self._row(table, value) is None:
                    return Given(value, "user")
            return None
        if bound.ref:
            other = self.tables[bound.ref]
            key, step = self.pick(other, again=True)
            if key is None or (row is not None and row.get(column) == key):
                return None
            if not fits(key, tool.parameters[name]):
                return None
            return Given(key, "result" if step >= 0 else "user", step)
        for _ in range(4):
            value = value_of(tool.parameters[name], bound.label, table.noun, self.rng)
            if value is not None and (row is None or row.get(column) != value):
                return Given(value, "user")
        return None

    def _filter(self, tool: ToolPlan, table: Table, name: str, column: str) -> Given | None:
        bound = table.column(column)
        many = tool.parameters[name].get("type") == "array"
        if column == table.key or bound.ref:
            key, step = self.pick(self.tables[bound.ref or table.name], again=True)
            if key is None:
                return None
            return Given([key] if many else key, "result" if step >= 0 else "user", step)
        sql = f'select distinct "{column}" from "{table.name}" where "{column}" is not null'
        values = sorted((v for (v,) in self.world.db.execute(sql)), key=repr)
        if not values or many:
            return None
        value = decoded(self.rng.choice(values), bound)
        if "enum" in tool.parameters[name] and value not in tool.parameters[name]["enum"]:
            return None
        return Given(value, "user")
