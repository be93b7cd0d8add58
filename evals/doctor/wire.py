"""Replies as bytes on a connection: whole, in pieces, or broken off."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

from .chat import Chat

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 429: "Too Many Requests"}


class Wire:
    """One reply on its way out.

    Attributes:
        api: what the bodies of replies look like.
        stream: whether the client asked for the reply in pieces.
        headers: of the request.
        one_index: whether streamed tool calls all come under index 0.
    """

    def __init__(
        self, writer: asyncio.StreamWriter, api: Chat, headers: Mapping[str, str] | None = None
    ) -> None:
        self._writer, self.api, self.headers = writer, api, headers or {}
        self.stream = self.one_index = False

    async def reply(self, message: Mapping[str, Any], **changes: Any) -> bool:
        """A good reply around a message; `changes` replace parts of the body."""
        return await self.send(200, self.body(message, **changes), kind=self.kind)

    @property
    def kind(self) -> str:
        """The content type of a good reply."""
        return "text/event-stream" if self.stream else "application/json"

    def body(self, message: Mapping[str, Any], *, torn: bool = False, **changes: Any) -> bytes:
        """The body of a reply; `torn` leaves out how a stream ends."""
        if not self.stream:
            return json.dumps(self.api.whole(message) | changes).encode()
        self.api.one_index |= self.one_index
        lines = [_line(event) for event in self.api.events(message, changes, torn)]
        return "".join(lines if torn else [*lines, self.api.end]).encode()

    async def fail(self) -> bool:
        """An error with status 200."""
        error = self.api.error(self.stream)
        body = _line(error) if self.stream else json.dumps(error)
        return await self.send(200, body.encode(), kind=self.kind)

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


def _line(event: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(event)}\n\n"
