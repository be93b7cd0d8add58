"""JSON Schemas as msgspec types, so that a tool that is given its schema is checked like any other.

    checked = struct_of({"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}})
    msgspec.convert({"n": 3}, checked)

Understood: `type` (one name), `properties`, `required`, `items`, `enum` of texts or whole numbers,
`minimum`, `maximum`, `minLength`, `maxLength`, `pattern`, `minItems`, `maxItems`. An object with
properties takes nothing else; one without takes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

__all__ = ["struct_of"]

_META = {
    "string": {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"},
    "integer": {"minimum": "ge", "maximum": "le"},
    "number": {"minimum": "ge", "maximum": "le"},
    "array": {"minItems": "min_length", "maxItems": "max_length"},
}


def struct_of(schema: Mapping[str, Any]) -> type[msgspec.Struct]:
    """A struct for an object with properties. What is not given is left out when read back."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    required = set(schema.get("required", ()))
    # Names of parameters need not be identifiers; those of fields must.
    names = {f"p{number}": name for number, name in enumerate(properties)}
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field, name in names.items():
        kind = _type(properties[name])
        if name in required:
            fields.append((field, kind))
        else:
            fields.append((field, kind | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(
        "Arguments", fields, kw_only=True, forbid_unknown_fields=True, rename=names
    )


def _type(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    kind = schema.get("type")
    found: Any
    match kind:
        case "string":
            found = str
        case "integer":
            found = int
        case "number":
            found = float
        case "boolean":
            return bool
        case "array":
            found = list[_type(schema.get("items", {}))]
        case "object":
            return struct_of(schema) if schema.get("properties") else dict[str, Any]
        case _:
            return Any
    bounds = {
        ours: schema[theirs]
        for theirs, ours in _META[str(kind)].items()
        if schema.get(theirs) is not None
    }
    return Annotated[found, msgspec.Meta(**bounds)] if bounds else found
