"""At how many calls at once a provider rejected, and at how many it did not."""

from __future__ import annotations

import math
from dataclasses import dataclass

_CALM = 10.0, 20
_MOST_CALM = 120.0, 1280
"""Seconds, or accepted calls, without a rejection until more is tried again."""
_KEPT = 0.7
"""The least share of the highest level accepted lately that one rejection leaves."""
_MANY_LEAVE, _FEW_LEAVE = 0.99, 0.7
"""What a rejection leaves of that level, where many or few calls were accepted before it. A
provider that rejects a call now and then whatever we do must not slow a run down for good."""


@dataclass(slots=True)
class Levels:
    """Levels are numbers of calls at once."""

    cap: float = math.inf
    """The highest level that may be tried."""
    failed: int = 0
    """The lowest level at which a call was rejected; 0: none yet."""
    proven: float = 1.0
    """The highest level at which a call was accepted; each rejection makes it a little less."""
    _calm: tuple[float, int] = _CALM
    _since: tuple[float, int] = (-math.inf, 0)
    _step: int = 1

    def is_known_to_fail(self, level: int) -> bool:
        """Whether a rejection at this level is explained by one before."""
        return level > 1 and level >= self.failed

    def accept(self, level: int, now: float, accepted: int) -> None:
        """Note a call that was accepted; after a calm time, a higher level may be tried.

        Args:
            level: the call's.
            now: the time.
            accepted: calls accepted in all.
        """
        self.proven = max(self.proven, level)
        if not self.failed:
            return
        if level >= self.failed:
            self.failed, self._calm, self.cap = level + 1, _CALM, math.inf
        seconds, calls = self._calm
        since, before = self._since
        if now - since < seconds and accepted - before < calls:
            return
        self._since = now, accepted
        self.cap += self._step
        self._step *= 2

    def reject(self, level: int, *, probe: bool) -> None:
        """Note that a level was too high."""
        if level < 2:
            return
        if probe:  # one call more than those that were under way anyhow
            self.failed = min(self.failed or level, level)
            self.cap = max(1, self.failed - 1)
            return
        if self.failed and level >= self.failed:
            seconds, calls = self._calm
            self._calm = min(_MOST_CALM[0], seconds * 2), min(_MOST_CALM[1], calls * 2)
        self.failed = level
        self.cap = max(1, level - 1, int(_KEPT * self.proven))

    def lower(self, level: int) -> None:
        """Note that another call of the burst that was rejected was sent at this level."""
        if self.failed:
            self.failed = max(2, min(self.failed, level))
            least = max(1, int(_KEPT * self.proven))
            self.cap = min(self.cap, max(least, self.failed - 1))

    def wait_for_calm(self, now: float, accepted: int, since: int) -> None:
        """Begin to wait for a calm time.

        Args:
            now: the time.
            accepted: calls accepted in all.
            since: calls accepted since the last rejection.
        """
        self._since, self._step = (now, accepted), 1
        self.proven *= _MANY_LEAVE if since >= self.proven else _FEW_LEAVE
