"""Operations of botocore's service models (`pip install palestra[domains]`; Apache-2.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .api import Api
from .plain import MOST_ENUM, pattern_of, trimmed

__all__ = ["from_botocore"]

_TYPES = {
    "string": "string", "character": "string", "blob": "string", "timestamp": "string",
    "integer": "integer", "long": "integer", "bigdecimal": "number", "double": "number",
    "float": "number", "boolean": "boolean", "list": "array", "structure": "object",
    "map": "object",
}  # fmt: skip


def from_botocore() -> Iterator[Api]:
    """Every operation of the latest version of every service, services in alphabetical order."""
    from botocore.loaders import Loader

    loader = Loader()
    for service in sorted(loader.list_available_services("service-2")):
        yield from operations(service, loader.load_service_model(service, "service-2"))


def operations(service: str, model: Mapping[str, Any]) -> Iterator[Api]:
    """The operations of one service model."""
    about, shapes = model["metadata"], model["shapes"]
    title = about.get("serviceAbbreviation") or about.get("serviceFullName") or service
    for name, operation in sorted(model["operations"].items()):
        taken = shapes[operation["input"]["shape"]] if "input" in operation else {}
        members = taken.get("members", {})
        required = [n for n in taken.get("required", ()) if n in members]
        given = operation.get("output")
        yield Api(
            source="botocore",
            service=service,
            version=about["apiVersion"],
            title=title,
            name=name,
            parameters={n: _schema(m["shape"], shapes, 1) for n, m in members.items()},
            required=tuple(required),
            output=_schema(given["shape"], shapes, 0) if given else {},
            errors=tuple(e["shape"] for e in operation.get("errors", ())),
            http=operation.get("http", {}).get("method", ""),
        )


def _schema(shape: str, shapes: Mapping[str, Any], depth: int) -> dict[str, Any]:
    written = shapes[shape]
    kind = _TYPES.get(written["type"], "string")
    found: dict[str, Any] = {"type": kind}
    low, high = written.get("min"), written.get("max")
    match kind:
        case "object":
            members = written.get("members")
            if members and depth < 2:
                required = [n for n in written.get("required", ()) if n in members]
                kept = trimmed(list(members), required)
                found["properties"] = {
                    n: _schema(members[n]["shape"], shapes, depth + 1) for n in kept
                }
                if required:
                    found["required"] = [n for n in required if n in kept]
            return found
        case "array":
            found["items"] = _schema(written["member"]["shape"], shapes, depth)
            names = ("minItems", "maxItems")
        case "string":
            if written["type"] == "timestamp":
                return {"type": "string", "format": "date-time"}
            if "enum" in written:
                values = [value for value in written["enum"] if value]
                return {"type": "string", "enum": values[:MOST_ENUM]}
            pattern = pattern_of(written.get("pattern"))
            if pattern:
                found["pattern"] = pattern
            names = ("minLength", "maxLength")
        case "boolean":
            return found
        case _:
            names = ("minimum", "maximum")
    for name, value in zip(names, (low, high), strict=True):
        if value is not None and abs(value) < 2**53:
            found[name] = value
    return found
