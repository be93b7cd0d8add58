"""Binding operations to entities: which rows a tool finds, what it writes, what it filters by."""

from __future__ import annotations

from typing import Any

from .draft import Draft, DraftTool
from .entities import Entity, key_params
from .parse import Parsed
from .references import target_of
from .roles import collection, column_name, control, identity, is_limit, parent_pattern
from .rules import snake, words

__all__ = ["JOINS", "MOST_OPTIONAL", "creating", "linking", "listing", "single"]

MOST_OPTIONAL = 8
"""Optional parameters of a tool beyond these are left out, in the API's order."""
SCALAR = frozenset({"string", "integer", "number", "boolean"})
_SCOPES = frozenset({"project", "project_id", "region", "zone", "location", "customer",
                     "customer_id", "account_id", "parent", "organization_id",
                     "location_id"})  # fmt: skip
"""Required parameters that say where a row is, not what it becomes."""
JOINS = frozenset({"add", "remove", "register", "deregister"})
"""Verbs that join or part two entities, where a tool names two."""


def _draft_for(op: Parsed, drafts: dict[Entity, Draft]) -> tuple[Draft, str, bool] | None:
    """The entity that an operation acts on, and the parameter that names it."""
    service = op.api.source + ":" + op.api.service
    for noun in dict.fromkeys((op.noun, op.owner)):
        draft = drafts.get((service, noun))
        if draft is None:
            continue
        named = key_params(op, noun)
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
            for name, column, score, many in key_params(op, draft.noun):
                if column == draft.key and score >= 20:
                    draft.identify(column, op.api.parameters[name], many)
                    return draft, name, many
    return None


def single(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    """A tool that acts on the rows that a parameter names (get, update, delete, state, put)."""
    found = _draft_for(op, drafts)
    if found is None:
        return None
    draft, key, many = found
    api, required = op.api, set(op.api.required)
    if op.kind == "get" and key not in required and returns_many(api.output):
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
                if optional >= MOST_OPTIONAL or not is_simple(schema):
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
    for each, column, _, _ in key_params(op, draft.noun):
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


def listing(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    """A tool that returns many rows, filtered by what it is given."""
    service = op.api.source + ":" + op.api.service
    draft = drafts.get((service, op.noun)) or drafts.get((service, op.owner))
    if draft is None or not returns_many(op.api.output):
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
            if kind not in SCALAR or optional >= MOST_OPTIONAL or "format" in schema:
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


def creating(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    """A tool that makes a row."""
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
    named = key_params(op, draft.noun)
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
            if optional >= MOST_OPTIONAL or not is_simple(schema):
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


def linking(op: Parsed, drafts: dict[Entity, Draft]) -> DraftTool | None:
    """A relation between the two entities that required parameters name."""
    service = op.api.source + ":" + op.api.service
    refs: list[tuple[str, Draft]] = []
    for name in op.api.required or tuple(op.api.parameters):
        schema = op.api.parameters[name]
        if schema.get("type") != "string":
            continue
        target = target_of(name, schema, drafts, service)
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
            linking and is_simple(schema) and not control(name) and optional < MOST_OPTIONAL
        ):
            optional += name not in op.api.required
            if not linking or not draft.add(snake(name), schema, words(name)):
                if name in op.api.required:
                    return None
                continue
            tool.take(name, snake(name), tool.put, required=name in op.api.required)
    return tool


def is_simple(schema: dict[str, Any]) -> bool:
    """Whether a value is plain, or a list of plain ones."""
    kind = schema.get("type")
    if kind in SCALAR:
        return True
    return kind == "array" and schema["items"].get("type") in ("string", "integer")


def returns_many(output: dict[str, Any]) -> bool:
    """Whether a result holds a list."""
    return any(
        field.get("type") == "array" and not control(name)
        for name, field in output.get("properties", {}).items()
    )
