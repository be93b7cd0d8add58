"""What is kept of a cell: its key, its counts, and one character for each prediction."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..data import Item
from .grid import Cell

__all__ = ["Record", "recorded"]

_CODES = {(False, False): "0", (True, False): "1", (False, True): "2", (True, True): "3"}
"""By whether the prediction is right on the clean and on the noisy label."""


class Record(msgspec.Struct, frozen=True):
    """The predictions of one agent in one cell.

    Attributes:
        agent: who answered.
        language, style, shots, delta: the cell.
        outcomes: for each query in order, `3` right, `0` wrong, `1` right on the clean label alone,
            `2` right on the noisy label alone, `u` unreadable, `f` no reply (the call failed).
    """

    agent: str
    language: str
    style: str
    shots: int
    delta: float
    outcomes: str

    @property
    def cell(self) -> Cell:
        """Where it belongs."""
        return Cell(self.language, self.style, self.shots, self.delta)

    @property
    def replies(self) -> int:
        """Queries that were answered at all."""
        return len(self.outcomes) - self.outcomes.count("f")

    @property
    def failure_rate(self) -> float:
        """Share of replies that could not be read; 1 if there was none."""
        return self.outcomes.count("u") / self.replies if self.replies else 1.0

    def accuracy(self, mode: str = "clean") -> float | None:
        """The share of right answers; None where there is nothing to divide by.

        Args:
            mode: `clean` (on the right answers, unreadable ones wrong: ours), `punished` (on the
                noisy labels, unreadable ones wrong) or `unpunished` (of those that could be read),
                the paper's (arXiv 2509.10414, metrics). Failed calls are left out of each.
        """
        counted = self.outcomes.count
        right = counted("3") + counted("1" if mode == "clean" else "2")
        of = self.replies - (counted("u") if mode == "unpunished" else 0)
        return right / of if of else None


def recorded(
    agent: str, cell: Cell, asked: Sequence[Item], answers: Sequence[int | None], failed: set[int]
) -> Record:
    """Score the answers to a cell's queries; `failed` are numbers of calls without a reply."""
    codes = _CODES
    outcomes = [
        "u" if answer is None else codes[answer == item.clean, answer == item.label]
        for item, answer in zip(asked, answers, strict=True)
    ]
    for number in failed:
        outcomes[number] = "f"
    return Record(agent, *cell, "".join(outcomes))
