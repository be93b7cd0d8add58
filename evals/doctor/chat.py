"""Chat Completions as a server writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Message = Mapping[str, Any]


class Chat:
    """The API that decides what a body looks like.

    Attributes:
        answers: the key in a body under which the reply is.
        end: what a stream ends with.
    """

    answers = "choices"
    end = "data: [DONE]\n\n"

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        """A request as a model sees it: the conversation in the form of Chat Completions."""
        return request

    def whole(self, message: Message) -> dict[str, Any]:
        """The body around a message."""
        choices = [{"index": 0, "message": message, "finish_reason": _finish(message)}]
        return _body("chat.completion", choices) | _USAGE

    def events(
        self, message: Message, changes: Mapping[str, Any], torn: bool
    ) -> Iterator[dict[str, Any]]:
        """The same in pieces; a torn stream lacks its last ones."""
        for delta in _deltas(message):
            yield {**_chunk(delta), **changes}
        if not torn:
            yield {**_chunk({}, _finish(message)), **changes}
            yield {**_body("chat.completion.chunk", []), **_USAGE, **changes}

    def error(self, stream: bool) -> dict[str, Any]:
        """An error in place of a body, or of a stream's event."""
        return {"error": {"message": "overloaded", "type": "server_error"}}


_USAGE = {"usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}}


def pieces(text: Any, size: int) -> list[Any]:
    """Text cut small; whatever is no text stays whole."""
    if not isinstance(text, str):
        return [text]
    return [text[i : i + size] for i in range(0, len(text), size)]


def step(text: Any) -> int:
    """How many letters are sent at a time: a few, and more of a text without end."""
    return max(1, len(text) // 200) if isinstance(text, str) else 1


def _finish(message: Message) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _body(kind: str, choices: list[Any]) -> dict[str, Any]:
    return {"id": "x", "object": kind, "created": 0, "model": "m", "choices": choices}


def _chunk(delta: Message, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _body("chat.completion.chunk", [choice])


def _deltas(message: Message) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    content = message.get("content")
    if content is not None:
        yield from ({"content": piece} for piece in pieces(content, step(content)))
    for index, call in enumerate(message.get("tool_calls") or ()):
        function = call["function"]
        head = {"name": function["name"], "arguments": ""}
        yield {"tool_calls": [{**call, "index": index, "function": head}]}
        for piece in pieces(function["arguments"], 4):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
