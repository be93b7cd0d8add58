"""Quality gates: what a domain must show before it ships, tried out on its own database.

    plan, report = examine(plan)
    report.passed             # every gate
    report.failed["writers"]  # what was wrong, by gate

Each of a domain's tools is called with valid and with invalid arguments, and the database is read
before and after by code that knows nothing of the tools (`probe.contents`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..core import UsageError
from .domain import Domain, DomainError, Operation
from .generated.library import domain_of
from .generated.plan import Plan, ToolPlan
from .generated.synthesis import synthesise
from .probe import accepted, contents, trial, valid_call
from .world import World, open_world

__all__ = ["GATES", "LEAST", "MOST", "Examination", "examine"]

LEAST, MOST = 5, 40
"""Tools of a usable domain."""

GATES: dict[str, str] = {
    "size": "5 to 40 tools, at least one that writes and one that reads",
    "database": "its tables are made and filled, from two seeds, with no dangling reference",
    "readers": "each reader answers a valid call with something, and the state stays equal",
    "writers": "each writer's valid call changes the tables it declares, and no other",
    "validation": "missing, unknown and wrongly typed arguments are turned away",
    "preconditions": "what does not exist, exists already, is in use or is so already is refused, "
    "and the state stays equal",
    "tasks": "eight tasks come out, and replaying their gold calls gives the gold state",
}
"""The gates, in the order in which they are tried."""


@dataclass
class Examination:
    """What the gates found."""

    id: str
    failed: dict[str, list[str]] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    """How many checks each gate made."""

    @property
    def passed(self) -> bool:
        """Whether every gate was passed."""
        return not self.failed

    def check(self, gate: str, good: bool, what: str) -> None:
        """Count one check, and note what was wrong."""
        self.checks[gate] = self.checks.get(gate, 0) + 1
        if not good:
            self.failed.setdefault(gate, []).append(what)


def examine(plan: Plan, *, tasks: int = 8) -> tuple[Plan | None, Examination]:
    """Try every gate on a plan.

    Returns:
        The plan without the tools of which no valid call was found (None where too little is
        left), and what the gates found of it.
    """
    found = Examination(plan.id)
    try:
        domain = domain_of(plan)
        worlds = [open_world(domain, seed) for seed in (0, 1)]
    except Exception as error:
        found.check("database", False, f"{type(error).__name__}: {error}")
        return None, found
    rng = random.Random(f"gates/{plan.id}")
    valid = {
        tool.name: arguments
        for tool in plan.tools
        if (arguments := valid_call(worlds[0], domain.operations[tool.name], rng)) is not None
    }
    plan = _without(plan, valid)
    writers = [tool for tool in plan.tools if tool.kind not in ("get", "list")]
    several = LEAST <= len(plan.tools) <= MOST
    found.check("size", several, f"it has {len(plan.tools)} tools")
    found.check("size", bool(writers), "no tool writes")
    found.check("size", len(writers) < len(plan.tools), "no tool reads")
    if "size" in found.failed:
        return None, found
    for world in worlds:
        loose = world.db.execute("pragma foreign_key_check").fetchall()
        found.check("database", not loose, f"{len(loose)} dangling references")
        empty = [table for table, rows in contents(world.db).items() if not rows]
        found.check("database", not empty, f"empty tables: {empty}")
    start = contents(worlds[0].db)
    found.check("database", start != contents(worlds[1].db), "seeds are alike")
    tables = {table.name: table for table in plan.tables}
    for tool in plan.tools:
        operation, arguments = domain.operations[tool.name], valid[tool.name]
        _try(found, worlds[0], operation, arguments, start)
        _invalid(found, operation, arguments)
        _preconditions(found, worlds[0], operation, arguments, tool, tables[tool.table].key)
    _tasks(found, plan, domain_of(plan), tasks)
    return plan, found


def _without(plan: Plan, valid: Mapping[str, Any]) -> Plan:
    """The plan with those of its tools that have a valid call."""
    if len(valid) == len(plan.tools):
        return plan
    kept = tuple(tool for tool in plan.tools if tool.name in valid)
    number = {tool.name: i for i, tool in enumerate(kept)}
    names = [tool.name for tool in plan.tools]
    edges = tuple(
        (number[names[a]], number[names[b]])
        for a, b in plan.edges
        if names[a] in number and names[b] in number
    )
    return msgspec.structs.replace(plan, tools=kept, edges=edges)


def _try(
    found: Examination,
    world: World,
    operation: Operation,
    arguments: dict[str, Any],
    before: dict[str, list[str]],
) -> None:
    with trial(world) as db:
        result = operation.run(db, arguments)
        after = contents(db)
    changed = {table for table in after if after[table] != before[table]}
    if operation.effect == "read":
        found.check("readers", not changed, f"{operation.name} changes {sorted(changed)}")
        found.check("readers", bool(result), f"{operation.name} returns nothing")
    else:
        found.check("writers", bool(changed), f"{operation.name} changes nothing")
        good = changed <= operation.tables
        found.check("writers", good, f"{operation.name} changes {sorted(changed)}")


def _invalid(found: Examination, operation: Operation, arguments: dict[str, Any]) -> None:
    wrong: list[dict[str, Any]] = [{**arguments, "no_such_argument": 1}]
    for name in operation.parameters.get("required", ()):
        wrong.append({key: value for key, value in arguments.items() if key != name})
    for name, schema in operation.parameters.get("properties", {}).items():
        if name in arguments:
            wrong.append({**arguments, name: {"a": [1]} if schema["type"] != "object" else 7})
            if "enum" in schema:
                wrong.append({**arguments, name: "no such value"})
    for each in wrong:
        found.check(
            "validation", not accepted(operation, each), f"{operation.name} takes {each!r:.200}"
        )


def _preconditions(
    found: Examination,
    world: World,
    operation: Operation,
    arguments: dict[str, Any],
    tool: ToolPlan,
    key: str,
) -> None:
    """Calls that must be refused: unknown rows, and what the kind of tool says."""
    for name, (table, _) in operation.binds.items():
        refers = tool.kind not in ("list", "put") and name in arguments
        own = table == tool.table and name in tool.put  # the name of something new
        if refers and not own:
            value = _unknown(operation.parameters["properties"][name], arguments[name])
            if value is not None and accepted(operation, {**arguments, name: value}):
                _refused(found, world, operation, {**arguments, name: value}, "unknown")
    named = tool.kind == "create" and key in tool.put.values()
    if named or tool.kind in ("state", "delete", "unlink", "link"):
        _refused(found, world, operation, arguments, "twice", first=arguments)


def _unknown(schema: dict[str, Any], value: Any) -> Any:
    """A value like this one that names nothing."""
    if isinstance(value, list):
        inner = _unknown(schema.get("items", {}), value[0]) if value else None
        return None if inner is None else [inner]
    if isinstance(value, bool) or "enum" in schema:
        return None
    if isinstance(value, int):
        return value + 7_777_777
    if isinstance(value, str) and value:
        last = value[-1]
        swaps = "0123456789abcdefghijklmnopqrstuvwxyz"
        at = swaps.find(last.lower())
        return value[:-3] + swaps[(at + 5) % 36] + swaps[(at + 9) % 36] + swaps[(at + 3) % 36]
    return None


def _refused(
    found: Examination,
    world: World,
    operation: Operation,
    arguments: dict[str, Any],
    why: str,
    first: dict[str, Any] | None = None,
) -> None:
    """A call (after another one, perhaps) must be refused, and write nothing."""
    what = f"{operation.name} ({why})"
    with trial(world) as db:
        if first is not None:
            operation.run(db, first)
        db.execute("savepoint before_refusal")
        before = contents(db)
        try:
            operation.run(db, arguments)
        except DomainError as error:
            db.execute("rollback to before_refusal")
            found.check("preconditions", contents(db) == before, f"{what} refuses, and writes")
            found.check("preconditions", bool(error.kind), f"{what} has no kind")
            return
    found.check("preconditions", False, f"{what} is not refused")


def _tasks(found: Examination, plan: Plan, domain: Domain, tasks: int) -> None:
    for number in range(tasks):
        try:
            _, truth = synthesise(plan, domain, f"gate/{number}")
        except (ValueError, UsageError) as error:
            found.check("tasks", False, str(error))
            return
        world = open_world(domain, truth.seed)
        for step in truth.plan:
            if isinstance(step, str):
                continue
            fits = accepted(domain.operations[step[0]], step[1])
            found.check("tasks", fits, f"task {number}: {step[0]} is not well formed")
            try:
                world.call(step[0], step[1])
            except DomainError:
                continue
        found.check("tasks", world.digest() == truth.state, f"task {number}: another state")
