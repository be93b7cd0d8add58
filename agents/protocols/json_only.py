"""Nothing but one JSON object: the form that constrained decoding and small models find easiest."""

from __future__ import annotations

from typing import Any

from ...envs.core import Message, text_in
from .base import Protocol, Tools, Unreadable, as_json, named_call, object_at

__all__ = ["JsonOnly", "constraint"]

INSTRUCTIONS = """\
You act by calling tools. These are the tools, one a line, each with a JSON Schema of its arguments:
{tools}

Answer with one JSON object and nothing else. To call a tool:
{{"tool": "<name>", "arguments": {{"<argument>": "<value>"}}}}
To say something instead: {{"text": "<words>"}}
What a tool answers comes back as {{"result": "<words>"}}."""


class JsonOnly(Protocol):
    """One call, or one text, as a JSON object."""

    name = "json"

    def instructions(self, tools: Tools) -> str:
        return INSTRUCTIONS.format(tools="\n".join(as_json(tool["function"]) for tool in tools))

    def call(self, name: str, arguments: Any) -> str:
        return as_json({"tool": name, "arguments": arguments})

    def result(self, message: Message) -> str:
        return as_json({"result": text_in(message)})

    def written(self, message: Message) -> str:
        if message.get("tool_calls") or message.get("parse_error"):
            return super().written(message)
        return as_json({"text": text_in(message)})

    def begins(self, text: str) -> int:
        return 0 if text.lstrip()[:1] == "{" else len(text)

    def read(self, text: str) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        value, end = object_at(text, 0)
        if left := text[end:].strip():
            raise Unreadable(text, text.index(left, end), "expected nothing after the JSON object")
        if value.keys() == {"text"} and isinstance(value["text"], str):
            return value["text"], []
        return "", [named_call(text, 0, value, "tool")]


def constraint(tools: Tools) -> dict[str, Any]:
    """A `response_format` that admits nothing but one call of one of these tools."""
    shared: dict[str, Any] = {}
    calls = []
    for tool in tools:
        function = tool["function"]
        parameters = dict(function["parameters"])
        shared.update(parameters.pop("$defs", {}))  # references name them from the root
        properties = {"tool": {"const": function["name"]}, "arguments": parameters}
        calls.append(
            {
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            }
        )
    schema: dict[str, Any] = {"anyOf": calls}
    if shared:
        schema["$defs"] = shared
    return {"type": "json_schema", "json_schema": {"name": "call", "schema": schema}}
