"""What a provider puts into a turn, and whether it came back.

Everything is derived from the turn itself: a server needs no memory to tell whether thoughts and
signatures that a client sends are the ones that it sent once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .dialect import Dialect

Message = Mapping[str, Any]
THOUGHT = 'I pass it on.\n\n  « {seal} » is "it", I think;\u2028\\n is no line end. \n'
"""What was reasoned: text that suffers where it is trimmed, quoted again or read twice."""
_PLAIN = frozenset({"role", "content", "tool_calls", "name", "before"})
_PLAIN_CALL = frozenset({"id", "type", "function", "index"})
_THINK = re.compile(r"\A<think>\n.*?\n</think>\n\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with an assistant turn that came back.

    Attributes:
        at: its place in the conversation.
        kind: whether something is missing, changed or foreign.
        field: what.
        found: the name of the tool that the turn called.
    """

    at: int
    kind: str
    field: str
    found: str = "text"


@dataclass(frozen=True, slots=True)
class Turns:
    """The assistant turns of a conversation as they came to a server."""

    dialect: Dialect
    messages: Sequence[Message]

    def defects(self) -> Iterator[Defect]:
        """All that is missing, changed or unknown; in the order of the conversation."""
        turn = 0
        for at, message in enumerate(self.messages):
            if message["role"] != "assistant":
                continue
            yield from self._unknown(at, message)
            yield from self._lost(at, turn, message)
            turn += 1

    def _unknown(self, at: int, message: Message) -> Iterator[Defect]:
        known = _PLAIN | self.dialect.turn.keys() | set(self.dialect.accepts)
        yield from (Defect(at, "foreign", name) for name in message.keys() - known)
        for call in message.get("tool_calls") or ():
            known = _PLAIN_CALL | self.dialect.call.keys()
            yield from (Defect(at, "foreign", name) for name in call.keys() - known)

    def _lost(self, at: int, turn: int, message: Message) -> Iterator[Defect]:
        wanted = dress(self.dialect, undress(message), turn)
        needed = self._needed(at, message)
        calls = message.get("tool_calls") or ()
        found = calls[0]["function"]["name"] if calls else "text"
        for name in self.dialect.turn:
            yield from _compared(
                at, name, message, wanted, needed and "turn" in self.dialect.must, found
            )
        for call, whole in zip(calls, wanted.get("tool_calls") or (), strict=True):
            for name in self.dialect.call.keys() & whole.keys():
                must = needed and "call" in self.dialect.must
                yield from _compared(at, name, call, whole, must, call["function"]["name"])
        if self.dialect.before:
            must = needed and "before" in self.dialect.must
            yield from _compared(at, "before", message, wanted, must, found)

    def _needed(self, at: int, message: Message) -> bool:
        """Whether the turn at a place has to be whole."""
        scope = self.dialect.scope
        later = [m["role"] for m in self.messages[at + 1 :]]
        if scope == "last":
            return "assistant" not in later
        if scope == "loop":
            return "user" not in later
        return scope == "always" or (scope == "calls" and bool(message.get("tool_calls")))


def _compared(
    at: int, name: str, got: Message, wanted: Message, must: bool, found: str
) -> Iterator[Defect]:
    expected = wanted.get(name)
    if expected in (None, []):
        return
    value = got.get(name)
    if name == "content" and isinstance(value, list) and isinstance(expected, list):
        value, expected = _spoken(value), _spoken(expected)
    if name == "content" and value in (None, "", undress(got)["content"]) and value != expected:
        value = None  # the text is there, and what stood around it is not
    if value in (None, [], ""):
        if must:
            yield Defect(at, "missing", name, found)
    elif value != expected:
        yield Defect(at, "changed", name, found)


def _spoken(parts: Sequence[Any]) -> list[Any]:
    """Parts without the empty ones."""
    return [part for part in parts if part != {"type": "text", "text": ""}]


def dress(dialect: Dialect, message: Message, turn: int) -> dict[str, Any]:
    """A plain turn as the provider sends it.

    Args:
        dialect: of the provider.
        message: the turn, text and calls.
        turn: how many assistant turns came before it.
    """
    text = message.get("content") or ""
    values = {"text": text, "at": str(turn), "seal": _seal(message, turn, 0)}
    values["thought"] = THOUGHT.replace("{seal}", values["seal"][:12])
    worn: dict[str, Any] = {**message, **_filled(dialect.turn, values)}
    if dialect.before:
        worn["before"] = _filled(list(dialect.before), values)
    if calls := message.get("tool_calls"):
        worn["tool_calls"] = [
            call
            if dialect.first_call and index
            else {**call, **_filled(dialect.call, values | {"seal": _seal(message, turn, index)})}
            for index, call in enumerate(calls)
        ]
    return worn


def undress(message: Message) -> dict[str, Any]:
    """A turn as text and calls, without anything that only one provider sends."""
    content = message.get("content")
    if isinstance(content, list) and message["role"] == "assistant":
        content = "".join(part.get("text") or "" for part in content if part.get("type") == "text")
    elif isinstance(content, str) and message["role"] == "assistant":
        content = _THINK.sub("", content)
    plain = {k: message[k] for k in ("role", "name", "tool_call_id") if k in message}
    plain["content"] = content
    if calls := message.get("tool_calls"):
        plain["tool_calls"] = [
            {k: call[k] for k in ("id", "type", "function") if k in call} for call in calls
        ]
    return plain


def _seal(message: Message, turn: int, call: int) -> str:
    """A signature of a turn, or of one of its calls: as long as real ones, in base64."""
    calls = [
        [c["function"]["name"], _canonical(c["function"]["arguments"])]
        for c in message.get("tool_calls") or ()
    ]
    text = json.dumps([turn, call, message.get("content") or "", calls])
    digest = hashlib.shake_256(text.encode()).digest(160)
    return base64.b64encode(digest).decode()


def _canonical(arguments: Any) -> Any:
    """Arguments by what they say: APIs that hold them as objects give them back as such."""
    if not isinstance(arguments, str):
        return arguments or {}
    try:
        return json.loads(arguments or "{}") or {}
    except ValueError:
        return arguments


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """A template with values in the places of its `{names}`."""
    if value == "{null}":
        return None
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(each, values) for key, each in value.items()}
    return [_filled(each, values) for each in value] if isinstance(value, list) else value
