"""OpenAI's batch API: a file of requests goes up, a batch is made of it, files come down.

The forms are those of https://platform.openai.com/docs/guides/batch; other providers (Groq,
Mistral, Azure, vLLM's relatives) offer the same one.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from ...envs.core import UsageError
from .api import BatchApi, Outcome, Status

_ENDED = ("completed", "expired", "cancelled")
_MARK = "palestra"


class OpenAIBatches(BatchApi):
    """Batches at a server that speaks OpenAI's API.

    Args:
        openai: the `openai` package.
        client: its client.
        path: the endpoint's, such as `/chat/completions`.
        name: the provider's.
    """

    most_requests, most_bytes = 50_000, 200_000_000

    def __init__(self, openai: Any, client: Any, path: str, name: str) -> None:
        self._openai = openai
        self._client = client.with_options(timeout=600.0, max_retries=5)
        self._url = f"/v1{path}"
        self.name, self.place = name, f"{client.base_url} {path}"

    def line(self, key: str, body: Any) -> bytes:
        return msgspec.json.encode(
            {"custom_id": key, "method": "POST", "url": self._url, "body": body}
        )

    async def submit(self, lines: Sequence[bytes], mark: str) -> str:
        content = b"\n".join(lines) + b"\n"
        try:
            file = await self._client.files.create(
                file=(f"{mark}.jsonl", content, "application/jsonl"), purpose="batch"
            )
            batch = await self._client.batches.create(
                input_file_id=file.id,
                endpoint=self._url,
                completion_window="24h",
                metadata={_MARK: mark},
            )
        except self._openai.NotFoundError as error:
            raise UsageError(
                f"{self.name} offers no batch API for {self._url} (HTTP {error.status_code}); "
                "leave out --batch"
            ) from None
        return batch.id

    async def look(self, id: str) -> Status:
        batch = await self._client.batches.retrieve(id)
        counts = batch.request_counts
        done = (counts.completed + counts.failed) if counts else 0
        if batch.status == "failed":
            errors = batch.errors.data if batch.errors and batch.errors.data else ()
            said = "; ".join(str(error.message) for error in errors[:3])
            return Status(
                done, True, f"the provider refused the batch: {said or 'no reason given'}"
            )
        return Status(done, batch.status in _ENDED)

    async def results(self, id: str) -> AsyncIterator[tuple[str, Outcome]]:
        batch = await self._client.batches.retrieve(id)
        for file in (batch.output_file_id, batch.error_file_id):
            if not file:
                continue
            content = await self._client.files.content(file)
            for text in content.content.splitlines():
                if text.strip():
                    line = json.loads(text)
                    yield line["custom_id"], _outcome(line)

    async def find(self, mark: str, since: float, size: int) -> str | None:
        listed = 0
        async for batch in self._client.batches.list(limit=100):
            if (batch.metadata or {}).get(_MARK) == mark:
                return batch.id
            listed += 1
            if batch.created_at < since - 3600 or listed >= 1000:
                break
        return None


def _outcome(line: dict[str, Any]) -> Outcome:
    response = line.get("response") or {}
    if response:
        return Outcome(response.get("status_code") or 0, response.get("body"))
    error = line.get("error") or {}
    return Outcome(0, f"{error.get('message') or 'no reply'} [{error.get('code') or 'failed'}]")
