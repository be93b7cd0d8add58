"""Replies as bytes on a connection: whole, in pieces, or broken off."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests"}


class Wire:
    """One reply on its way out.

    Attributes:
        stream: whether the client asked for the reply in pieces.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.stream = False

    async def reply(self, message: Mapping[str, Any], **changes: Any) -> bool:
        """A good reply around a message; `changes` replace parts of the body."""
        return await self.send(200, self.body(message, **changes), kind=self.kind)

    @property
    def kind(self) -> str:
        """The content type of a good reply."""
        return "text/event-stream" if self.stream else "application/json"

    def body(self, message: Mapping[str, Any], *, torn: bool = False, **changes: Any) -> bytes:
        """The body of a reply; `torn` leaves out how a stream ends."""
        finish = "tool_calls" if message.get("tool_calls") else "stop"
        if not self.stream:
            choices = [{"index": 0, "message": message, "finish_reason": finish}]
            return json.dumps(completion("chat.completion", choices, usage=True) | changes).encode()
        chunks = [_chunk(delta) for delta in deltas_of(message)]
        if not torn:
            chunks.append(_chunk({}, finish))
            chunks.append(completion("chat.completion.chunk", [], usage=True))
        lines = [f"data: {json.dumps(chunk | changes)}\n\n" for chunk in chunks]
        return "".join(lines if torn else [*lines, "data: [DONE]\n\n"]).encode()

    async def send(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> bool:
        """Head and body; `length` is what the head says, if that is to be a lie.

        Returns:
            whether the connection can be used again.
        """
        said = len(body) if length is None else length
        head = [f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}", f"Content-Type: {kind}"]
        head += [f"Content-Length: {said}", *(f"{k}: {v}" for k, v in (headers or {}).items())]
        self._writer.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)
        await self._writer.drain()
        return said == len(body)

    async def trickle(self, byte: bytes, seconds: float, pause: float) -> bool:
        """A reply that never gets far, though no single read takes long."""
        await self.send(200, b"", kind=self.kind, length=1_000_000)
        for _ in range(int(seconds / pause)):
            self._writer.write(byte)
            await self._writer.drain()
            await asyncio.sleep(pause)
        return False

    def reset(self) -> bool:
        """Cut the connection without a goodbye."""
        connection = self._writer.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()
        return False


def completion(kind: str, choices: list[Any], *, usage: bool = False) -> dict[str, Any]:
    """A body of the API around choices."""
    body: dict[str, Any] = {
        "id": "x", "object": kind, "created": 0, "model": "m", "choices": choices,
    }  # fmt: skip
    if usage:
        body["usage"] = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    return body


def deltas_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A message cut small: a few letters at a time, as servers stream it."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    content = message.get("content")
    if isinstance(content, str):
        step = max(1, len(content) // 200)
        deltas += [{"content": content[i : i + step]} for i in range(0, len(content), step)]
    elif content is not None:
        deltas.append({"content": content})
    for index, call in enumerate(message.get("tool_calls") or ()):
        function = call["function"]
        text = function["arguments"]
        pieces = [text[i : i + 4] for i in range(0, len(text), 4)] if _is_text(text) else [text]
        head = {"name": function["name"], "arguments": ""}
        deltas.append({"tool_calls": [{**call, "index": index, "function": head}]})
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces
        ]
    return deltas


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return completion("chat.completion.chunk", [choice])
