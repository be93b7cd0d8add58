"""A reply that comes in pieces, put together again as the turn that it would have been whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Collection, Mapping
from typing import Any

from ..base import InfrastructureError
from .finishes import check_finish
from .values import MOST_CHARACTERS

_NAMES = frozenset({"type", "id", "index", "format", "role", "object", "name", "model"})
"""Fields that a later piece says again, where others go on."""


async def read_stream(
    chunks: AsyncIterable[Any], tools: Collection[str] = ()
) -> tuple[dict[str, Any], str, Any]:
    """Put a reply together.

    Args:
        chunks: as the API sends them.
        tools: the names of tools that may be called.

    Returns:
        The turn, the finish reason and the API's `usage`.

    Raises:
        InfrastructureError: the stream ended too soon, or its tool calls cannot be told apart.
    """
    turn, finish, usage = _Turn(tools), "", None
    async for chunk in chunks:
        if not isinstance(chunk, Mapping):
            raise InfrastructureError(f"the stream holds {chunk!r:.100}")
        within = chunk.get("x_groq")
        usage = chunk.get("usage") or (within or {}).get("usage") or usage
        for choice in chunk.get("choices") or ():
            if choice.get("index"):  # another choice than the first
                continue
            usage = choice.get("usage") or usage
            finish = choice.get("finish_reason") or finish
            check_finish(choice)
            turn.add(choice.get("delta") or choice.get("message") or {})
            if "text" in choice and "delta" not in choice:
                turn.add({"content": choice["text"]})
    whole = turn.whole()
    ended = usage and any(whole.get(name) for name in ("content", "tool_calls", "function_call"))
    if not finish and not ended:  # some servers say what was used, and not why they stopped
        raise InfrastructureError("the stream ended before the reply did")
    return whole, finish, usage


class _Turn:
    """A turn as it grows."""

    def __init__(self, tools: Collection[str]) -> None:
        self._tools = tools
        self._fields: dict[str, Any] = {}
        self._calls: list[dict[str, Any]] = []
        self._at: dict[int | None, int] = {}  # where the call is that pieces of an index go on with
        self._size = 0

    def add(self, delta: Mapping[str, Any]) -> None:
        for name, value in delta.items():
            if name == "tool_calls":
                for piece in value or ():
                    self._add_call(piece)
            elif value is not None:
                self._size += len(value) if isinstance(value, str) else 8
                self._fields[name] = _grown(self._fields.get(name), value, name)
        if self._size > MOST_CHARACTERS:
            raise InfrastructureError(f"the reply has over {MOST_CHARACTERS:,} characters")

    def whole(self) -> dict[str, Any]:
        turn = {"role": "assistant", "content": None, **self._fields}
        if self._calls:
            calls = sorted(self._calls, key=lambda call: call["index"] or 0)
            for call in calls:
                del call["index"]
                if _holds_several(call["function"]["arguments"]):
                    raise _confused(call["function"]["name"])
            turn["tool_calls"] = calls
        return turn

    def _add_call(self, piece: Mapping[str, Any]) -> None:
        index, function = piece.get("index"), piece.get("function") or {}
        at = self._at.get(index)
        if index is None and self._calls:
            at = len(self._calls) - 1
        call = None if at is None else self._calls[at]
        if call is None or self._begins_another(call, piece, function):
            call = {"index": index, "id": None, "type": "function"}
            call["function"] = {"name": None, "arguments": ""}
            self._at[index] = len(self._calls)
            self._calls.append(call)
        for name, value in piece.items():
            if name == "id" and call["id"]:
                continue
            if name not in ("index", "function") and value not in (None, ""):
                call[name] = _grown(call.get(name), value, name)
        self._add_function(call["function"], function)

    def _begins_another(
        self, call: Mapping[str, Any], piece: Mapping[str, Any], function: Mapping[str, Any]
    ) -> bool:
        """Whether a piece that comes under a call's index begins another call.

        Raises:
            InfrastructureError: that cannot be told.
        """
        id, name = piece.get("id"), function.get("name")
        if id and call["id"] and id != call["id"]:
            return bool(name)  # some servers draw an id anew for each piece
        if id and call["id"]:
            return False
        known = call["function"]["name"]
        if not name or not known:
            return False
        if piece.get("index") is None:  # no index and no id: each name is a call
            return True
        if call["function"]["arguments"] or name in self._tools or known in self._tools:
            raise _confused(known)
        return False

    def _add_function(self, function: dict[str, Any], piece: Mapping[str, Any]) -> None:
        for key, value in piece.items():
            if key == "name":
                if value is not None and value != function["name"]:
                    function["name"] = (function["name"] or "") + value
            elif key == "arguments":
                if isinstance(value, Mapping):  # all of them at once
                    value = json.dumps(value, ensure_ascii=False)
                self._size += len(value or "")
                function["arguments"] += value or ""
            elif value is not None:
                function[key] = _grown(function.get(key), value, key)


def _grown(old: Any, new: Any, name: str) -> Any:
    """A field with a piece more: texts and lists go on, names are said again."""
    if old is None or name in _NAMES:
        return new
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _grown(old.get(key), value, key) for key, value in new.items()}
    if isinstance(old, list) or isinstance(new, list):
        return _joined(_parts(old), _parts(new))
    return new


def _parts(content: Any) -> list[Any]:
    """A content as a list of parts; some models think in parts and speak in plain text."""
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def _joined(old: list[Any], new: list[Any]) -> list[Any]:
    """A list with a piece more; what goes on with one of its items joins it."""
    joined = list(old)
    for item in new:
        at = next((n for n in reversed(range(len(joined))) if _goes_on(joined, n, item)), None)
        if at is None:
            joined.append(item)
        else:
            joined[at] = _grown(joined[at], item, "")
    return joined


def _goes_on(joined: list[Any], at: int, item: Any) -> bool:
    """Whether an item is a piece of the one at a place: of its index, or the last of its type."""
    before = joined[at]
    if not isinstance(before, dict) or not isinstance(item, dict):
        return False
    both = "type" in item and "type" in before
    if both and item["type"] != before["type"]:
        return False
    if "index" in item or "index" in before:
        return item.get("index") == before.get("index")
    alike = item.get("type") == before.get("type") and item.get("type") is not None
    return at == len(joined) - 1 and alike and item.get("id") == before.get("id")


def _holds_several(arguments: str) -> bool:
    """Whether these are the arguments of two calls in a row."""
    text = arguments.strip()
    if not text.startswith("{"):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return text[end:].lstrip().startswith("{")


def _confused(name: Any) -> InfrastructureError:
    return InfrastructureError(
        f"the stream's tool calls cannot be told apart: two of them come under one index, without "
        f"ids of their own ({name!r:.80})"
    )
