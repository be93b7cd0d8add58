"""Between Palestra's messages and Chat Completions: arguments are a mapping here, JSON text there.

Nothing is guessed. Arguments that are no JSON object stay in the action as the text they were, and
the environment answers them as the format error they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message, Usage


def to_wire(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as the API takes them."""
    return [_to_wire(message) for message in messages]


def _to_wire(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message["role"], "content": message["content"]}
    if message["role"] == "tool":
        wire["tool_call_id"] = message.get("tool_call_id", "")
        return wire
    if "name" in message:
        wire["name"] = message["name"]
    calls = message.get("tool_calls")
    if calls:
        wire["tool_calls"] = [
            {
                "id": call["id"],
                "type": "function",
                "function": {
                    "name": call["function"]["name"],
                    "arguments": _as_json(call["function"]["arguments"]),
                },
            }
            for call in calls
        ]
    elif message["role"] == "assistant" and message["content"] is None:
        wire["content"] = ""
    return wire


def from_wire(
    content: str | None, calls: Sequence[Mapping[str, Any]], refusal: str = ""
) -> Message:
    """A reply as an action; `calls` hold `id`, `name` and `arguments` (text)."""
    message: Message = {"role": "assistant", "content": content or refusal or None}
    if calls:
        message["tool_calls"] = [
            {
                "id": call["id"] or f"call_{index}",
                "type": "function",
                "function": {"name": call["name"], "arguments": _as_mapping(call["arguments"])},
            }
            for index, call in enumerate(calls)
        ]
    elif message["content"] is None:
        message["content"] = ""
    return message


def usage_of(usage: Any, seconds: float) -> Usage:
    """What one call used, from the API's `usage` (which some servers leave out)."""
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        calls=1,
        input_tokens=getattr(usage, "prompt_tokens", 0) or 0,
        output_tokens=getattr(usage, "completion_tokens", 0) or 0,
        cached_tokens=getattr(details, "cached_tokens", 0) or 0,
        seconds=seconds,
    )


def _as_mapping(text: str) -> Any:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def _as_json(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False)
