"""An event loop whose clock jumps to the next timer, and servers with limits that live in it."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from palestra.agents import InfrastructureError, Reply
from palestra.agents.limits import Limits, limited, limiting
from palestra.agents.patience import Retry, patiently, retrying
from palestra.envs.core import Usage, say

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if not events:
            assert timeout is not None, "everybody waits for nothing"
            self.now += timeout
        return events


def simulate(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in simulated time, which begins at 0."""
    selector = _Jumping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    loop._clock_resolution = 1e-9  # type: ignore[attr-defined]
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


class Rejected(Exception):
    """What a client raises."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"HTTP {status}")
        self.status_code = status
        self.response = httpx.Response(status, headers=headers)


class Server:
    """A server in simulated time.

    Args:
        seconds: for one call.
        at_once: most calls at once.
        requests, tokens: allowed in `window` seconds.
        says: whether rejections say how long to wait.
        one_by_one: whether calls queue for one worker.
        closed: whether it rejects everything.

    Attributes:
        when: the time of each call that was accepted, and its tokens.
    """

    def __init__(
        self,
        seconds: float = 0.1,
        *,
        at_once: int | None = None,
        requests: int | None = None,
        tokens: int | None = None,
        window: float = 60.0,
        says: bool = False,
        one_by_one: bool = False,
        closed: bool = False,
    ) -> None:
        self.seconds, self.at_once, self.closed = seconds, at_once, closed
        self.requests, self.tokens, self.window, self.says = requests, tokens, window, says
        self.when: list[tuple[float, int]] = []
        self.rejected = self.running = self.most = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._worker = asyncio.Semaphore(1) if one_by_one else None

    async def call(self, tokens: int = 1) -> Reply:
        now = asyncio.get_running_loop().time()
        while self._recent and self._recent[0][0] <= now - self.window:
            self._recent.popleft()
        used = sum(size for _, size in self._recent)
        over = self.requests is not None and len(self._recent) >= self.requests
        over = over or (self.tokens is not None and used + tokens > self.tokens)
        full = self.at_once is not None and self.running >= self.at_once
        if over or full or self.closed:
            self.rejected += 1
            headers = {}
            if self.says and over:
                headers["Retry-After"] = f"{self._recent[0][0] + self.window - now:.3f}"
            await asyncio.sleep(0.005)
            raise InfrastructureError("HTTP 429") from Rejected(429, headers)
        self._recent.append((now, tokens))
        self.when.append((now, tokens))
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if self._worker is None:
                await asyncio.sleep(self.seconds)
            else:
                async with self._worker:
                    await asyncio.sleep(self.seconds)
        finally:
            self.running -= 1
        usage = Usage(calls=1, input_tokens=tokens - tokens // 2, output_tokens=tokens // 2)
        return Reply(say("ok"), usage)

    def busiest(self, seconds: float = 60.0) -> int:
        """The most calls in any window of this length."""
        most, first = 0, 0
        for last, (when, _) in enumerate(self.when):
            while self.when[first][0] <= when - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


class Outcome:
    """What came of a simulated run."""

    def __init__(self, server: Server, limits: Limits) -> None:
        self.server, self.limits = server, limits
        self.errors: list[str] = []
        self.seconds = 0.0
        self.order: list[int] = []


async def play(
    server: Server,
    episodes: int,
    *,
    turns: int = 1,
    concurrency: int = 64,
    tokens: int = 1,
    retry: Retry | None = None,
    **rates: Any,
) -> Outcome:
    """Episodes against a server, as a run plays them."""
    rule = retry or Retry()
    limits = Limits(concurrency, retry=rule, **rates)
    outcome = Outcome(server, limits)
    todo = iter(range(episodes))

    async def worker() -> None:
        for number in todo:
            with retrying(rule):
                try:
                    for _ in range(turns):
                        await patiently(
                            lambda: limited(
                                "http://simulated",
                                {"messages": "x" * tokens * 2, "max_tokens": tokens // 2 + 1},
                                lambda: server.call(tokens),
                            )
                        )
                    outcome.order.append(number)
                except InfrastructureError as error:
                    outcome.errors.append(str(error))

    with limiting(limits):
        await asyncio.gather(*(worker() for _ in range(concurrency)))
    outcome.seconds = asyncio.get_running_loop().time()
    return outcome
