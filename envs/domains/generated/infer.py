"""From operations to a domain: tables, keys, foreign keys, and tools bound to them.

    plan = infer("ec2-vpc", operations)       # None where no usable domain comes out

Five steps: which entities there are and what names them; which operation acts on which; the columns
that parameters and outputs tell of; which columns refer to other entities; what each tool returns.
The rules of naming are in `rules.py` and `roles.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .binding import JOINS, creating, linking, listing, single
from .draft import DraftTool
from .entities import SINGLE, entities
from .outputs import returns
from .parse import Parsed
from .plan import Column, Plan, Table, ToolPlan
from .references import refer
from .roles import column_name, identity, lean
from .rules import STATES, snake
from .wording import noun_of

__all__ = ["infer"]

_ERRORS = (
    ("missing", ("NotFound", "DoesNotExist", "NoSuch", "Unknown"), "ResourceNotFoundException"),
    ("exists", ("AlreadyExists", "Exists", "Conflict", "Duplicate"), "ConflictException"),
    ("in_use", ("InUse", "Dependency", "Conflict", "NotEmpty"), "ResourceInUseException"),
    ("state", ("InvalidState", "State", "Status", "Conflict"), "InvalidStateException"),
)
_GOOGLE_ERRORS = {
    "missing": "404 NOT_FOUND", "exists": "409 ALREADY_EXISTS",
    "in_use": "400 FAILED_PRECONDITION", "state": "400 FAILED_PRECONDITION",
}  # fmt: skip


def infer(id: str, operations: Sequence[Parsed]) -> Plan | None:
    """The domain of these operations; None where no tool is left."""
    drafts = entities(operations)
    tools: list[DraftTool] = []
    for op in operations:
        tool = single(op, drafts) if op.kind in SINGLE else None
        tool = tool or (listing(op, drafts) if op.kind in ("list", "get") else None)
        tool = tool or (creating(op, drafts) if op.kind in ("create", "put", "state") else None)
        if tool is not None:
            tools.append(tool)
    for tool in tools:
        tool.draft.learn(tool.op.api.output)
    refer(drafts, tools)
    linked = {t.op.api.id for t in tools}
    for op in operations:
        if op.api.id not in linked and (op.kind in ("link", "unlink") or op.verb in JOINS):
            tool = linking(op, drafts)
            if tool is not None:
                tools.append(tool)
    for tool in tools:
        _state_column(tool)
    used = [t for t in tools if not t.broken]
    plans = [plan for tool in used if (plan := _tool(tool)) is not None]
    kept = {plan.table for plan in plans}
    while True:  # a table stays if a tool stands on it, or one that stays refers to it
        more = {
            c.ref for d in drafts.values() if d.name in kept for c in d.columns.values() if c.ref
        } - kept
        if not more:
            break
        kept |= more
    tables = tuple(d.table() for d in drafts.values() if d.name in kept)
    if not plans:
        return None
    services = Counter(tool.op.api.title for tool in used)
    plans = _unique(plans)
    return Plan(
        id=id,
        title=_title(services, Counter(plan.table for plan in plans), {t.name: t for t in tables}),
        tables=tables,
        tools=tuple(plans),
        services=tuple(name for name, _ in services.most_common()),
        edges=_edges(plans, {t.name: t for t in tables}),
    )


def _state_column(tool: DraftTool) -> None:
    """The state that a transition leads to: from the API's own enumeration where there is one."""
    if tool.kind != "state":
        return
    draft, wanted = tool.draft, STATES.get(tool.op.verb, (tool.op.verb + "ed",))
    draft.learn(tool.op.api.output)
    for name in ("state", "status", "lifecycle_state", *sorted(draft.columns)):
        column = draft.columns.get(name)
        values = {v.lower(): v for v in (column.schema.get("enum") or ())} if column else {}
        if column is None or not name.endswith(("state", "status")) or not values:
            continue
        if draft.state and draft.state != name:
            continue
        found = next((values[w] for w in wanted if w in values), None)
        if found is not None:
            draft.state, tool.to = name, found
            return
    if not draft.state:
        draft.state = "state" if "state" not in draft.columns else "current_state"
        draft.own_state = True
        draft.columns[draft.state] = Column(
            name=draft.state, schema={"type": "string"}, label=(draft.state,)
        )
    if draft.own_state:
        tool.to = wanted[0]
    else:
        tool.broken = True


def _tool(tool: DraftTool) -> ToolPlan | None:
    draft, op = tool.draft, tool.op
    draft.learn(op.api.output)
    for name, schema in tool.maybe.items():
        column = identity(name, draft.noun)[0] or column_name(name, draft.noun)
        known = draft.columns.get(column)
        if known is not None and known.schema.get("type") == schema.get("type"):
            tool.take(name, column, tool.where, required=False)
    output = returns(op.api.output, draft, tool)
    if tool.kind in ("get", "list") and not output:
        return None
    errors = {}
    for kind, marks, usual in _ERRORS:
        declared = (e for mark in marks for e in op.api.errors if mark in e)
        errors[kind] = next(declared, usual)
    if op.api.source == "google":
        errors = dict(_GOOGLE_ERRORS)
    required = [name for name in tool.parameters if name in tool.needed]
    return ToolPlan(
        name=_name(op),
        api=op.api.id,
        verb=op.verb,
        kind=tool.kind,  # type: ignore[arg-type]
        table=draft.name,
        parameters={name: lean(schema) for name, schema in tool.parameters.items()},
        required=tuple(required),
        find=tool.find,
        many=tool.many,
        put=tool.put,
        where=tool.where,
        limit=tool.limit,
        to=tool.to,
        output=output,
        errors=errors,
    )


def _name(op: Parsed) -> str:
    if op.api.source == "google":
        parts = op.api.name.split(".")
        tail = [p for p in parts[1:] if p not in ("projects", "locations", "organizations")]
        return "_".join([parts[0], *tail])[-64:].strip("_")
    return f"{snake(op.api.service)}_{op.api.name}"[:64]


def _unique(plans: list[ToolPlan]) -> list[ToolPlan]:
    seen: set[str] = set()
    return [plan for plan in plans if not (plan.name in seen or seen.add(plan.name))]


def _title(services: Counter[str], tables: Counter[str], by_name: dict[str, Table]) -> str:
    nouns = [noun_of(by_name[t]) for t, _ in tables.most_common(6) if not by_name[t].relation]
    return f"{services.most_common(1)[0][0]}: {', '.join(nouns[:3])}"


def _edges(plans: list[ToolPlan], tables: dict[str, Table]) -> tuple[tuple[int, int], ...]:
    gives: list[set[str]] = []
    takes: list[set[str]] = []
    for plan in plans:
        table = tables[plan.table]
        shown = set(_columns_of(plan.output))
        given = {table.name} if table.key in shown else set()
        given |= {c.ref for c in table.columns if c.ref and c.name in shown}
        taken = {table.name} if table.key in plan.find.values() else set()
        bound = {*plan.put.values(), *plan.find.values(), *plan.where.values()}
        taken |= {c.ref for c in table.columns if c.ref and c.name in bound}
        gives.append(given)
        takes.append(taken)
    return tuple(
        (i, j)
        for i in range(len(plans))
        for j in range(len(plans))
        if i != j and gives[i] & takes[j]
    )


def _columns_of(output: Any) -> list[str]:
    if isinstance(output, str):
        return [output]
    if isinstance(output, dict):
        return [name for inner in output.values() for name in _columns_of(inner)]
    return []
