"""Anthropic's batch API: requests go up in one body, results come down line by line.

The forms are those of https://docs.claude.com/en/api/creating-message-batches.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ...envs.core import UsageError
from ..base import InfrastructureError
from .api import BatchApi, Outcome, Status

_STATUS = {
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402,
    "permission_error": 403, "not_found_error": 404, "request_too_large": 413,
    "rate_limit_error": 429, "api_error": 500, "timeout_error": 504, "overloaded_error": 529,
}  # fmt: skip


class AnthropicBatches(BatchApi):
    """Batches at Anthropic, or a server that speaks its API.

    Args:
        client: an HTTP client such as httpx's.
        url: where messages are posted.
        headers: those of a live request: the key, the version.
        name: the provider's.
    """

    most_requests, most_bytes = 100_000, 256_000_000

    def __init__(self, client: Any, url: str, headers: Mapping[str, str], name: str) -> None:
        self._client, self._url = client, f"{url.split('?')[0].rstrip('/')}/batches"
        self._headers = {
            key: value
            for key, value in headers.items()
            if key.lower() in ("x-api-key", "authorization", "anthropic-version", "anthropic-beta")
        }
        self.name, self.place = name, self._url

    def line(self, key: str, body: Any) -> bytes:
        params = {name: value for name, value in body.items() if name != "stream"}
        return msgspec.json.encode({"custom_id": key, "params": params})

    async def submit(self, lines: Sequence[bytes], mark: str) -> str:
        body = b'{"requests":[' + b",".join(lines) + b"]}"
        headers = {**self._headers, "content-type": "application/json"}
        answer = await self._client.post(self._url, content=body, headers=headers, timeout=600.0)
        if answer.status_code == 404:
            raise UsageError(f"{self.name} offers no batch API at {self._url}; leave out --batch")
        return _read(answer)["id"]

    async def look(self, id: str) -> Status:
        batch = await self._get(f"{self._url}/{id}")
        counts = batch.get("request_counts") or {}
        done = sum(counts.values()) - counts.get("processing", 0)
        return Status(done, batch.get("processing_status") == "ended")

    async def results(self, id: str) -> AsyncIterator[tuple[str, Outcome]]:
        url = (await self._get(f"{self._url}/{id}")).get("results_url")
        if not url:
            return
        async with self._client.stream("GET", url, headers=self._headers, timeout=600.0) as answer:
            if answer.status_code != 200:
                await answer.aread()
                _read(answer)
            async for text in answer.aiter_lines():
                if text.strip():
                    line = json.loads(text)
                    yield line["custom_id"], _outcome(line["result"])

    async def find(self, mark: str, since: float, size: int) -> str | None:
        # There is no name of our own to find a batch by: it is the only one of its size since.
        listed = await self._get(f"{self._url}?limit=100")
        found = [
            batch["id"]
            for batch in listed.get("data", ())
            if sum((batch.get("request_counts") or {}).values()) == size
            and datetime.fromisoformat(batch["created_at"]).timestamp() >= since - 5
        ]
        return found[0] if len(found) == 1 else None

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, url: str) -> Any:
        return _read(await self._client.get(url, headers=self._headers, timeout=60.0))


def _read(answer: Any) -> Any:
    """The body of an answer.

    Raises:
        InfrastructureError: it is no good one.
        UsageError: the key is not taken.
    """
    if answer.status_code in (401, 403):
        raise UsageError(f"the batch API refused the key (HTTP {answer.status_code})")
    if answer.status_code >= 400:
        status = answer.status_code
        retry = status in (408, 409, 429) or status >= 500
        raise InfrastructureError(f"HTTP {status}: {answer.text[:500]}", retry=retry)
    return answer.json()


def _outcome(result: dict[str, Any]) -> Outcome:
    kind = result.get("type")
    if kind == "succeeded":
        return Outcome(200, result.get("message"))
    if kind == "errored":
        body = result.get("error") or {}
        error = body.get("error") or body
        return Outcome(_STATUS.get(error.get("type", ""), 500), body)
    return Outcome(0, f"the request was not answered [{kind}]")
