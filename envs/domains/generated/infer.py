"""From operations to a domain: tables, keys, foreign keys, and tools bound to them.

    plan = infer("ec2-vpc", operations)       # None where no usable domain comes out

Five steps: which entities there are and what names them; which operation acts on which; the columns
that parameters and outputs tell of; which columns refer to other entities; what each tool returns.
The rules of naming are in `rules.py` and `roles.py`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from .draft import Draft, DraftTool
from .outputs import returns
from .parse import Parsed
from .plan import Column, Plan, Table, ToolPlan
from .roles import collection, column_name, control, identity, is_limit, lean, parent_pattern
from .rules import STATES, singular, snake, words
from .wording import noun_of

__all__ = ["MOST_OPTIONAL", "infer"]

MOST_OPTIONAL = 8
"""Optional parameters of a tool beyond these are left out, in the API's order."""
_SINGLE = frozenset({"get", "update", "delete", "state", "put"})
_SCALAR = frozenset({"string", "integer", "number", "boolean"})
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

Noun = tuple[str, ...]
Entity = tuple[str, Noun]


def infer(id: str, operations: Sequence[Parsed]) -> Plan | None:
    """The domain of these operations; None where no tool is left."""
    drafts = _entities(operations)
    tools: list[DraftTool] = []
    for op in operations:
        tool = _single(op, drafts) if op.kind in _SINGLE else None
        tool = tool or (_list(op, drafts) if op.kind in ("list", "get") else None)
        tool = tool or (_create(op, drafts) if op.kind in ("create", "put", "state") else None)
        if tool is not None:
            tools.append(tool)
    for tool in tools:
        tool.draft.learn(tool.op.api.output)
    _refer(drafts, tools)
    linked = {t.op.api.id for t in tools}
    for op in operations:
        if op.api.id not in linked and (op.kind in ("link", "unlink") or op.verb in _JOINS):
            tool = _link(op, drafts)
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


_JOINS = frozenset({"add", "remove", "register", "deregister"})


# -- entities ------------------------------------------------------------------------------------


def _key_of(op: Parsed, noun: Noun) -> list[tuple[str, str, int, bool]]:
    """Parameters that may name an entity: (parameter, column, how surely, whether a list)."""
    found = []
    for name, schema in op.api.parameters.items():
        kind = schema.get("type")
        many = kind == "array" and schema["items"].get("type") == "string"
        if not many and kind not in ("string", "integer"):
            continue
        if "enum" in schema or schema.get("format", "").startswith("date"):
            continue
        path = collection(schema)
        last = words(path)
        if path:
            fits = (*last[:-1], singular(last[-1])) if last else ()
            if fits and fits == noun[-len(fits) :] and name != "parent":
                found.append((name, "_".join((*noun, "name")), 200, False))
            continue
        column, score = identity(name, noun)
        if score:
            found.append((name, column, score, many))
    return sorted(found, key=lambda each: (-each[2], each[0]))


def _entities(operations: Sequence[Parsed]) -> dict[Entity, Draft]:
    votes: dict[Entity, Counter[str]] = defaultdict(Counter)
    lives: dict[Entity, set[str]] = defaultdict(set)
    for op in operations:
        if op.kind in ("link", "unlink"):
            continue
        for noun in dict.fromkeys((op.noun, op.owner)):
            entity = (op.api.source + ":" + op.api.service, noun)
            if noun == op.noun:
                lives[entity].add(op.kind)
            if op.kind in _SINGLE:
                required = set(op.api.required) or set(op.api.parameters)
                for name, column, score, _ in _key_of(op, noun)[:1]:
                    if name in required or score >= 20:
                        votes[entity][column] += 1
    drafts: dict[Entity, Draft] = {}
    taken: set[str] = set()
    for entity in sorted(votes.keys() | lives.keys()):
        service, noun = entity
        named = votes.get(entity) or Counter()
        if not named and not lives[entity] & {"create", "list"}:
            continue
        name = snake("_".join(noun))
        if name in taken:
            name = snake(service.partition(":")[2]) + "_" + name
        while name in taken:
            name += "_2"
        taken.add(name)
        key = min(named, key=lambda c: (-named[c], c)) if named else "_".join((*noun, "id"))
        drafts[entity] = Draft(name, noun, service, key)
    return drafts


# -- which operation acts on what ----------------------------------------------------------------


def _draft_for(op: Parsed, drafts: dict[Entity, Draft]) -> tuple[Draft, str, bool] | None:
    """The entity that an operation acts on, and the parameter that names it."""
    service = op.api.source + ":" + op.api.service
    for noun in dict.fromkeys((op.noun, op.owner)):
        draft = drafts.get((service, noun))
        if draft is None:
            continue
        named = _key_of(op, noun)
        if named:
            # The key itself before other names of the row.
            name, column, _, many = min(named, key=lambda each: (each[1] != draft.key, -each[2]))
            draft.identify(column, op.api.parameters[name], many)
            return draft, name, many
    if op.kind == "delete":
        return None
    for length in range(len(op.noun) - 1, 0, -1):  # ModifyVpcAttribute(VpcId) acts on a VPC
        draft = drafts.get((service, op.noun[:length]))
        if draft is not None:
            for name, column, score, many in _key_of(op, draft.noun):
                if column == draft.key and score >= 20:
                    draft.identify(column, op.api.parameters[name], many)
                    return draft, name, many
    return None


def _single(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    found = _draft_for(op, drafts)
    if found is None:
        return None
    draft, key, many = found
    api, required = op.api, set(op.api.required)
    if op.kind == "get" and key not in required and _returns_many(api.output):
        return None  # a list with filters
    if op.kind in ("put", "update") and many:
        return None
    tool = DraftTool(op, draft, "update" if op.kind == "put" and not required else op.kind)
    column = _key_column(op, key, draft)
    tool.take(key, column, tool.find, required=True)
    tool.many = key if many else ""
    if op.kind == "put":
        tool.kind = "put"
    writes = op.kind in ("update", "put")
    optional = 0
    for name, schema in api.parameters.items():
        if name == key or (control(name) and name not in required):
            continue
        scope = name in required and schema.get("type") in ("string", "integer")
        if writes and not _is_scope(name, schema, op, drafts, draft):
            if name not in required:
                if optional >= MOST_OPTIONAL or not _simple(schema):
                    continue
                optional += 1
            if not draft.add(column_name(name, draft.noun), schema, words(name)):
                tool.broken = tool.broken or name in required
                continue
            tool.take(name, column_name(name, draft.noun), tool.put, required=name in required)
        elif scope:
            column = column_name(name, draft.noun)
            if column == draft.key or not draft.add(column, schema, words(name)):
                tool.broken = True
                continue
            tool.take(name, column, tool.find, required=True)
        elif name in required:
            tool.broken = True
    if writes and not tool.put:
        return None
    return tool


def _key_column(op: Parsed, name: str, draft: Draft) -> str:
    for each, column, _, _ in _key_of(op, draft.noun):
        if each == name:
            return column
    return draft.key


def _is_scope(
    name: str, schema: dict[str, Any], op: Parsed, drafts: dict[Entity, Draft], own: Draft
) -> bool:
    """Whether a required parameter of an update says which row: it names another entity."""
    if name not in op.api.required or schema.get("type") not in ("string", "integer"):
        return False
    if snake(name) in _SCOPES:
        return True
    return any(
        other is not own
        and len(other.noun) < len(own.noun)
        and other.noun == own.noun[: len(other.noun)]
        and identity(name, other.noun)[1] >= 20
        for other in drafts.values()
    )


_SCOPES = frozenset({"project", "project_id", "region", "zone", "location", "customer",
                     "customer_id", "account_id", "parent", "organization_id",
                     "location_id"})  # fmt: skip


def _list(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    service = op.api.source + ":" + op.api.service
    draft = drafts.get((service, op.noun)) or drafts.get((service, op.owner))
    if draft is None or not _returns_many(op.api.output):
        return None
    tool = DraftTool(op, draft, "list")
    required, optional = set(op.api.required), 0
    for name, schema in op.api.parameters.items():
        kind = schema.get("type")
        if is_limit(name) and kind == "integer":
            tool.limit = tool.limit or name
            tool.parameters[name] = {"type": "integer", "minimum": 1, "maximum": 1000}
            continue
        if control(name) and name not in required:
            continue
        keys = (
            kind == "array"
            and schema["items"].get("type") == "string"
            and identity(name, draft.noun)[1] >= 20
        )
        if name not in required and not keys:
            if kind not in _SCALAR or optional >= MOST_OPTIONAL or "format" in schema:
                continue
            tool.maybe[name] = schema  # a filter, if a column of that name turns up
            optional += 1
            continue
        if keys:
            column = identity(name, draft.noun)[0]
            if column != draft.key:
                continue
            draft.identify(column, schema, True)
            tool.take(name, column, tool.where, required=name in required)
        elif kind in ("string", "integer"):
            column = identity(name, draft.noun)[0] or column_name(name, draft.noun)
            if column != draft.key and not draft.add(column, schema, words(name)):
                return None
            tool.take(name, column, tool.where, required=True)
        else:
            return None
    return tool


def _create(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    service = op.api.source + ":" + op.api.service
    draft = drafts.get((service, op.noun)) or (
        drafts.get((service, op.owner)) if op.kind == "create" else None
    )
    if draft is None:
        return None
    if op.verb == "add" and len(op.noun) > 2 and "to" in op.noun:
        return None
    tool = DraftTool(op, draft, "create")
    required, optional = set(op.api.required), 0
    named = _key_of(op, draft.noun)
    supplied = next((n for n, column, _, many in named if column == draft.key and not many), "")
    if op.kind == "state" and supplied:
        return None
    for name, schema in op.api.parameters.items():
        if name == supplied:
            path = collection(schema)
            if path or (name == "name" and draft.path):
                continue  # Google's body repeats the resource name that the call makes
            draft.identify(draft.key, schema, False)
            draft.supplied += 1
            tool.take(name, draft.key, tool.put, required=True)
            continue
        if control(name) and name not in required:
            continue
        if name not in required:
            if optional >= MOST_OPTIONAL or not _simple(schema):
                continue
            optional += 1
        if (
            draft.path
            and name == "parent"
            and parent_pattern(draft.key_schema) == schema.get("pattern")
        ):
            draft.parent = "parent"
        if draft.path and identity(name, draft.noun)[0].endswith("_id"):
            tool.take(name, "#last", tool.put, required=True)  # the last part of the name
            draft.supplied += 1
            tool.parameters[name] = {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,40}$"}
            continue
        column = column_name(name, draft.noun)
        if not draft.add(column, schema, words(name)):
            tool.broken = tool.broken or name in required
            continue
        tool.take(name, column, tool.put, required=name in required)
        if name in required:
            draft.needed.add(column)
    return tool


def _link(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    """A relation between the two entities that required parameters name."""
    service = op.api.source + ":" + op.api.service
    refs: list[tuple[str, Draft]] = []
    for name in op.api.required or tuple(op.api.parameters):
        schema = op.api.parameters[name]
        if schema.get("type") != "string":
            continue
        target = _target(name, schema, drafts, service)
        if target is not None and all(target is not other for _, other in refs):
            refs.append((name, target))
    if len(refs) != 2:
        return None
    names = sorted(draft.name for _, draft in refs)
    entity = (service, ("#link", *names))
    draft = drafts.get(entity)
    if draft is None:
        noun = (*refs[0][1].noun, *refs[1][1].noun, "link")
        draft = drafts[entity] = Draft("_x_".join(names), noun, service, "link_id", relation=True)
    linking = op.kind == "link" or op.verb in ("add", "register")
    tool = DraftTool(op, draft, "link" if linking else "unlink")
    optional = 0
    for name, schema in op.api.parameters.items():
        target = next((other for each, other in refs if each == name), None)
        if target is not None:
            draft.add(target.key, schema, words(name), ref=target.name)
            tool.take(name, target.key, tool.put if linking else tool.find, required=True)
        elif name in op.api.required or (
            linking and _simple(schema) and not control(name) and optional < MOST_OPTIONAL
        ):
            optional += name not in op.api.required
            if not linking or not draft.add(snake(name), schema, words(name)):
                if name in op.api.required:
                    return None
                continue
            tool.take(name, snake(name), tool.put, required=name in op.api.required)
    return tool


# -- references ----------------------------------------------------------------------------------


def _target(
    name: str, schema: dict[str, Any], drafts: dict[Entity, Draft], service: str
) -> Draft | None:
    """The entity whose key a parameter of this name holds, its own service first."""
    best: tuple[tuple[int, int], Draft] | None = None
    written = tuple(w for w in words(name))
    for (home, noun), draft in drafts.items():
        if draft.relation:
            continue
        if "pattern" in draft.key_schema and collection(draft.key_schema):
            fits = schema.get("pattern") == draft.key_schema["pattern"]
            if not fits or home != service:
                continue
            rank = (2, len(noun))
        else:
            for start in range(len(written)):
                column, score = identity("_".join(written[start:]), noun)
                if column == draft.key and score >= 20:
                    break
            else:
                continue
            if len(written[start:]) == 1 and (len(noun) > 1 or home != service):
                continue
            rank = (1 if home == service else 0, len(noun))
        if best is None or rank > best[0]:
            best = (rank, draft)
    return best[1] if best else None


def _refer(drafts: dict[Entity, Draft], tools: list[DraftTool]) -> None:
    """Turn columns that name another entity's key into foreign keys; no cycles but to oneself."""
    below: dict[str, set[str]] = {draft.name: set() for draft in drafts.values()}
    for draft in sorted(drafts.values(), key=lambda each: each.name):
        for column in sorted(draft.columns.values(), key=lambda c: c.name not in draft.needed):
            if column.name == draft.key or column.unique or column.schema.get("type") != "string":
                continue
            if "enum" in column.schema:
                continue
            target = _target("_".join(column.label), column.schema, drafts, draft.service)
            if target is None or (target is draft and column.name in draft.needed):
                continue
            if target is not draft and draft.name in _reach(target.name, below):
                continue
            below[draft.name].add(target.name)
            draft.columns[column.name] = Column(
                name=column.name, schema=column.schema, label=column.label, ref=target.name
            )


def _reach(start: str, below: dict[str, set[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for other in below.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


# -- tools ---------------------------------------------------------------------------------------


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


def _simple(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    if kind in _SCALAR:
        return True
    return kind == "array" and schema["items"].get("type") in ("string", "integer")


def _returns_many(output: dict[str, Any]) -> bool:
    return any(
        field.get("type") == "array" and not control(name)
        for name, field in output.get("properties", {}).items()
    )
