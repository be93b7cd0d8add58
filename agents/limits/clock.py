"""A wall-clock limit that stands still while a call waits for its turn in our own process.

An episode's limit measures the agent. That calls queue for a provider's limits is the doing of the
run, so their waiting is added to the deadline.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

_CURRENT: ContextVar[EpisodeClock | None] = ContextVar("episode_clock", default=None)


class EpisodeClock:
    """The deadline of one episode.

    Args:
        seconds: until it; None: there is none.

    Attributes:
        waited: seconds for which the clock stood still.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._ends = None if seconds is None else _now() + seconds
        self._timeouts: set[asyncio.Timeout] = set()
        self._waiting = 0
        self._stopped = 0.0
        self.waited = 0.0

    @asynccontextmanager
    async def limit(self) -> AsyncIterator[None]:
        """Run the block within the episode's time.

        Raises:
            TimeoutError: the time is up.
        """
        token = _CURRENT.set(self)
        try:
            if self._ends is None:
                yield
                return
            async with asyncio.timeout_at(None if self._waiting else self._ends) as timeout:
                self._timeouts.add(timeout)
                try:
                    yield
                finally:
                    self._timeouts.discard(timeout)
        finally:
            _CURRENT.reset(token)

    @contextmanager
    def stop(self) -> Iterator[None]:
        """Let the clock stand still within the block, for all of the episode's calls."""
        if self._waiting == 0:
            self._stopped = _now()
            self._reschedule(None)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                stood = _now() - self._stopped
                self.waited += stood
                if self._ends is not None:
                    self._ends += stood
                    self._reschedule(self._ends)

    def _reschedule(self, when: float | None) -> None:
        for timeout in self._timeouts:
            if not timeout.expired():
                timeout.reschedule(when)


@contextmanager
def stop_clock() -> Iterator[None]:
    """Let the current episode's clock stand still within the block, if there is one."""
    clock = _CURRENT.get()
    if clock is None:
        yield
    else:
        with clock.stop():
            yield


def _now() -> float:
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()
