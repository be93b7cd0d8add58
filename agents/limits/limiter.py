"""One provider's limiter: a queue in front of it, first come, first served."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..base import InfrastructureError, Reply
from ..patience import Retry, current_retries
from .clock import stop_clock
from .congestion import Congestion
from .headers import Rejection, rejection_of
from .sent import Sent
from .tokens import TokenEstimate
from .window import Allowance

_PROBES, _PROBES_AFTERWARDS = 8, 3
"""Bursts in a row that may be rejected until the calls that wait are given up: at first, and once
that has happened."""
_OF_ONE_CALL = 12


@dataclass(slots=True)
class _Waiter:
    future: asyncio.Future[Sent]
    tokens: float


class Limiter:
    """Keeps one provider's limits.

    Args:
        name: the provider's, for messages.
        most: calls at once.
        rpm, tpm: requests and tokens a minute, where they are known.
        retry: the run's rule; its pauses hold here too.
        eager: see `Congestion`.
    """

    def __init__(
        self,
        name: str,
        most: int,
        *,
        rpm: int | None = None,
        tpm: int | None = None,
        retry: Retry | None = None,
        eager: bool = False,
    ) -> None:
        rule = retry or Retry()
        self.name, self.calls = name, 0
        self.state = Congestion(most, rule.first, rule.longest, eager)
        self._requests = Allowance(rpm) if rpm else None
        self._tokens = Allowance(tpm) if tpm else None
        self._estimate = TokenEstimate()
        self._running = 0
        self._queue: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._probes, self._in_row = _PROBES, 0
        self._status = 429

    async def run(self, request: Mapping[str, Any], call: Callable[[], Awaitable[Reply]]) -> Reply:
        """Make a call when its turn has come; one that is rejected is made again.

        Raises:
            InfrastructureError: the call failed for another reason, the provider rejected
                everything for too long, or the call alone exceeds the tokens of a minute.
        """
        tokens, characters = self._reserve(request)
        rejected = 0
        while True:
            sent = self._enter(tokens)
            if sent is None:
                sent = await self._queued(tokens, first=rejected > 0)
            try:
                reply = await call()
            except InfrastructureError as error:
                self._settle(sent, 0.0)
                rejection = rejection_of(error.__cause__ or error.__context__)
                if rejection is None:
                    self._fail(sent, error)
                    raise
                rejected += 1
                if not self._reject(sent, rejection, error) or rejected >= _OF_ONE_CALL:
                    error.retry = False
                    raise
                retries = current_retries()
                if retries is None or retries.rule.attempts < 2:
                    raise
                retries.count += 1
                continue
            except BaseException:
                self._leave()
                self.state.drop(sent)
                self._pump()
                raise
            self._leave()
            usage = reply.usage
            self._settle(sent, float(usage.input_tokens + usage.output_tokens))
            if self._tokens is not None:
                self._estimate.learn(characters, usage.input_tokens, usage.output_tokens)
            self._probes, self._in_row = _PROBES, 0
            self.state.accept(sent, self._now(), usage.output_tokens)
            self._pump()
            return reply

    def wait(self) -> tuple[float, str]:
        """Seconds until all calls that wait now will be sent, if that is known, and why."""
        if not self._queue:
            return 0.0, ""
        now, waiting = self._now(), len(self._queue)
        paused = self.state.paused_until - now
        if paused > 0:
            return paused, f"{self.name} rejected a call ({self._status})"
        if self._requests is not None:
            rate = self._requests.limit
            if self._requests.wait(2, now) and self._running < int(self.state.allowed):
                delay = self._requests.wait(1, now) + (waiting - 1) * 60 / rate
                return delay, f"{self.name} allows {rate:,} requests a minute"
        if self._tokens is not None:
            delay = self._tokens.wait(self._queue[0].tokens, now)
            if delay:
                return delay, f"{self.name} allows {self._tokens.limit:,} tokens a minute"
        if self.state.pace.wait(now) and self.state.pace.rate is not None:
            rate = self.state.pace.rate
            return waiting / rate, f"{self.name} takes about {rate * 60:,.0f} requests a minute"
        return 0.0, ""

    def _reserve(self, request: Mapping[str, Any]) -> tuple[float, int]:
        """Tokens to reserve for a request, and its characters."""
        if self._tokens is None:
            return 0.0, 0
        asked, answered, characters = self._estimate.of(request)
        if asked > self._tokens.limit:
            raise InfrastructureError(
                f"one request has about {asked:,.0f} tokens, more than the {self._tokens.limit:,} "
                f"a minute that --tpm allows for {self.name}; raise --tpm",
                retry=False,
            )
        return min(asked + answered, self._tokens.limit), characters

    def _enter(self, tokens: float) -> Sent | None:
        """Send at once, if nobody waits and nothing stands in the way."""
        now = self._now()
        if self._queue or self._delay(now, tokens):
            return None
        return self._send(now, tokens)

    async def _queued(self, tokens: float, *, first: bool) -> Sent:
        """Wait for a turn; the episode's clock stands still meanwhile."""
        waiter = _Waiter(asyncio.get_running_loop().create_future(), tokens)
        if first:
            self._queue.appendleft(waiter)
        else:
            self._queue.append(waiter)
        self._pump()
        with stop_clock():
            try:
                return await waiter.future
            except asyncio.CancelledError:
                if waiter.future.done() and not waiter.future.cancelled():
                    self._leave()
                    self._settle(waiter.future.result(), 0.0)
                    self.state.drop(waiter.future.result())
                self._pump()
                raise

    def _pump(self) -> None:
        """Send what may be sent now, and look again when more may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue:
            if self._queue[0].future.done():  # cancelled
                self._queue.popleft()
                continue
            now = self._now()
            delay = self._delay(now, self._queue[0].tokens)
            if delay:
                if delay < math.inf:
                    loop = asyncio.get_running_loop()
                    self._timer = loop.call_later(delay + 1e-4, self._pump)
                return
            waiter = self._queue.popleft()
            waiter.future.set_result(self._send(now, waiter.tokens))

    def _delay(self, now: float, tokens: float) -> float:
        delay = self.state.wait(now, self._running)
        if self._requests is not None:
            delay = max(delay, self._requests.wait(1, now))
        if self._tokens is not None:
            delay = max(delay, self._tokens.wait(tokens, now))
        return delay

    def _send(self, now: float, tokens: float) -> Sent:
        sent = self.state.send(now, self._running)
        self._running += 1
        self.calls += 1
        if self._requests is not None:
            sent.requested = self._requests.take(1, now)
        if self._tokens is not None:
            sent.taken = self._tokens.take(tokens, now)
        return sent

    def _settle(self, sent: Sent, tokens: float) -> None:
        """Note in the allowances that a call has ended, and what it took."""
        if self._requests is not None and sent.requested is not None:
            self._requests.settle(sent.requested, 1, self._now())
        if self._tokens is not None and sent.taken is not None:
            self._tokens.settle(sent.taken, tokens, self._now())

    def _leave(self) -> None:
        self._running -= 1

    def _fail(self, sent: Sent, error: InfrastructureError) -> None:
        """A call failed for another reason than a limit."""
        self._leave()
        if isinstance(error.__cause__, TimeoutError):
            self.state.slow_down(sent)
        self.state.drop(sent)
        self._pump()

    def _reject(self, sent: Sent, rejection: Rejection, error: InfrastructureError) -> bool:
        """Note a rejection; False if the provider has rejected everything for too long."""
        self._leave()
        self._status = rejection.status
        now, before = self._now(), self.state.failures
        self.state.reject(sent, now, rejection.after, overloaded=rejection.status != 429)
        self._in_row += self.state.failures > before
        if self._in_row < self._probes:
            self._pump()
            return True
        self._give_up(now, error)
        return False

    def _give_up(self, now: float, error: InfrastructureError) -> None:
        """Tell all calls that wait that the provider takes none."""
        self._probes, self._in_row = _PROBES_AFTERWARDS, 0
        self.state.failures, self.state.paused_until = 0, now + self.state.first
        waiting = [each for each in self._queue if not each.future.done()]
        self._queue.clear()
        for each in waiting:
            each.future.set_exception(InfrastructureError(str(error), retry=False))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
