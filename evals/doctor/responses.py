"""OpenAI's Responses as a server writes them, around the same messages as Chat Completions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .chat import Chat, Message, pieces, step

REASONED = {"type": "reasoning", "id": "rs_x", "summary": [], "encrypted_content": "gAAAA-x"}
"""What stands before every reply, for clients to send back."""


class Responses(Chat):
    """The other API; see `Chat` for what each part is."""

    answers = "output"
    end = ""
    usage = {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 25,
    }

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        return {**request, "messages": _messages(request["input"])}

    def whole(self, message: Message) -> dict[str, Any]:
        before = message.get("before") or ([] if self.dialect else [REASONED])
        output = [*before, *_items(message)]
        return _response("completed", output) | {"usage": self.used()}

    def events(
        self, message: Message, changes: Mapping[str, Any], torn: bool
    ) -> Iterator[dict[str, Any]]:
        response = {**self.whole(message), **changes}
        yield {"type": "response.created", "response": _response("in_progress", [])}
        for index, item in enumerate(response["output"] or ()):
            at = {"output_index": index, "item_id": item.get("id")}
            bare = {**item, "status": "in_progress"}
            yield {"type": "response.output_item.added", "item": bare, **at}
            for kind, text in _texts(item):
                for piece in pieces(text, step(text)):
                    yield {"type": f"response.{kind}.delta", "delta": piece, **at}
            yield {"type": "response.output_item.done", "item": item, **at}
        if not torn:
            yield {"type": "response.completed", "response": response}

    def error(self, stream: bool) -> dict[str, Any]:
        why = {"error": {"code": "server_error", "message": "overloaded"}}
        response = _response("failed", []) | why
        return {"type": "response.failed", "response": response} if stream else response


_MESSAGE = frozenset({"type", "id", "role", "status", "content"})
_CALL = frozenset({"type", "id", "call_id", "name", "arguments", "status"})
"""Fields that every item has; others are this provider's own."""


def _messages(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    own = False
    for item in items:
        kind, before = item.get("type", "message"), own
        own = kind in ("reasoning", "function_call") or item.get("role") == "assistant"
        if own and not before:
            found.append({"role": "assistant", "content": None})
        if kind == "reasoning":
            found[-1].setdefault("before", []).append(dict(item))
        elif kind == "message":
            if own:
                others = {k: v for k, v in item.items() if k not in _MESSAGE}
                found[-1] |= {"content": _text(item["content"]), **others}
            else:
                found.append({"role": item["role"], "content": _parts(item["content"])})
        elif kind == "function_call":
            about = {"name": item["name"], "arguments": item["arguments"]}
            others = {k: v for k, v in item.items() if k not in _CALL}
            call = {"id": item["call_id"], "type": "function", "function": about, **others}
            found[-1].setdefault("tool_calls", []).append(call)
        elif kind == "function_call_output":
            about = {"role": "tool", "tool_call_id": item["call_id"]}
            found.append({**about, "content": _parts(item["output"])})
    return found


def _response(status: str, output: list[Any]) -> dict[str, Any]:
    body = {"id": "resp_x", "object": "response", "created_at": 0, "model": "m", "error": None}
    return {**body, "status": status, "output": output}


def _items(message: Message) -> Iterator[dict[str, Any]]:
    if message.get("content") is not None:
        part = {"type": "output_text", "text": _text(message["content"]), "annotations": []}
        others = {k: v for k, v in message.items() if k not in _OURS}
        about = {"role": "assistant", "status": "completed", "content": [part]}
        yield {"type": "message", "id": "msg_x", **about, **others}
    for call in message.get("tool_calls") or ():
        others = {k: v for k, v in call.items() if k not in ("id", "type", "function")}
        about = {"call_id": call["id"], "status": "completed", **call["function"], **others}
        yield {"type": "function_call", "id": "fc_x", **about}


_OURS = frozenset({"role", "content", "tool_calls", "before"})


def _texts(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if item["type"] == "message":
        yield from (("output_text", part["text"]) for part in item["content"])
    elif item["type"] == "function_call":
        yield "function_call_arguments", item["arguments"]


def _parts(content: Any) -> Any:
    """A content with images in the form of Chat Completions; one without as a text."""
    if isinstance(content, str) or all(part["type"] != "input_image" for part in content):
        return _text(content)
    return [
        {"type": "image_url", "image_url": {"url": part["image_url"]}}
        if part["type"] == "input_image"
        else {"type": "text", "text": part["text"]}
        for part in content
    ]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
