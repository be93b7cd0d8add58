"""A local server with OpenAI's and Anthropic's batch APIs, which enforces their forms."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ENDPOINTS = ("/v1/chat/completions", "/v1/responses")
Answer = Callable[[dict[str, Any]], dict[str, Any]]


def chat(body: dict[str, Any]) -> dict[str, Any]:
    """A reply of Chat Completions."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "model": body["model"], "created": 1,
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "1"}}
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


def response(body: dict[str, Any]) -> dict[str, Any]:
    """A reply of the Responses API."""
    text = {"type": "output_text", "text": "1", "annotations": []}
    said = {"type": "message", "id": "msg_1", "role": "assistant", "content": [text]}
    return {
        "id": "resp_1", "object": "response", "status": "completed", "model": body["model"],
        "output": [{**said, "status": "completed"}],
        "usage": {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


def message(params: dict[str, Any]) -> dict[str, Any]:
    """A reply of Anthropic's Messages."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": params["model"],
        "content": [{"type": "text", "text": "1"}],
        "stop_reason": "end_turn", "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 10},
    }  # fmt: skip


class BatchServer:
    """The server; a context manager.

    Args:
        seconds: how long a batch takes.

    Attributes:
        batches: those submitted, by id; each with its `lines`, by custom id.
        live: the bodies of requests that were posted one by one.
        spoil: may turn a line's reply into a failure: given the custom id and the body, what to
            write in its place, or None.
        fail: an error that the next batches fail with as a whole.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.live: list[dict[str, Any]] = []
        self.spoil: Callable[[str, dict[str, Any]], dict[str, Any] | None] = lambda key, body: None
        self.fail: dict[str, Any] | None = None
        self.status = "completed"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                return

            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers.get("content-length") or 0)))

            def _answer(self, body: bytes) -> None:
                try:
                    status, sent = outer._serve(self.command, self.path, self.headers, body)
                except AssertionError as wrong:
                    status, sent = 400, {"error": {"message": str(wrong) or "wrong form"}}
                data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
                self.send_response(status)
                kind = "application/octet-stream" if isinstance(sent, bytes) else "application/json"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.root}/v1"

    def __enter__(self) -> BatchServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        path = path.partition("?")[0]
        if path.startswith("/v1/messages"):
            return self._anthropic(method, path, headers, body)
        if path == "/v1/models":
            return 200, {"object": "list", "data": []}
        if (method, path) == ("POST", "/v1/files"):
            return self._upload(headers, body)
        if (method, path) == ("POST", "/v1/batches"):
            return self._create(json.loads(body))
        if (method, path) == ("GET", "/v1/batches"):
            listed = [self._openai(id) for id in reversed(self.batches)]
            return 200, {"object": "list", "data": listed, "has_more": False}
        if found := re.fullmatch(r"/v1/batches/([\w-]+)", path):
            if found[1] not in self.batches:
                return 404, {"error": {"message": "no such batch"}}
            return 200, self._openai(found[1])
        if found := re.fullmatch(r"/v1/files/([\w-]+)/content", path):
            return 200, self.files[found[1]]
        if path in ENDPOINTS:
            self.live.append(json.loads(body))
            made = chat if path == ENDPOINTS[0] else response
            return 200, made(self.live[-1])
        return 404, {"error": {"message": f"no {path}"}}

    def _upload(self, headers: Any, body: bytes) -> tuple[int, Any]:
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in form.iter_parts()  # type: ignore[attr-defined]
        }
        assert parts["purpose"] == b"batch"
        id = f"file-{uuid.uuid4().hex}"
        self.files[id] = parts["file"]  # type: ignore[assignment]
        file = {"id": id, "object": "file", "bytes": len(parts["file"]), "created_at": 1}  # type: ignore[arg-type]
        return 200, {**file, "filename": "batch.jsonl", "purpose": "batch", "status": "processed"}

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        assert asked["completion_window"] == "24h"
        assert asked["endpoint"] in ENDPOINTS
        lines: dict[str, dict[str, Any]] = {}
        for text in self.files[asked["input_file_id"]].splitlines():
            line = json.loads(text)
            assert line.keys() == {"custom_id", "method", "url", "body"}
            assert line["method"] == "POST"
            assert line["url"] == asked["endpoint"]
            assert line["custom_id"] not in lines, "custom ids are unique"
            assert not line["body"].get("stream")
            lines[line["custom_id"]] = line["body"]
        assert 0 < len(lines) <= 50_000
        id = f"batch_{uuid.uuid4().hex}"
        self.batches[id] = {**asked, "lines": lines, "at": time.time(), "error": self.fail}
        return 200, self._openai(id)

    def _openai(self, id: str) -> dict[str, Any]:
        batch = self.batches[id]
        ended = time.time() >= batch["at"] + self.seconds
        shown = {
            "id": id, "object": "batch", "endpoint": batch["endpoint"], "created_at": batch["at"],
            "input_file_id": batch["input_file_id"], "completion_window": "24h",
            "status": "in_progress", "metadata": batch.get("metadata"),
            "request_counts": {"total": len(batch["lines"]), "completed": 0, "failed": 0},
        }  # fmt: skip
        if not ended:
            return shown
        if batch["error"] is not None:
            return {**shown, "status": "failed", "errors": {"data": [batch["error"]]}}
        good, bad = [], []
        made = chat if batch["endpoint"] == ENDPOINTS[0] else response
        for key, body in batch["lines"].items():
            reply = {"status_code": 200, "request_id": "r", "body": made(body)}
            spoilt = self.spoil(key, body)
            line = {"id": "x", "custom_id": key, "response": reply, "error": None}
            (good if spoilt is None else bad).append(json.dumps({**line, **(spoilt or {})}))
        for name, found in (("output", good), ("error", bad)):
            if found:
                self.files[f"{name}-{id}"] = "\n".join(reversed(found)).encode()
                shown[f"{name}_file_id"] = f"{name}-{id}"
        counts = {"total": len(batch["lines"]), "completed": len(good), "failed": len(bad)}
        return {**shown, "status": self.status, "request_counts": counts}

    def _anthropic(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        assert headers["x-api-key"]
        assert headers["anthropic-version"]
        if (method, path) == ("POST", "/v1/messages"):
            self.live.append(json.loads(body))
            return 200, message(self.live[-1])
        if (method, path) == ("POST", "/v1/messages/batches"):
            lines = {}
            for request in json.loads(body)["requests"]:
                assert request.keys() == {"custom_id", "params"}
                assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", request["custom_id"])
                assert "max_tokens" in request["params"]
                assert "stream" not in request["params"]
                assert request["custom_id"] not in lines, "custom ids are unique"
                lines[request["custom_id"]] = request["params"]
            id = f"msgbatch_{uuid.uuid4().hex}"
            self.batches[id] = {"lines": lines, "at": time.time()}
            return 200, self._shown(id)
        if path == "/v1/messages/batches":
            return 200, {"data": [self._shown(id) for id in reversed(self.batches)]}
        id = path.split("/")[4]
        if path.endswith("/results"):
            found = []
            for key, params in self.batches[id]["lines"].items():
                result = self.spoil(key, params) or {
                    "type": "succeeded",
                    "message": message(params),
                }
                found.append(json.dumps({"custom_id": key, "result": result}))
            return 200, "\n".join(reversed(found)).encode()
        return 200, self._shown(id)

    def _shown(self, id: str) -> dict[str, Any]:
        batch = self.batches[id]
        ended = time.time() >= batch["at"] + self.seconds
        size = len(batch["lines"])
        counts = {name: 0 for name in ("processing", "succeeded", "errored", "canceled", "expired")}
        counts["succeeded" if ended else "processing"] = size
        made = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(batch["at"])) + "+00:00"
        return {
            "id": id, "type": "message_batch", "request_counts": counts, "created_at": made,
            "processing_status": "ended" if ended else "in_progress",
            "results_url": f"{self.url}/messages/batches/{id}/results" if ended else None,
        }  # fmt: skip
