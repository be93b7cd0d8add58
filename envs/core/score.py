"""What an episode was worth: one reward, named metrics, one named outcome."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

INVALID = "invalid"
"""The outcome of an episode that could not be graded: neither a success nor a failure."""


class Score(msgspec.Struct, frozen=True):
    """The result of grading."""

    reward: float
    outcome: str
    """One word that says how it ended: `success`, `wrong_answer`, `format_error`, ..."""
    metrics: Mapping[str, float] = {}
    """Named numbers; the environment's `headline` is one of them."""
    error: str | None = None
    """Why the episode is `invalid`."""

    @property
    def valid(self) -> bool:
        """Whether the episode was graded at all."""
        return self.outcome != INVALID
