"""Operations of an MCP server, from what its `tools/list` returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core import UsageError
from .api import Api
from .plain import plain

__all__ = ["from_mcp"]


def from_mcp(tools: Sequence[Mapping[str, Any]] | Mapping[str, Any], service: str) -> list[Api]:
    """One operation for each tool.

    Args:
        tools: the list, or the result of `tools/list` that holds it.
        service: what to call the server.

    Raises:
        UsageError: it is no list of tools.
    """
    listed = tools.get("tools") if isinstance(tools, Mapping) else tools
    if not isinstance(listed, Sequence) or not all(
        isinstance(t, Mapping) and "name" in t for t in listed
    ):
        raise UsageError("this is no MCP tool list: expected a list of {name, inputSchema, ...}")
    found = []
    for tool in listed:
        schema = tool.get("inputSchema") or {}
        whole = plain({"type": "object", **schema}, _resolver(schema), 0)
        output = tool.get("outputSchema") or {}
        hints = tool.get("annotations") or {}
        found.append(
            Api(
                source="mcp",
                service=service,
                version="1",
                title=service,
                name=str(tool["name"]),
                parameters=whole.get("properties", {}),
                required=tuple(whole.get("required", ())),
                output=plain(output, _resolver(output), 0) if output else {},
                http="GET" if hints.get("readOnlyHint") else "",
            )
        )
    return found


def _resolver(schema: Mapping[str, Any]) -> Any:
    def resolve(reference: str) -> Mapping[str, Any]:
        found: Any = schema
        for part in reference.removeprefix("#/").split("/"):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
        return found

    return resolve
