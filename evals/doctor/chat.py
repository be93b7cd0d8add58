"""Chat Completions as a server writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .dialects import Dialect

Message = Mapping[str, Any]


class Chat:
    """The API that decides what a body looks like.

    Args:
        dialect: the provider whose form of the API it is; None for the plain form.

    Attributes:
        answers: the key in a body under which the reply is.
        end: what a stream ends with.
        one_index: whether streamed tool calls all come under index 0, each of them whole.
    """

    answers = "choices"
    end = "data: [DONE]\n\n"
    usage: Mapping[str, Any] = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}

    def __init__(self, dialect: Dialect | None = None) -> None:
        self.dialect = dialect
        self.one_index = dialect is not None and dialect.one_index

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request with its conversation as messages of Chat Completions.

        What a provider adds to a turn stands in fields of its message and of its calls; items of
        the turn before its text stand in `before`.
        """
        return request

    def thinks(self, request: Mapping[str, Any]) -> bool:
        """Whether the request asks for a reply with thoughts, where that must be asked for."""
        return True

    def seed(self, request: Mapping[str, Any]) -> Any:
        """The seed in a request; None where there is none."""
        return request.get("seed")

    def objection(self, request: Mapping[str, Any]) -> str:
        """What this API does not take in a request, in its own words; empty if it takes it all."""
        return ""

    def used(self) -> Mapping[str, Any]:
        """What a reply says about tokens."""
        return self.dialect.usage if self.dialect and self.dialect.usage else self.usage

    def whole(self, message: Message) -> dict[str, Any]:
        """The body around a message."""
        message = self._written(message)
        choices = [{"index": 0, "message": message, "finish_reason": _finish(message)}]
        others = self.dialect.body if self.dialect else {}
        return _body("chat.completion", choices) | {"usage": self.used()} | others

    def events(
        self, message: Message, changes: Mapping[str, Any], torn: bool
    ) -> Iterator[dict[str, Any]]:
        """The same in pieces; a torn stream lacks its last ones."""
        message = self._written(message)
        for delta in _deltas(message, self.one_index):
            yield {**_chunk(delta), **changes}
        if not torn:
            yield {**_chunk({}, _finish(message)), **changes}
            yield {**_body("chat.completion.chunk", []), "usage": self.used(), **changes}

    def error(self, stream: bool) -> dict[str, Any]:
        """An error in place of a body, or of a stream's event."""
        return {"error": {"message": "overloaded", "type": "server_error"}}

    def _written(self, message: Message) -> Message:
        """A message as this provider writes it: arguments as objects, where it has them so."""
        if self.dialect is None or not self.dialect.objects or not message.get("tool_calls"):
            return message
        calls = [
            {**c, "function": {**c["function"], "arguments": _as_object(c["function"])}}
            for c in message["tool_calls"]
        ]
        return {**message, "tool_calls": calls}


def as_object(function: Mapping[str, Any]) -> Any:
    """The arguments of a call as an object, for APIs that have no text there; empty if broken."""
    try:
        return json.loads(function["arguments"] or "{}")
    except ValueError:
        return {}


def pieces(text: Any, size: int) -> list[Any]:
    """Text cut small; whatever is no text stays whole."""
    if not isinstance(text, str):
        return [text]
    return [text[i : i + size] for i in range(0, len(text), size)]


def step(text: Any) -> int:
    """How many letters are sent at a time: a few, and more of a text without end."""
    return max(1, len(text) // 200) if isinstance(text, str) else 1


def _as_object(function: Mapping[str, Any]) -> Any:
    try:
        value = json.loads(function["arguments"] or "{}")
    except (ValueError, TypeError):
        return function["arguments"]
    return value or None if isinstance(value, dict) else function["arguments"]


def _finish(message: Message) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _body(kind: str, choices: list[Any]) -> dict[str, Any]:
    return {"id": "x", "object": kind, "created": 0, "model": "m", "choices": choices}


def _chunk(delta: Message, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _body("chat.completion.chunk", [choice])


def _deltas(message: Message, one_index: bool) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for name, value in message.items():
        if name not in ("role", "content", "tool_calls"):
            yield from ({name: piece} for piece in _cut(value))
    content = message.get("content")
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        yield from _of_parts(content)
    elif content is not None:
        yield from ({"content": piece} for piece in pieces(content, step(content)))
    for index, call in enumerate(message.get("tool_calls") or ()):
        function, at = call["function"], 0 if one_index else index
        if one_index:  # such servers send each call whole
            yield {"tool_calls": [{**call, "index": at}]}
            continue
        head = {"name": function["name"], "arguments": ""}
        yield {"tool_calls": [{**call, "index": at, "function": head}]}
        for piece in pieces(function["arguments"], 4):
            yield {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}


def _cut(value: Any) -> Iterator[Any]:
    """A field in pieces: text a few letters at a time, an item's text before its signature."""
    if isinstance(value, str):
        yield from pieces(value, 7)
    elif isinstance(value, list):
        for item in value:
            same = {k: v for k, v in item.items() if k not in ("text", "signature")}
            yield from ([{**same, "text": piece}] for piece in pieces(item.get("text") or "", 7))
            if "signature" in item or "text" not in item:
                yield [same | {k: v for k, v in item.items() if k == "signature"}]
    else:
        yield value


def _of_parts(content: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A content of several parts: thoughts come as parts, what is said comes as plain text."""
    for part in content:
        if part.get("type") == "text":
            yield from ({"content": piece} for piece in pieces(part["text"], step(part["text"])))
            continue
        for thought in part.get("thinking") or ():
            for piece in pieces(thought["text"], 7):
                yield {"content": [{**part, "thinking": [{**thought, "text": piece}]}]}
