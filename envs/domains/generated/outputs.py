"""What a tool returns: the API's own output shape, with columns of the table in it."""

from __future__ import annotations

from typing import Any

from .draft import Draft, DraftTool, shown
from .plan import COUNT
from .roles import column_name, control, identity
from .rules import snake

__all__ = ["returns"]

_PLAIN = frozenset({"string", "integer", "number", "boolean"})
_TOTALS = frozenset({"total_size", "total_count", "count", "total_results", "total_items", "total"})


def returns(output: dict[str, Any], draft: Draft, tool: DraftTool) -> Any:
    """The template of a result; empty where the API returns nothing of the entity.

    A template is an object: API's field -> column name, nested object, `{"[]": template}` for a
    list of rows, or `#count`.
    """
    places = [id(place) for place in shown(output, draft)]
    whole = output.get("properties", {})
    found: dict[str, Any] = {}
    rows = tool.kind == "list" or bool(tool.many)
    listed = False
    for name, field in whole.items():
        kind = field.get("type")
        if kind == "array" and not control(name):
            items = field["items"]
            if items.get("properties") and id(items["properties"]) in places and rows:
                inner = _fields(items["properties"], draft)
                if inner and not listed:
                    found[name], listed = {"[]": inner}, True
            elif (
                items.get("type") == "string"
                and rows
                and not listed
                and identity(name, draft.noun)[0] in (draft.key, _named(draft))
            ):
                found[name], listed = {"[]": draft.key}, True
        elif kind == "object" and not rows and id(field.get("properties")) in places:
            inner = _fields(field["properties"], draft)
            if inner:
                found[name] = inner
        elif rows and kind == "integer" and snake(name) in _TOTALS:
            found[name] = COUNT
    if rows:
        return found if listed or tool.kind != "list" else {}
    if id(whole) in places or tool.kind in ("create", "link", "state", "update", "put"):
        if "done" in whole or "clientOperationId" in whole:
            return {**found, "done": "#done"} if "done" in whole else {**found, "status": "#DONE"}
        found = {**_fields(whole, draft), **found}
    return found


def _named(draft: Draft) -> str:
    return "_".join((*draft.noun, "name"))


def _fields(fields: dict[str, Any], draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, schema in fields.items():
        if control(name):
            continue
        column = identity(name, draft.noun)[0] or column_name(name, draft.noun)
        if column == draft.key:
            found[name] = column
        elif column in draft.columns:
            kind = draft.columns[column].schema.get("type")
            if kind == schema.get("type") and column not in found.values():
                found[name] = column
    return found
