"""What a model may be asked about a finished episode, beside what state and ledger say of it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Question"]


class Question(NamedTuple):
    """A question with the answer yes or no.

    Attributes:
        metric: the metric of 0 and 1 that says the same from the state; answers stand beside it.
        text: what is asked about the record of the episode.
    """

    metric: str
    text: str
