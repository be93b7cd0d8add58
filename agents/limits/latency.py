"""Whether a server's calls take far longer than they need to, since too many wait there.

The figure is seconds per output token, with 32 tokens added for what each call takes in any case:
replies differ in length a hundredfold. The median of eight calls is compared with the best call so
far. Eight times the best is too long, and only from two seconds a call on: a server that takes
calls one by one has a queue of eight then, while a server that batches them well (vLLM) hardly
reaches three times the best at 64 calls. Below two seconds what is measured is mostly our own
process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median

_FIXED_TOKENS = 32
_TOO_LONG, _NEVER_TOO_LONG = 8.0, 2.0
_ROUND = 8
_FADES = 1.02
"""The growth of the best latency in each round: what was possible once may not be any more."""


@dataclass(slots=True)
class Latency:
    """The latency of one provider's calls."""

    _round: list[tuple[float, float]] = field(default_factory=list)
    _best: float = math.inf

    def is_too_long(self, seconds: float, tokens: int) -> bool:
        """Note a call; whether it ends a round of calls that took too long.

        Args:
            seconds: that the call took.
            tokens: of its reply.
        """
        self._round.append((seconds / (tokens + _FIXED_TOKENS), seconds))
        if len(self._round) < _ROUND:
            return False
        figures = [each for each, _ in self._round]
        plain = median(each for _, each in self._round)
        self._round.clear()
        self._best = min(self._best * _FADES, *figures)
        return median(figures) > self._best * _TOO_LONG and plain > _NEVER_TOO_LONG

    def start_round(self) -> None:
        """Leave out what was measured with another number of calls at once."""
        self._round.clear()
