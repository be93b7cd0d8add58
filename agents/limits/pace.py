"""How many calls a second a provider takes, where it rejects more without saying how many."""

from __future__ import annotations

import math
from dataclasses import dataclass

_BELOW = 0.9
"""What is sent of the rate at which calls were accepted between two rejections."""
_FASTER = 0.05
_ENOUGH = 5
"""Calls that must have been accepted before a rate is taken from them."""
_LEAST, _MOST = 0.7, 0.95
"""By how much one rejection changes a rate that was known."""


@dataclass(slots=True)
class Pace:
    """Calls evenly spread, at a rate learned from rejections; at first there is none."""

    rate: float | None = None
    """Calls a second."""
    _next: float = -math.inf
    _since: float = -math.inf
    _before: int = 0

    def wait(self, now: float) -> float:
        """Seconds until the next call may be sent."""
        return max(0.0, self._next - now) if self.rate is not None else 0.0

    def send(self, now: float) -> None:
        """Note that a call is sent."""
        if self.rate is not None:
            self._next = max(now, self._next) + 1 / self.rate

    def mark(self, now: float, accepted: int) -> None:
        """Begin to measure, with so many calls accepted up to now."""
        if self._since == -math.inf:
            self._since, self._before = now, accepted

    def learn(self, now: float, accepted: int) -> None:
        """Take the rate from what was accepted since the last measurement began."""
        count, seconds = accepted - self._before, now - self._since
        if count < _ENOUGH or seconds <= 0 or self._since == -math.inf:
            return
        found = _BELOW * count / seconds
        if self.rate is not None:  # what was measured in a short time says little
            found = max(_LEAST * self.rate, min(_MOST * self.rate, found))
        self.rate = found
        self._next = now
        self._since, self._before = now, accepted

    def relax(self, step: int) -> None:
        """Send faster: it was quiet for a while."""
        if self.rate is not None:
            self.rate *= 1 + _FASTER * step
