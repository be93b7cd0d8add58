"""Operations of any OpenAPI 3.x or Swagger 2 document.

    apis = from_openapi(json.loads(Path("petstore.json").read_text()))

YAML is read by whoever has a YAML library; here a document is a mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...core import UsageError
from .api import Api
from .plain import plain

__all__ = ["from_openapi"]

_METHODS = ("get", "put", "post", "delete", "patch")


def from_openapi(document: Mapping[str, Any], service: str | None = None) -> list[Api]:
    """Every operation of a document.

    Args:
        document: the document, parsed.
        service: what to call the API. Default: its title, as an identifier.

    Raises:
        UsageError: it is no such document.
    """
    if "paths" not in document or not ("openapi" in document or "swagger" in document):
        raise UsageError(
            "this is no OpenAPI document: it needs `openapi` (or `swagger`) and `paths`"
        )
    about = document.get("info") or {}
    title = str(about.get("title") or service or "API")
    service = service or re.sub(r"\W+", "-", title.lower()).strip("-") or "api"

    def resolve(reference: str) -> Mapping[str, Any]:
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part.replace("~1", "/").replace("~0", "~"), {}) if found else {}
        return found if isinstance(found, Mapping) else {}

    found = []
    for path, item in document["paths"].items():
        shared = item.get("parameters") or []
        for method in _METHODS:
            operation = item.get(method)
            if not isinstance(operation, Mapping):
                continue
            parameters: dict[str, dict[str, Any]] = {}
            required: list[str] = []
            for name, schema, needed in _inputs(operation, shared, resolve):
                parameters.setdefault(name, schema)
                required += [name] if needed and name not in required else []
            found.append(
                Api(
                    source="openapi",
                    service=service,
                    version=str(about.get("version") or "1"),
                    title=title,
                    name=_name(operation.get("operationId"), method, path),
                    parameters=parameters,
                    required=tuple(required),
                    output=_output(operation, resolve),
                    errors=(),
                    http=method.upper(),
                )
            )
    return found


def _inputs(operation: Mapping[str, Any], shared: list[Any], resolve: Any) -> Iterator[Any]:
    for written in [*shared, *(operation.get("parameters") or ())]:
        written = resolve(written["$ref"]) if "$ref" in written else written
        where = written.get("in")
        if where == "body":  # Swagger 2
            yield from _body(written.get("schema") or {}, resolve)
        elif where in ("path", "query", "formData"):
            schema = written.get("schema") or written
            needed = bool(written.get("required"))
            schema = {k: v for k, v in schema.items() if k != "required"}
            yield written["name"], plain(schema, resolve, 1), needed
    body = operation.get("requestBody") or {}
    body = resolve(body["$ref"]) if "$ref" in body else body
    for media, content in (body.get("content") or {}).items():
        if "json" in media or "form" in media:
            yield from _body(content.get("schema") or {}, resolve)
            break


def _body(schema: Mapping[str, Any], resolve: Any) -> Iterator[Any]:
    read = plain(schema, resolve, 0)
    if read["type"] != "object":
        yield "body", read, True
    for name, inner in read.get("properties", {}).items():
        if not inner.get("readOnly"):
            yield name, inner, name in read.get("required", ())


def _output(operation: Mapping[str, Any], resolve: Any) -> dict[str, Any]:
    for code, response in (operation.get("responses") or {}).items():
        if not str(code).startswith("2"):
            continue
        response = resolve(response["$ref"]) if "$ref" in response else response
        if "schema" in response:
            return plain(response["schema"], resolve, 0)
        for media, content in (response.get("content") or {}).items():
            if "json" in media and "schema" in content:
                return plain(content["schema"], resolve, 0)
    return {}


def _name(given: object, method: str, path: str) -> str:
    if isinstance(given, str) and given:
        return given
    verb = {"get": "get", "post": "create", "put": "update", "patch": "update"}.get(method, method)
    fixed = [p for p in path.split("/") if p and not p.startswith("{")]
    if verb == "get" and not path.rstrip("/").endswith("}"):
        verb = "list"
    return verb + "".join(re.sub(r"\W", " ", part).title().replace(" ", "") for part in fixed)
