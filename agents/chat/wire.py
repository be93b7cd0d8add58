"""Between Palestra's messages and Chat Completions: arguments are a mapping here, JSON text there.

Nothing is guessed. Arguments that are no JSON object stay in the action as the text they were, and
the environment answers them as the format error they are.

A model's turn is kept as it came, with fields that nobody here knows, in the message's `origin`. It
goes back in that form to the provider that sent it, and to no other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ...envs.core import Message, separate_thoughts
from ..base import InfrastructureError
from ..reasoning import reasoning_in
from .parts import show_tool_images
from .values import MOST_CHARACTERS, as_json, encodable, shown, storable, whole

LONGEST_ID = 64
"""The longest id of a tool call, in characters, that is used as it is. Some gateways hide a
signature in it, which may be far longer."""


def to_wire(messages: Sequence[Message], source: str = "") -> list[dict[str, Any]]:
    """Messages as the API takes them.

    Args:
        messages: the conversation.
        source: the provider that they go to; turns that came from it go back as they came.
    """
    wire: list[dict[str, Any]] = []
    ids: dict[
        str, str
    ] = {}  # of the calls of the last turn, where its provider names them otherwise
    for message in show_tool_images(messages):
        turn = returning(message, source)
        if turn is not None:
            wire.append(turn)
            ids = _other_ids(message, turn)
        else:
            plain = _to_wire(message)
            if ids and message["role"] == "tool":
                plain["tool_call_id"] = ids.get(plain["tool_call_id"], plain["tool_call_id"])
            wire.append(plain)
    return wire


def returning(message: Message, source: str) -> dict[str, Any] | None:
    """The turn that goes back to its provider in place of a message.

    Returns:
        None where the message came from elsewhere, or says by now something else than the turn.
    """
    origin = message.get("origin")
    if not source or origin is None or origin["source"] != source:
        return None
    turn = origin["turn"]
    try:
        same = isinstance(turn, dict) and (
            reads_alike(read_turn(turn), message) or _is_text_of(turn, message)
        )
    except InfrastructureError:  # somebody's own record
        return None
    return turn if same else None


def _is_text_of(turn: Mapping[str, Any], message: Message) -> bool:
    """Whether a message is a turn's text as it came, which a text protocol reads by itself."""
    plain = not turn.get("tool_calls") and not message.get("tool_calls")
    return plain and message["content"] == turn.get("content")


def reads_alike(one: Message, other: Message) -> bool:
    """Whether two assistant messages say the same (`one` read from a turn)."""
    return (one["content"] or "") == (other["content"] or "") and (one.get("tool_calls") or []) == (
        other.get("tool_calls") or []
    )


def _other_ids(message: Message, turn: Mapping[str, Any]) -> dict[str, str]:
    calls = message.get("tool_calls") or ()
    return {
        call["id"]: sent["id"]
        for call, sent in zip(calls, turn.get("tool_calls") or (), strict=False)
        if call["id"] != sent["id"]
    }


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


def message_of(turn: Mapping[str, Any], source: str) -> Message:
    """A provider's turn as an action that remembers where it came from.

    Raises:
        InfrastructureError: no model wrote this, or it cannot be stored.
    """
    turn = storable(turn)
    message = read_turn(turn)
    kept = {name: value for name, value in turn.items() if value is not None and value != []}
    kept |= {"role": "assistant", "content": turn.get("content")}
    if calls := turn.get("tool_calls") or _older_calls(turn):
        kept.pop("function_call", None)
        named = message.get("tool_calls") or []
        kept["tool_calls"] = [
            _kept_call(call, short["id"]) for call, short in zip(calls, named, strict=True)
        ]
    elif kept["content"] is None:
        kept["content"] = ""
    message["origin"] = {"source": source, "turn": kept}
    return message


def _kept_call(call: Mapping[str, Any], id: str) -> dict[str, Any]:
    function = dict(call["function"])
    if not isinstance(function.get("arguments"), str):
        function["arguments"] = as_json(function.get("arguments") or {})
    own = call.get("id")
    named = own if own and len(own) > LONGEST_ID else id
    return {"type": "function", **call, "id": named, "function": function}


def read_turn(turn: Mapping[str, Any]) -> Message:
    """What a provider's turn says, its thoughts set apart.

    Raises:
        InfrastructureError: no model wrote this: a part has the wrong type, one call stands there
            twice, or the reply is longer than any model's.
    """
    calls = [_read_call(call) for call in turn.get("tool_calls") or _older_calls(turn)]
    content, refusal = turn.get("content"), turn.get("refusal")
    if isinstance(content, list):
        content = _spoken_parts(content)
    message = from_wire(content, calls, refusal)
    if thoughts := reasoning_in(turn):
        message["thoughts"] = whole(thoughts)
    return separate_thoughts(message)


def _older_calls(turn: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one call of a turn in the form that came before `tool_calls`."""
    function = turn.get("function_call")
    return [{"id": None, "function": function}] if isinstance(function, Mapping) else []


def _spoken_parts(parts: Sequence[Any]) -> str:
    """The text in a content of several parts; a thinking part is no speech."""
    said: list[str] = []
    for part in parts:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind in ("text", "output_text") and isinstance(part.get("text"), str):
            said.append(part["text"])
        elif kind == "refusal" and isinstance(part.get("refusal"), str):
            said.append(part["refusal"])
        elif not isinstance(kind, str):
            raise InfrastructureError(f"the reply's content is {shown(parts)}, not text")
    return "".join(said)


def _read_call(call: Any) -> dict[str, Any]:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        raise InfrastructureError(f"a tool call is {shown(call)}, not a function's")
    arguments = function.get("arguments")
    if isinstance(arguments, Mapping):
        arguments = as_json(dict(arguments))
    return {
        "id": call.get("id"),
        "name": function.get("name"),
        "arguments": "" if arguments is None else arguments,
    }


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
                "id": call["id"] if _names_one(call["id"], ids) else f"call_{index}",
                "type": "function",
                "function": {"name": call["name"], "arguments": _as_mapping(call["arguments"])},
            }
            for index, call in enumerate(calls)
        ]
    elif message["content"] is None:
        message["content"] = ""
    return message


def _names_one(id: str | None, ids: Sequence[str | None]) -> bool:
    return bool(id) and len(id or "") <= LONGEST_ID and ids.count(id) == 1


def _check(content: Any, calls: Sequence[Mapping[str, Any]]) -> None:
    if not isinstance(content, str | None):
        raise InfrastructureError(f"the reply's content is {shown(content)}, not text")
    size = len(content or "")
    seen: set[tuple[str, ...]] = set()
    for call in calls:
        for part in ("name", "arguments"):
            if not isinstance(call[part], str):
                raise InfrastructureError(f"a tool call's {part} is {shown(call[part])}, not text")
        if not isinstance(call["id"], str | None):
            raise InfrastructureError(f"a tool call's id is {shown(call['id'])}, not text")
        size += len(call["arguments"])
        whole = (call["id"] or "", call["name"], call["arguments"])
        if call["id"] and whole in seen:
            raise InfrastructureError(f"the tool call {shown(call['id'])} stands there twice")
        seen.add(whole)
    if size > MOST_CHARACTERS:
        raise InfrastructureError(f"the reply has {size:,} characters; no model writes so many")


def _as_mapping(text: str) -> Any:
    try:
        value = json.loads(text.strip() or "{}")
        if "\\u" in text or not text.isascii():
            value = encodable(value)
        msgspec.json.encode(value)
    except (ValueError, OverflowError, RecursionError):
        return whole(text)
    if value is None:  # some servers write `null` where a call has no arguments
        return {}
    return value if isinstance(value, dict) else whole(text)
