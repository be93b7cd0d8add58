"""An allowance per minute: what was taken within the last minute never exceeds it.

Two rules together. A log of the last minute is the hard bound. A bucket that refills evenly and
holds a tenth of the allowance spreads the calls, since providers may enforce 60 requests a minute
as one a second. A provider counts calls when they arrive, some time between the sending and the
reply: the log reaches back a second more than a minute, and takes a call's reply, or two seconds
after its sending, for that time.
"""

from __future__ import annotations

from collections import deque

MINUTE = 61.0
_BURST = 0.1
_LATEST = 2.0


class Allowance:
    """So much a minute.

    Args:
        limit: of requests or tokens.
    """

    __slots__ = ("_level", "_log", "_taken", "_when", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._log: deque[list[float]] = deque()
        self._taken = 0.0
        self._level = self._burst
        self._when = float("-inf")

    @property
    def _burst(self) -> float:
        return max(1.0, self.limit * _BURST)

    def wait(self, amount: float, now: float) -> float:
        """Seconds until an amount may be taken; 0 if it may now. It must not exceed the limit."""
        self._forget(now)
        needed = min(amount, self._burst)
        spread = max(0.0, (needed - self._refilled(now)) * 60.0 / self.limit)
        over = self._taken + amount - self.limit
        if over <= 1e-9:
            return spread if spread > 1e-6 else 0.0
        for when, size, _ in self._log:
            over -= size
            if over <= 1e-9:
                return max(spread, when + MINUTE - now, 1e-6)
        return max(spread, MINUTE)

    def take(self, amount: float, now: float) -> list[float]:
        """Take an amount; returns the entry to settle later."""
        entry = [now, amount, 1.0]
        self._level = self._refilled(now) - amount
        self._when = now
        self._log.append(entry)
        self._taken += amount
        return entry

    def settle(self, entry: list[float], amount: float, now: float) -> None:
        """Correct what an entry took, and when, once its call has ended."""
        difference = amount - entry[1]
        self._level = min(self._burst, self._level - difference)
        if entry[2]:  # else it is forgotten already
            entry[0], entry[1] = min(now, entry[0] + _LATEST), amount
            self._taken += difference

    def _refilled(self, now: float) -> float:
        if self._when == float("-inf"):
            return self._burst
        return min(self._burst, self._level + (now - self._when) * self.limit / 60.0)

    def _forget(self, now: float) -> None:
        log = self._log
        while log and log[0][0] <= now - MINUTE:
            entry = log.popleft()
            entry[2] = 0.0
            self._taken -= entry[1]
        if not log:
            self._taken = 0.0
