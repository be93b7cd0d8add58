"""A small real HTTP server that speaks Chat Completions, with faults on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Server(ThreadingHTTPServer):
    """Answers with what `answer(request)` returns: `content` and `tool_calls`, or a fault."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server  # type: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return None

    def do_GET(self) -> None:
        if self.headers.get("Authorization") == "Bearer wrong":
            return self._send(401, {"error": {"message": "bad key"}})
        return self._send(200, {"object": "list", "data": []})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        answer = self.server.answer(request)
        if "status" in answer:
            return self._send(answer["status"], {"error": {"message": "no"}}, answer.get("after"))
        if "trickle" in answer:
            return self._trickle(answer["trickle"])
        if "raw" in answer:
            return self._write(200, answer["raw"], "application/json")
        if request.get("stream"):
            return self._stream(answer)
        message = {"role": "assistant", "content": answer.get("content")}
        if "tool_calls" in answer:
            message["tool_calls"] = answer["tool_calls"]
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return self._send(200, _completion("chat.completion", [choice], usage=True))

    def _stream(self, answer: dict[str, Any]) -> None:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in answer.get("content") or ""]
        for index, call in enumerate(answer.get("tool_calls", ())):
            function = call["function"]
            head = {"name": function["name"], "arguments": ""}
            deltas.append({"tool_calls": [{**call, "index": index, "function": head}]})
            for letter in function["arguments"]:
                piece = {"index": index, "function": {"arguments": letter}}
                deltas.append({"tool_calls": [piece]})
        chunks = [
            _completion("chat.completion.chunk", [{"index": 0, "delta": d, "finish_reason": None}])
            for d in deltas
        ]
        if not answer.get("torn"):
            last = {"index": 0, "delta": {}, "finish_reason": "stop"}
            chunks.append(_completion("chat.completion.chunk", [last]))
            chunks.append(_completion("chat.completion.chunk", [], usage=True))
        body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
        if not answer.get("torn"):
            body += "data: [DONE]\n\n"
        self._write(200, body, "text/event-stream")

    def _trickle(self, seconds: float) -> None:
        """A byte every tenth of a second, so that no single read takes long."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with suppress(OSError):  # the client has had enough
            for _ in range(int(10 * seconds)):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)

    def _send(self, status: int, body: dict[str, Any], after: str | None = None) -> None:
        self._write(status, json.dumps(body), "application/json", after)

    def _write(self, status: int, body: str, kind: str, after: str | None = None) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if after is not None:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(data)


def _completion(kind: str, choices: list[Any], usage: bool = False) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": "x",
        "object": kind,
        "created": 0,
        "model": "m",
        "choices": choices,
    }
    if usage:
        body["usage"] = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    return body


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """A running server."""
    server = Server(answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def tool_call(name: str, arguments: str, id: str = "call_a") -> dict[str, Any]:
    """A tool call as the API gives it: arguments are text."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
