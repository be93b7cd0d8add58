"""Making any source's schema plain: types, enums, ranges and patterns, two levels deep."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["MOST_ENUM", "MOST_FIELDS", "pattern_of", "plain", "trimmed"]

MOST_ENUM = 64
"""Longer enumerations (regions, instance types) are cut after so many values."""
MOST_FIELDS = 24
"""Of larger objects the required fields and the first others are kept."""
_MOST_PATTERN = 160
_RANGES = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def plain(
    schema: Mapping[str, Any], resolve: Callable[[str], Mapping[str, Any]], depth: int = 0
) -> dict[str, Any]:
    """A JSON Schema (OpenAPI, discovery, MCP) with nothing but facts in it.

    Args:
        schema: the schema as written, perhaps a `$ref`.
        resolve: what a `$ref` refers to.
        depth: how deep it stands; objects below the second level become `{"type": "object"}`.
    """
    for _ in range(8):
        if "$ref" not in schema:
            break
        schema = resolve(str(schema["$ref"]))
    for joined in ("allOf", "oneOf", "anyOf"):
        parts = [p for p in schema.get(joined) or () if isinstance(p, Mapping)]
        parts = [p for p in parts if p.get("type") != "null"]
        if parts:
            rest = {k: v for k, v in schema.items() if k != joined}
            return plain(_merged(rest, parts if joined == "allOf" else parts[:1], resolve),
                         resolve, depth)  # fmt: skip
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "string")
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    found: dict[str, Any] = {"type": kind}
    match kind:
        case "object":
            fields = schema.get("properties") or {}
            if depth < 2 and fields:
                required = [n for n in schema.get("required") or () if n in fields]
                kept = trimmed(list(fields), required)
                found["properties"] = {n: plain(fields[n], resolve, depth + 1) for n in kept}
                if required:
                    found["required"] = [n for n in required if n in kept]
        case "array":
            items = schema.get("items")
            inner = plain(items, resolve, depth) if isinstance(items, Mapping) else {}
            found["items"] = inner or {"type": "string"}
        case "string":
            if isinstance(schema.get("format"), str) and "date" in schema["format"]:
                found["format"] = "date" if schema["format"] == "date" else "date-time"
            elif schema.get("format") in ("int64", "uint64"):
                found["format"] = "int64"
            pattern = pattern_of(schema.get("pattern"))
            if pattern:
                found["pattern"] = pattern
        case "integer" | "number" | "boolean":
            pass
        case _:
            found["type"] = "string"
    enum = schema.get("enum")
    if isinstance(enum, list) and found["type"] == "string":
        values = [v for v in enum if isinstance(v, str) and v and not v.endswith("_UNSPECIFIED")]
        if values:
            found["enum"] = values[:MOST_ENUM]
            found.pop("pattern", None)
    _bounds(schema, found)
    if schema.get("readOnly"):
        found["readOnly"] = True
    return found


def _merged(
    rest: Mapping[str, Any], parts: list[Any], resolve: Callable[[str], Mapping[str, Any]]
) -> dict[str, Any]:
    whole: dict[str, Any] = dict(rest)
    for part in parts:
        for _ in range(8):
            if "$ref" not in part:
                break
            part = resolve(str(part["$ref"]))
        for key, value in part.items():
            if key == "properties":
                whole["properties"] = {**whole.get("properties", {}), **value}
            elif key == "required":
                whole["required"] = [*whole.get("required", ()), *value]
            else:
                whole.setdefault(key, value)
    return whole


def _bounds(schema: Mapping[str, Any], found: dict[str, Any]) -> None:
    wanted = {"integer": 0, "number": 0, "string": 1, "array": 2}.get(found["type"])
    if wanted is None or "enum" in found:
        return
    for name in _RANGES[wanted]:
        try:
            value = float(schema[name])
        except (KeyError, TypeError, ValueError):
            continue
        if abs(value) < 2**53:
            found[name] = int(value) if value.is_integer() else value


def trimmed(names: list[str], required: list[str]) -> list[str]:
    """At most `MOST_FIELDS` names: those required, then the first others, in their order."""
    if len(names) <= MOST_FIELDS:
        return names
    kept = set(required[:MOST_FIELDS])
    for name in names:
        if len(kept) >= MOST_FIELDS:
            break
        kept.add(name)
    return [name for name in names if name in kept]


@lru_cache(maxsize=65536)
def pattern_of(pattern: object) -> str | None:
    """A pattern that Python reads as well, anchored; None where it has none."""
    if not isinstance(pattern, str) or not pattern or len(pattern) > _MOST_PATTERN:
        return None
    if not (pattern.startswith("^") and pattern.endswith("$")) or "|" in pattern:
        pattern = f"^(?:{pattern})$"
    if "\\p" in pattern or "(?=" in pattern or "(?!" in pattern or "(?<" in pattern:
        return None
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    return None if re.search(pattern, "a b/c:d-e_1") and re.search(pattern, "x") else pattern
