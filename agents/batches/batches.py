"""The batches of one run, and how an adapter finds them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ...envs.core import Usage
from ..base import InfrastructureError, Reply
from ..limits.clock import stop_clock
from .api import BatchApi
from .batcher import Batch, Batcher
from .notes import Notes
from .prices import batch_cost_of, has_batch_prices

if TYPE_CHECKING:
    from ..chat import ChatAgent

_VERSION = 1
"""The parts that the key of a request is made of."""


class Batches:
    """A run's batches. Make one for each run, and use it in one event loop.

    Args:
        db: the leaderboard file; batches are noted in `<db>.batches`.
        poll: the first pause between two looks at a batch, in seconds; it grows to a minute.

    Raises:
        UsageError: the file of batches cannot be used.
    """

    def __init__(self, db: str | os.PathLike[str], *, poll: float = 1.0) -> None:
        self._notes = Notes(Path(f"{os.fspath(db)}.batches"))
        self._poll = poll
        self._batchers: dict[str, Batcher] = {}
        self._handed: set[str] = set()
        self._priced: dict[str, bool] = {}
        self._calls = 0

    async def ask(self, agent: ChatAgent, request: dict[str, Any], seed: int) -> Reply:
        """The reply to a request, as part of a batch.

        Raises:
            InfrastructureError: the request failed, expired or was cancelled; asking again puts
                it into a new batch.
        """
        key = self._key(agent, request, seed)

        async def post(api: BatchApi, body: Any) -> Any:
            batcher = self._batchers.get(api.place)
            if batcher is None:
                batcher = self._batchers[api.place] = Batcher(api, self._notes, self._poll)
            with stop_clock():
                outcome = await batcher.outcome(key, body)
            if outcome.status == 200:
                return outcome.body
            said = outcome.body if isinstance(outcome.body, str) else _text(outcome.body)
            raise agent.refuse(outcome.status, said)

        began = time.perf_counter()
        try:
            reply = await agent.ask_in_batch(request, post)
        except InfrastructureError:
            self._notes.forget([key])
            raise
        self._handed.add(key)
        self._calls += 1
        reply.usage = self._price(agent, reply.usage)
        reply.usage.seconds = time.perf_counter() - began
        return reply

    def settle(self) -> None:
        """Drop the replies that were handed out: the episodes they belong to are stored."""
        self._notes.forget(self._handed)
        self._handed.clear()

    @property
    def under_way(self) -> list[Batch]:
        """Batches at the providers."""
        return [batch for each in self._batchers.values() for batch in each.under_way.values()]

    def waiting(self) -> str:
        """What is waited for now."""
        batches = self.under_way
        if not batches:
            gathered = sum(len(each.gathering) for each in self._batchers.values())
            return f"{gathered:,} requests gathered for a batch" if gathered else ""
        size = sum(batch.size for batch in batches)
        done = sum(batch.done for batch in batches)
        at = time.strftime("%H:%M", time.localtime(min(batch.submitted for batch in batches)))
        trouble = next((f"; {batch.trouble[:80]}" for batch in batches if batch.trouble), "")
        what = "batch" if len(batches) == 1 else f"{len(batches):,} batches"
        return f"{what} of {size:,} requests submitted at {at}, {done:,} done{trouble}"

    def remarks(self) -> list[str]:
        """How calls were priced, a sentence each."""
        said = []
        for own, how in ((True, "LiteLLM's batch price"), (False, "half of LiteLLM's price")):
            models = [name for name, has in self._priced.items() if has == own]
            if models:
                said.append(f"Calls in batches of {', '.join(models)} were counted at {how}")
        return said

    async def close(self) -> None:
        """Stop waiting. What was submitted goes on at the providers."""
        for batcher in self._batchers.values():
            await batcher.close()
        self._notes.close()

    def _key(self, agent: ChatAgent, request: Mapping[str, Any], seed: int) -> str:
        everything = [_VERSION, agent.scheme, agent.place, request, seed]
        text = msgspec.json.encode(everything, order="deterministic")
        return hashlib.blake2b(text, digest_size=20).hexdigest()

    def _price(self, agent: ChatAgent, used: Usage) -> Usage:
        if not agent.priced:
            return msgspec.structs.replace(used)
        self._priced[agent.priced] = has_batch_prices(agent.priced)
        return msgspec.structs.replace(used, cost=batch_cost_of(agent.priced, used))


_CURRENT: ContextVar[Batches | None] = ContextVar("batches", default=None)


@contextmanager
def batching(batches: Batches | None) -> Iterator[Batches | None]:
    """Let all calls within the block, and in tasks begun there, go into batches (None: do not)."""
    token = _CURRENT.set(batches)
    try:
        yield batches
    finally:
        _CURRENT.reset(token)


def current_batches() -> Batches | None:
    """The batches that calls go into now, if they do."""
    return _CURRENT.get()


def _text(body: Any) -> str:
    return msgspec.json.encode(body).decode()
