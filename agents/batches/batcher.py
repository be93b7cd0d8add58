"""Gathers requests to one place into batches, and hands each its reply."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...envs.core import UsageError
from ..base import InfrastructureError
from .api import BatchApi, Outcome, Status
from .notes import Notes

QUIET = 1.0
"""Seconds without a new request after which those gathered are submitted."""
_LONGEST_POLL = 60.0


@dataclass(slots=True)
class Batch:
    """A batch under way."""

    mark: str
    id: str
    size: int
    submitted: float
    done: int = 0
    trouble: str = ""
    """Why it could not be looked at last time."""
    keys: set[str] = field(default_factory=set)


class Batcher:
    """Batches of one place.

    Args:
        api: the provider's batch API.
        notes: the file they are noted in.
        poll: the first pause between two looks at a batch; it grows to a minute.
    """

    def __init__(self, api: BatchApi, notes: Notes, poll: float = 1.0) -> None:
        self.api, self._notes, self._poll = api, notes, poll
        self.under_way: dict[str, Batch] = {}
        self.gathering: dict[str, bytes] = {}
        self._futures: dict[str, asyncio.Future[Outcome]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ready: asyncio.Task[None] | None = None

    async def outcome(self, key: str, body: Any) -> Outcome:
        """What comes of a request: from the file, from a batch under way, or from a new one.

        Raises:
            InfrastructureError: the batch could not be submitted or came to nothing.
            UsageError: the provider offers no batches, or refuses the key.
        """
        if self._ready is None:
            self._ready = asyncio.create_task(self._take_up())
        try:
            await asyncio.shield(self._ready)
        except Exception as error:
            self._ready = None
            raise _plain(error, "earlier batches could not be looked up") from error
        found = self._notes.outcome(key)
        if found is not None:
            return found
        future = self._futures.get(key)
        if future is None:
            future = self._futures[key] = asyncio.get_running_loop().create_future()
            mark = self._notes.batch_of(key)
            if mark in self.under_way:
                self.under_way[mark].keys.add(key)
            else:
                self.gathering[key] = self.api.line(key, body)
                self._arm()
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Stop waiting; what was submitted goes on at the provider."""
        if self._timer is not None:
            self._timer.cancel()
        tasks = [*self._tasks, *([self._ready] if self._ready else ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for future in self._futures.values():
            future.cancel()
        await self.api.close()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(QUIET, self._flush)

    def _flush(self) -> None:
        """Submit what was gathered, in as many batches as it takes."""
        gathered, self.gathering = self.gathering, {}
        for part in self._parts(gathered):
            self._start(self._submit(part))

    def _parts(self, gathered: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
        part: dict[str, bytes] = {}
        size = 0
        for key, line in gathered.items():
            too_large = size + len(line) + 100 > self.api.most_bytes
            if part and (len(part) >= self.api.most_requests or too_large):
                yield part
                part, size = {}, 0
            part[key] = line
            size += len(line) + 1
        if part:
            yield part

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_up(self) -> None:
        """Go on with batches of an earlier start of the run."""
        for noted in self._notes.pending(self.api.place):
            id = noted.id
            if id is None:  # killed while it was submitted
                id = await self.api.find(noted.mark, noted.noted, noted.size)
                if id is None:
                    self._notes.abandon(noted.mark)
                    continue
                self._notes.submit(noted.mark, id)
            self._watch(Batch(noted.mark, id, noted.size, noted.submitted or noted.noted))

    async def _submit(self, part: dict[str, bytes]) -> None:
        mark = uuid.uuid4().hex
        self._notes.intend(mark, self.api.place, list(part))
        try:
            id = await self.api.submit(list(part.values()), mark)
        except asyncio.CancelledError:
            raise  # whether it got there is found out next time
        except Exception as error:
            self._notes.abandon(mark)
            self._fail(part, _plain(error, "the batch could not be submitted"))
            return
        self._notes.submit(mark, id)
        self._watch(Batch(mark, id, len(part), time.time(), keys=set(part)))

    def _watch(self, batch: Batch) -> None:
        self.under_way[batch.mark] = batch
        self._start(self._wait(batch))

    async def _wait(self, batch: Batch) -> None:
        pause = self._poll
        while True:
            try:
                status = await self.api.look(batch.id)
                batch.done, batch.trouble = status.done, ""
                if status.ended:
                    outcomes = {}
                    if not status.problem:
                        outcomes = {k: each async for k, each in self.api.results(batch.id)}
                    break
            except UsageError as error:
                self._fail(batch.keys, error)
                return
            except Exception as error:  # the provider has the batch: look again later
                batch.trouble = str(error)
                if _status(error) in (401, 403):
                    refused = f"{self.api.name} refused the key (HTTP {_status(error)})"
                    self._fail(batch.keys, UsageError(f"{refused}; batch {batch.id} goes on there"))
                    return
                if _status(error) == 404:
                    status, outcomes = Status(ended=True, problem=f"the batch is gone: {error}"), {}
                    break
            await asyncio.sleep(pause)
            pause = min(_LONGEST_POLL, pause * 1.5)
        self._notes.end(batch.mark, outcomes.items())
        del self.under_way[batch.mark]
        why = status.problem or "the batch ended without a reply to this request"
        for key in batch.keys:
            outcome = outcomes.get(key, Outcome(0, why))
            future = self._futures.pop(key, None)
            if future is not None and not future.done():
                future.set_result(outcome)

    def _fail(self, keys: Iterable[str], error: Exception) -> None:
        for key in keys:
            future = self._futures.pop(key, None)
            if future is not None and not future.done():
                future.set_exception(error)


def _status(error: Exception) -> int | None:
    """The HTTP status of a client's error."""
    found = re.match(r"HTTP (\d{3})", str(error))
    return getattr(error, "status_code", None) or (int(found.group(1)) if found else None)


def _plain(error: Exception, what: str) -> Exception:
    """An error as those who wait for the batch may see it."""
    if isinstance(error, UsageError):
        return error
    retry = getattr(error, "retry", True) and getattr(error, "status_code", 500) not in (400, 413)
    return InfrastructureError(f"{what}: {type(error).__name__}: {error}", retry=retry)
