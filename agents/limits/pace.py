"""How many calls a second a provider takes, where it rejects more without saying how many."""

from __future__ import annotations

import math
from dataclasses import dataclass

_BELOW = 0.9
"""What is sent of the rate at which calls were accepted up to the end of an outage."""
_ENOUGH = 5
"""Calls that must have been accepted before a rate is taken from them."""
_FASTER = 0.002


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
        if self._since == -math.inf:
            self._since = now
        if self.rate is not None:
            self._next = max(now, self._next) + 1 / self.rate

    def learn(self, now: float, accepted: int) -> None:
        """Take the rate from what was accepted since it was taken last, or since the first call."""
        count, seconds = accepted - self._before, now - self._since
        if count < _ENOUGH or seconds <= 0:
            return
        self.rate = _BELOW * count / seconds
        self._next, self._since, self._before = now, now, accepted

    def speed_up(self) -> None:
        """Send a little faster: a call was accepted."""
        if self.rate is not None:
            self.rate *= 1 + _FASTER
