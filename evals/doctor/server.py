"""A local server that speaks the APIs of models, well or, where it is told to, badly.

    with ChatServer(lambda request: {"content": "hello"}) as server:
        evaluate(["browse"], [f"openai/any?base_url={server.url}"])

With a dialect it is as strict as that provider: it refuses what the provider refuses, in its words.
The API is the dialect's, or else the path of a request says which. A model sees a conversation in
the form of Chat Completions either way, without what only the provider sends.

The server writes its own HTTP, since no well-behaved library would drop a connection within a
reply.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from .chat import Chat
from .checks import objection_of
from .converse import Converse
from .dialects import Defect, Dialect, dress, undress
from .faults import Fault
from .gemini import Gemini
from .messages import Messages
from .responses import Responses
from .wire import Wire

WIRES: dict[str, type[Chat]] = {
    "chat": Chat, "responses": Responses, "messages": Messages, "gemini": Gemini,
    "converse": Converse,
}  # fmt: skip
Answer = Mapping[str, Any]
"""`content` and `tool_calls` of a message; under `fault`, how the reply goes wrong."""


class ChatServer:
    """A server in a thread of its own, from `with` to its end.

    Args:
        answer: the model: given a request's body, with `messages` in any case, what it answers.
        host, port: where; port 0 is any that is free.
        keep: whether to keep the requests in `requests`.
        dialect: the provider whose form it has; may be set at any time.

    Attributes:
        url: the base URL for clients.
        requests: the bodies, in the order they came.
        served: how many requests came.
        refused: why requests were refused as the dialect's provider would, in the order they came.
        defects: what was wrong with turns that came back, also where the provider is silent.
    """

    def __init__(
        self,
        answer: Callable[[dict[str, Any]], Answer],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        keep: bool = True,
        dialect: Dialect | None = None,
    ) -> None:
        self.answer, self.host, self.port = answer, host, port
        self.dialect = dialect
        self.refused: list[str] = []
        self.defects: list[Defect] = []
        self.requests: list[dict[str, Any]] = []
        self.served = 0
        self._keep = keep
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._up = threading.Event()
        self._problem: BaseException | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        path = "/v1" if self.dialect is None else self.dialect.path
        return f"http://{self.host}:{self.port}{path}"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        self._up.wait()
        if self._problem is not None:
            raise self._problem
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        busy: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            busy.add(task)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
            busy.discard(task)
            writer.close()

        try:
            server = await asyncio.start_server(
                accept, self.host, self.port, backlog=1024, limit=2**24
            )
        except BaseException as error:
            self._problem = error
            self._up.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stop.wait()
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; False when the connection is done with."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (h.partition(":") for h in head[1:])
        }
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        path = head[0].split(" ")[1]
        wire = Wire(writer, self._api(path), headers)
        if head[0].startswith("GET"):
            if headers.get("authorization") == "Bearer wrong":
                return await wire.send(401, b'{"error": {"message": "bad key"}}')
            return await wire.send(200, b'{"object": "list", "data": []}')
        request = json.loads(body)
        self.served += 1
        if self._keep:
            self.requests.append(request)
        seen = wire.api.seen(request)
        wire.stream = bool(request.get("stream"))
        turns = sum(message["role"] == "assistant" for message in seen.get("messages", ()))
        if self.dialect is not None:
            objection, defects = objection_of(wire.api, request, seen["messages"])
            self.defects += defects
            if objection is not None:
                self.refused.append(objection.why)
                refusal = objection.refusal
                return await wire.send(refusal.status, objection.body, headers=refusal.headers)
            seen = {**seen, "messages": [undress(message) for message in seen["messages"]]}
        answer = self.answer(seen)
        if (dialect := self.dialect) is not None and wire.api.thinks(request):
            wire.dress = lambda message: dress(dialect, message, turns)
        fault: Fault | None = answer.get("fault")
        if fault is None:
            return await wire.reply(message_of(answer))
        return await fault.send(wire, message_of(answer))

    def _api(self, path: str) -> Chat:
        """The API of a request: the dialect's, or the one that the path belongs to."""
        if self.dialect is not None:
            return WIRES[self.dialect.wire](self.dialect)
        return Responses() if path.endswith("/responses") else Chat()


def message_of(answer: Answer) -> dict[str, Any]:
    """The message of an answer as the API gives it."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.get("content")}
    if "tool_calls" in answer:
        message["tool_calls"] = answer["tool_calls"]
    return message


def tool_call(name: str, arguments: str, id: str = "call_a") -> dict[str, Any]:
    """A tool call as the API gives it: arguments are text."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
