"""No tool has a canned result: every tool of 50 domains is called, its database read around it.

Calls go through `step`, as an agent's do. What a tool declares is its effect (read or write), its
table, and in the library's plan its kind and which parameter is which column; the rows are read
here with SQL of the test's own.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from palestra.envs import make
from palestra.envs.core import call, text_of
from palestra.envs.domains.domain import Operation
from palestra.envs.domains.generated.library import read_library
from palestra.envs.domains.generated.plan import Plan, ToolPlan
from palestra.envs.domains.probe import valid_call

DOMAINS = random.Random(20).sample(read_library().ids(), 50)
Rows = dict[str, Counter[tuple[Any, ...]]]

pytestmark = pytest.mark.parametrize("id", DOMAINS)


@lru_cache(maxsize=len(DOMAINS))  # the tests share what is costly: finding valid calls
def opened(id: str) -> tuple[Any, Any, dict[str, dict[str, Any]]]:
    """An environment, the start of an episode in a domain, and valid arguments of every tool."""
    env: Any = make("domains", domains=id, tool_calls=200).unwrapped
    env.reset(seed=0, options={"split": next(iter(env.tasks.splits)), "index": 0})
    world = env.state.world
    found = {name: _valid(world, operation) for name, operation in world.domain.operations.items()}
    return env, env.snapshot(), found


def _valid(world: Any, operation: Operation) -> dict[str, Any]:
    """Valid arguments; of a read, such as find a row if chance has them in 40 tries."""
    first: dict[str, Any] | None = None
    for seed in range(40):
        made = valid_call(world, operation, random.Random(seed))
        if made is None:
            continue
        if operation.effect == "write" or any(world.call(operation.name, made).values()):
            return made
        first = first or made
    assert first is not None, operation.name
    return first


def tools(id: str) -> Iterator[tuple[Any, ToolPlan, Operation, dict[str, Any]]]:
    """For each tool: the environment at its start, the plan and operation, and valid arguments."""
    env, moment, valid = opened(id)
    for tool in read_library().plan(id).tools:
        env.restore(moment)
        yield env, tool, env.state.world.domain.operations[tool.name], dict(valid[tool.name])


def rows(env: Any) -> Rows:
    """All rows of all tables but bookkeeping."""
    db = env.state.world.db
    names = db.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {
        name: Counter(db.execute(f'select * from "{name}"').fetchall())
        for (name,) in names
        if not name.startswith(("_", "sqlite_"))
    }


def stepped(env: Any, name: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    """One call: whether it was refused, and what came back."""
    text = text_of(env.step(call(name, **arguments))[0])
    assert text, name
    return text.startswith(("Error:", "Format error:")), text


def columns(plan: Plan, tool: ToolPlan) -> list[str]:
    return [column.name for t in plan.tables if t.name == tool.table for column in t.columns]


def held(value: Any) -> Any:
    """A JSON value as a column holds it."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, sort_keys=True)
    return int(value) if isinstance(value, bool) else value


# Rows of its table that a call takes out and puts in, by the kind of tool; n: as many as it names.
MOVES = {
    "create": (0, 1), "link": (0, 1), "unlink": ("n", 0), "delete": ("n", 0), "state": ("n", "n"),
    "update": (1, 1),
}  # fmt: skip


def test_a_valid_call_does_what_its_tool_declares_and_nothing_else(id: str) -> None:
    plan = read_library().plan(id)
    for env, tool, operation, arguments in tools(id):
        before = rows(env)
        refused, said = stepped(env, tool.name, arguments)
        assert not refused, (tool.name, arguments, said)
        after = rows(env)
        changed = {table for table in after if after[table] != before[table]}
        entry = env.ledger[-1]
        if tool.kind in ("get", "list"):
            assert (operation.effect, operation.tables) == ("read", frozenset()), tool.name
            assert not changed, (tool.name, changed)
            continue
        assert operation.effect == "write"
        assert changed == operation.tables == {tool.table}, (tool.name, changed)
        assert [c["tables"] for c in entry.changes] == [[tool.table]], tool.name
        taken, put = before[tool.table] - after[tool.table], after[tool.table] - before[tool.table]
        named = len({repr(v) for v in arguments[tool.many]}) if tool.many else 1
        out, into = (named if n == "n" else n for n in MOVES.get(tool.kind, (taken.total(), 1)))
        assert (taken.total(), put.total()) == (out, into), (tool.name, taken, put)
        places = {name: place for place, name in enumerate(columns(plan, tool))}
        for row in put:
            for parameter, column in tool.put.items():
                if parameter in arguments and column != "#last":
                    wrote = row[places[column]]
                    assert wrote == held(arguments[parameter]), (tool.name, parameter, wrote)
        for row in taken:
            for parameter, column in tool.find.items():
                if parameter in arguments and parameter != tool.many:
                    assert row[places[column]] == held(arguments[parameter]), (tool.name, parameter)


def test_what_a_call_says_comes_from_the_rows(id: str) -> None:
    for env, tool, _, arguments in tools(id):
        before = rows(env)[tool.table]
        result = json.loads(stepped(env, tool.name, arguments)[1])
        if "#" in json.dumps(tool.output):
            continue  # a status or a count of its own
        stored = {repr(leaf) for row in before + rows(env)[tool.table] for leaf in leaves(row)}
        for value in leaves(result):
            assert repr(value) in stored, (tool.name, value)


def leaves(value: Any) -> Iterator[Any]:
    """The plain values in a result or a row; columns hold arrays and objects as JSON."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            value = json.loads(value)
        except ValueError:
            yield value
            return
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        yield int(value) if isinstance(value, bool) else value
        return
    for inner in value:
        yield from leaves(inner)


def test_with_no_rows_there_is_nothing_to_find(id: str) -> None:
    for env, tool, operation, arguments in tools(id):
        db = env.state.world.db
        full = stepped(env, tool.name, arguments)[1] if operation.effect == "read" else ""
        db.execute("pragma foreign_keys = off")
        for table in rows(env):
            db.execute(f'delete from "{table}"')
        refused, said = stepped(env, tool.name, arguments)
        if tool.kind in ("get", "update", "delete", "state", "unlink", "link"):
            assert refused, (tool.name, said)
            assert not any(rows(env).values()), tool.name
        if tool.kind == "list":
            assert not refused, (tool.name, said)
            assert (said != full) == any(json.loads(full).values()), (tool.name, full)
            assert not any(json.loads(said).values()), (tool.name, said)


def test_an_invalid_call_is_refused_and_changes_nothing(id: str) -> None:
    for env, tool, operation, arguments in tools(id):
        moment, before = env.snapshot(), rows(env)
        for why, wrong in invalid(operation, arguments, tool):
            env.restore(moment)
            refused, said = stepped(env, tool.name, wrong)
            assert refused, (tool.name, why, wrong, said)
            assert len(said) > 12, (tool.name, why, wrong, said)
            assert rows(env) == before, (tool.name, why, wrong)


def test_what_is_done_already_is_refused_the_second_time(id: str) -> None:
    again = {"delete", "state", "link", "unlink"}
    plan = read_library().plan(id)
    keys = {table.name: table.key for table in plan.tables}
    for env, tool, _, arguments in tools(id):
        if tool.kind in again or (tool.kind == "create" and keys[tool.table] in tool.put.values()):
            assert not stepped(env, tool.name, arguments)[0]
            once = rows(env)
            refused, said = stepped(env, tool.name, arguments)
            assert refused, (tool.name, arguments, said)
            assert rows(env) == once, tool.name


WRONG = {"string": 7, "integer": "seven", "number": "seven", "boolean": "perhaps", "array": 7,
         "object": 7}  # fmt: skip
"""A value that is not of the type."""


def invalid(
    operation: Operation, arguments: dict[str, Any], tool: ToolPlan
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls with one thing wrong each, and what that is."""
    yield "unknown argument", {**arguments, "no_such_argument": 1}
    for name in operation.parameters["required"]:
        yield f"without {name}", {key: value for key, value in arguments.items() if key != name}
    for name, schema in operation.parameters["properties"].items():
        yield f"{name} of another type", {**arguments, name: WRONG[schema["type"]]}
        if schema["type"] == "string" and "enum" in schema:
            yield f"{name} not of the enumeration", {**arguments, name: "no such value"}
        if schema["type"] == "string" and schema.get("maxLength", 2**31) < 100_000:
            yield f"{name} too long", {**arguments, name: "a" * (schema["maxLength"] + 1)}
        for bound, step in (("minimum", -1), ("maximum", 1)):
            if bound in schema:
                yield f"{name} beyond its {bound}", {**arguments, name: schema[bound] + step}
        if name in tool.find and schema["type"] in ("string", "integer") and tool.kind != "put":
            unknown = 8_888_888 if schema["type"] == "integer" else "no-such-row"
            yield f"{name} of no row", {**arguments, name: unknown}
