"""What servers do wrong, each as one function that sends a reply which is wrong in that way.

Each fault says how an episode must end under it. Where the reply is whole, the action must come
through at the first try. Most others are nobody's answer: asked again, and in the end an `error`
with the cause. What a provider says of its own accord may also end the episode, or the run.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .wire import Wire

Message = Mapping[str, Any]
End = Literal["read", "asked again", "own end", "run stops"]
"""How an episode under a fault must end: as if there were none; as an error after a few tries; as
the agent's own end, scored; or with the whole run."""
ENDS: dict[End, str] = {
    "read": "read all the same",
    "asked again": "asked again, then an error",
    "own end": "the agent's own end, scored",
    "run stops": "the run stops and says why",
}
FOREVER = 3600.0
"""Seconds; longer than any client waits."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong.

    Attributes:
        name: for tables.
        about: what the server does.
        send: does it, instead of the good reply around a message.
        end: how an episode under it must end.
        slow: only a time-out ends it.
        alike: it is the same where the reply is asked for in pieces.
    """

    name: str
    about: str
    send: Callable[[Wire, Message], Awaitable[bool]]
    end: End = "asked again"
    slow: bool = False
    alike: bool = False

    @property
    def harmless(self) -> bool:
        """Whether the reply can be read all the same."""
        return self.end == "read"


FAULTS: dict[str, Fault] = {}


def _fault(about: str, *, end: End = "asked again", slow: bool = False) -> Any:
    def add(send: Callable[[Wire, Message], Awaitable[bool]]) -> Any:
        name = getattr(send, "__name__", "").strip("_").replace("_", " ")
        FAULTS[name] = Fault(name, about, send, end, slow)
        return send

    return add


def refusing(
    status: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = b'{"error": {"message": "no"}}',
) -> Callable[..., Any]:
    """A fault's `send` that answers with this status."""

    async def send(wire: Wire, message: Message) -> bool:
        return await wire.send(status, body, headers=headers)

    return send


for _status, _headers, _name, _about in (
    (429, {"Retry-After": "0.2"}, "429 with Retry-After", "asks to wait, and says how long"),
    (429, {}, "429", "asks to wait"),
    (429, {"Retry-After": "soon"}, "429 with nonsense", "asks to wait, in words"),
    (500, {}, "500", "breaks"),
    (503, {}, "503", "is overloaded"),
):
    FAULTS[_name] = Fault(_name, _about, refusing(_status, _headers), alike=True)


@_fault("takes the request and never answers", slow=True)
async def _time_out(wire: Wire, message: Message) -> bool:
    await asyncio.sleep(FOREVER)
    return False


@_fault("sends a byte now and then", slow=True)
async def _trickle(wire: Wire, message: Message) -> bool:
    return await wire.trickle(b" ", FOREVER, 0.1)


@_fault("cuts the connection instead of an answer")
async def _dropped(wire: Wire, message: Message) -> bool:
    return wire.reset()


@_fault("cuts the connection in the middle of the answer")
async def _dropped_within(wire: Wire, message: Message) -> bool:
    body = wire.body(message)
    await wire.send(200, body[: len(body) // 2], kind=wire.kind, length=len(body))
    return wire.reset()


@_fault("ends the answer half-way, and says that this is all")
async def _truncated_JSON(wire: Wire, message: Message) -> bool:
    body = wire.body(message, torn=True)
    return await wire.send(200, body[: len(body) * 2 // 3], kind=wire.kind)


@_fault("sends JSON that cannot be read")
async def _broken_JSON(wire: Wire, message: Message) -> bool:
    broken = b"data: {not json]\n\n" if wire.stream else b"{not json]"
    return await wire.send(200, broken, kind=wire.kind)


@_fault("sends a web page")
async def _web_page(wire: Wire, message: Message) -> bool:
    return await wire.send(200, b"<html><h1>It works!</h1></html>", kind="text/html")


@_fault("sends nothing at all, successfully")
async def _empty_body(wire: Wire, message: Message) -> bool:
    return await wire.send(200, b"", kind=wire.kind)


@_fault("sends an empty list of choices")
async def _empty_choices(wire: Wire, message: Message) -> bool:
    return await wire.reply(message, **{wire.api.answers: []})


@_fault("sends null for the choices")
async def _no_choices(wire: Wire, message: Message) -> bool:
    return await wire.reply(message, **{wire.api.answers: None})


@_fault("sends an error with status 200")
async def _error_inside(wire: Wire, message: Message) -> bool:
    return await wire.fail()


@_fault("gives tool calls no id", end="read")
async def _null_ids(wire: Wire, message: Message) -> bool:
    return await wire.reply(_calls(message, lambda call: {**call, "id": None}))


@_fault("gives tool calls the id of an earlier one", end="read")
async def _used_ids(wire: Wire, message: Message) -> bool:
    return await wire.reply(_calls(message, lambda call: {**call, "id": "call_0"}))


@_fault("gives tool calls a number as id")
async def _wrong_ids(wire: Wire, message: Message) -> bool:
    return await wire.reply(_calls(message, lambda call: {**call, "id": 7}))


@_fault("sends each tool call twice")
async def _duplicated_calls(wire: Wire, message: Message) -> bool:
    twice = [call for call in message.get("tool_calls", ()) for _ in range(2)]
    return await wire.reply({**message, "tool_calls": twice})


@_fault("sends a tool call without a name")
async def _nameless_calls(wire: Wire, message: Message) -> bool:
    nameless = {"name": None, "arguments": "{}"}
    return await wire.reply(_calls(message, lambda call: {**call, "function": nameless}))


@_fault("sends a list where text belongs")
async def _wrong_types(wire: Wire, message: Message) -> bool:
    return await wire.reply({**message, "content": [["?"]]})


@_fault("sends half of a surrogate pair in the text", end="read")
async def _half_a_character(wire: Wire, message: Message) -> bool:
    return await wire.reply({**message, "content": "I see \ud83d now."})


@_fault("sends a reply of 10 MB")
async def _10_MB(wire: Wire, message: Message) -> bool:
    return await wire.reply({**message, "content": "0123456789" * 1_000_000})


@_fault("sends two tool calls with ids of their own under index 0", end="read")
async def _calls_at_index_0(wire: Wire, message: Message) -> bool:
    wire.one_index = True
    return await wire.reply(_with_look(message, "{}"))


@_fault("sends null for the arguments of a tool call that has none", end="read")
async def _null_arguments(wire: Wire, message: Message) -> bool:
    return await wire.reply(_with_look(message, None))


@_fault("sends what the model thought within the text, in <think>", end="read")
async def _thoughts_in_text(wire: Wire, message: Message) -> bool:
    text = f"<think>\nThe token is 0000. I say so.\n</think>\n\n{message.get('content') or ''}"
    return await wire.reply({**message, "content": text})


@_fault("repeats the key in its error, in the headers too")
async def _key_repeated(wire: Wire, message: Message) -> bool:
    key = next((v for k, v in wire.headers.items() if k in _KEYS), "").removeprefix("Bearer ")
    told = f"refused {key} ({base64.b64encode(key.encode()).decode()})"
    body = json.dumps({"error": {"message": told, "type": "server_error", "code": key}})
    return await wire.send(500, body.encode(), headers={"X-Request-Key": key})


_KEYS = ("authorization", "x-api-key", "x-goog-api-key")


def _with_look(message: Message, arguments: str | None) -> dict[str, Any]:
    """A turn with a call without arguments before its own."""
    function = {"name": "look", "arguments": arguments}
    look = {"id": "call_look", "type": "function", "function": function}
    calls = message.get("tool_calls") or ()
    return {**message, "tool_calls": [look, *calls]}


def _calls(message: Message, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {**message, "tool_calls": [change(dict(c)) for c in message.get("tool_calls", ())]}
