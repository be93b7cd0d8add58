"""Between Palestra's messages and Chat Completions: arguments are a mapping here, JSON text there.

Nothing is guessed. Arguments that are no JSON object stay in the action as the text they were, and
the environment answers them as the format error they are.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Any

import msgspec

from ...envs.core import Message, Usage
from ..base import InfrastructureError
from .parts import show_tool_images

MOST_CHARACTERS = 4_000_000
"""Of one reply. The longest that models write today have 128,000 tokens."""


def to_wire(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages as the API takes them."""
    return [_to_wire(message) for message in show_tool_images(messages)]


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
                    "arguments": as_json(call["function"]["arguments"]),
                },
            }
            for call in calls
        ]
    elif message["role"] == "assistant" and message["content"] is None:
        wire["content"] = ""
    return wire


def from_wire(
    content: str | None, calls: Sequence[Mapping[str, Any]], refusal: str | None = None
) -> Message:
    """A reply as an action; `calls` hold `id`, `name` and `arguments` (text).

    Raises:
        InfrastructureError: no model wrote this: a part has the wrong type, one call stands there
            twice, or the reply is longer than any model's.
    """
    _check(content, calls)
    message: Message = {"role": "assistant", "content": whole(content or refusal or "") or None}
    if calls:
        ids = [call["id"] for call in calls]
        message["tool_calls"] = [
            {
                "id": call["id"] if call["id"] and ids.count(call["id"]) == 1 else f"call_{index}",
                "type": "function",
                "function": {"name": call["name"], "arguments": _as_mapping(call["arguments"])},
            }
            for index, call in enumerate(calls)
        ]
    elif message["content"] is None:
        message["content"] = ""
    return message


def _check(content: Any, calls: Sequence[Mapping[str, Any]]) -> None:
    if not isinstance(content, str | None):
        raise InfrastructureError(f"the reply's content is {content!r:.100}, not text")
    size = len(content or "")
    seen: set[tuple[str, ...]] = set()
    for call in calls:
        for part in ("name", "arguments"):
            if not isinstance(call[part], str):
                raise InfrastructureError(f"a tool call's {part} is {call[part]!r:.100}, not text")
        if not isinstance(call["id"], str | None):
            raise InfrastructureError(f"a tool call's id is {call['id']!r:.100}, not text")
        size += len(call["arguments"])
        whole = (call["id"] or "", call["name"], call["arguments"])
        if call["id"] and whole in seen:
            raise InfrastructureError(f"the tool call {call['id']!r:.100} stands there twice")
        seen.add(whole)
    if size > MOST_CHARACTERS:
        raise InfrastructureError(f"the reply has {size:,} characters; no model writes so many")


async def read_stream(chunks: AsyncIterable[Any]) -> tuple[Message, str, Any]:
    """A reply that comes in pieces: the action, the finish reason and the API's `usage`.

    Raises:
        InfrastructureError: the stream ended too soon, or no model wrote this.
    """
    content: list[str] = []
    refusal: list[str] = []
    calls: dict[int, dict[str, Any]] = {}
    finish, usage, size = "", None, 0
    async for chunk in chunks:
        usage = getattr(chunk, "usage", None) or usage
        for choice in chunk.choices or ():
            finish = choice.finish_reason or finish
            content.append(choice.delta.content or "")
            size += len(content[-1])
            refusal.append(getattr(choice.delta, "refusal", None) or "")
            for piece in choice.delta.tool_calls or ():
                call = calls.setdefault(piece.index, {"id": "", "name": None, "arguments": ""})
                call["id"] = piece.id or call["id"]
                if piece.function is not None:
                    if piece.function.name is not None:
                        call["name"] = (call["name"] or "") + piece.function.name
                    call["arguments"] += piece.function.arguments or ""
                    size += len(piece.function.arguments or "")
        if size > MOST_CHARACTERS:
            raise InfrastructureError(f"the reply has over {MOST_CHARACTERS:,} characters")
    if not finish:
        raise InfrastructureError("the stream ended before the reply did")
    message = from_wire("".join(content), [calls[i] for i in sorted(calls)], "".join(refusal))
    return message, finish, usage


def usage_of(usage: Any) -> Usage:
    """What one call used, from the API's `usage` (which some servers leave out)."""
    details = getattr(usage, "prompt_tokens_details", None)
    cost = getattr(usage, "cost", None)
    return Usage(
        calls=1,
        input_tokens=getattr(usage, "prompt_tokens", 0) or 0,
        output_tokens=getattr(usage, "completion_tokens", 0) or 0,
        cached_tokens=getattr(details, "cached_tokens", 0) or 0,
        cost=cost if isinstance(cost, int | float) else None,
    )


def _as_mapping(text: str) -> Any:
    try:
        value = json.loads(text or "{}")
        msgspec.json.encode(value)  # half a surrogate pair can be read, and never written
    except (ValueError, RecursionError):
        return whole(text)
    return value if isinstance(value, dict) else whole(text)


def whole(text: str) -> str:
    """Text without halves of surrogate pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_json(arguments: Any) -> str:
    """Arguments of a tool call as the API takes them; what is text already stays as it is."""
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False)
