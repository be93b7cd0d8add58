"""What the analyses share: rows of figures, paired differences, many comparisons at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....leaderboard.cells import Measured
from ....leaderboard.queries import UNRANKED_ABOVE
from ...statistics import Paired, holm, paired
from ..blocks import Column

__all__ = [
    "COUNTS",
    "PAIRED",
    "compared",
    "counts",
    "holm",
    "in_words",
    "interval",
    "pairs_row",
    "remarks",
]

COUNTS = (
    Column("95% interval", "interval"),
    Column("planned", "count"),
    Column("scored", "count"),
    Column("invalid", "count"),
    Column("if scored", "mean"),
)
"""The columns beside every mean: both ends of the bracket, and what it rests on."""
PAIRED = (
    Column("difference", "change", strong=True),
    Column("95% interval", "interval"),
    Column("p", "p"),
    Column("p (Holm)", "p"),
    Column("tasks", "count"),
    Column("verdict"),
)
"""The columns of a paired difference."""


_VERDICTS = {"better": "higher", "worse": "lower"}
"""More is not always better: of tool calls, say."""


def counts(row: Measured) -> list[Any]:
    """The cells of `COUNTS`; `if scored` only where something is not scored."""
    return [
        interval(row.low, row.high),
        row.n,
        row.scored,
        row.n - row.scored,
        row.mean_scored if row.scored < row.n else None,
    ]


def interval(low: float, high: float) -> tuple[float, float] | None:
    """A pair, or None where nothing is known."""
    return None if abs(low) == float("inf") or abs(high) == float("inf") else (low, high)


def remarks(rows: Sequence[Measured]) -> list[str]:
    """What has to be said below a table of means."""
    said: list[str] = []
    if any(row.n > row.scored for row in rows):
        said.append(
            "What was planned and not scored counts as 0; `if scored` is the mean without it, the "
            "other end of the bracket."
        )
    many = sum(row.n - row.scored > UNRANKED_ABOVE * row.n for row in rows)
    if many:
        said.append(
            f"In {many} of {len(rows)} rows more than {UNRANKED_ABOVE:.0%} of what was planned is "
            "not scored: no ranking is to be read from them."
        )
    return said


def compared(before: Mapping[str, float], after: Mapping[str, float]) -> Paired | None:
    """The paired difference, or None where there is no task in common."""
    return paired(before, after) if before.keys() & after.keys() else None


def pairs_row(found: Paired, adjusted: float | None) -> list[Any]:
    """The cells of `PAIRED`."""
    known = interval(found.low, found.high)
    return [
        found.difference,
        known,
        found.p,
        adjusted,
        found.tasks,
        _VERDICTS.get(found.verdict, found.verdict)
        if interval(found.low, found.high)
        else "cannot tell",
    ]


def in_words(found: Paired) -> str:
    """A paired difference in a sentence's second half."""
    known = interval(found.low, found.high)
    if known and found.low == found.high == 0:
        return f"the same on each of {found.tasks:,} tasks"
    span = f", 95% interval {found.low:+.3f} to {found.high:+.3f}" if known else ""
    open_ = f" ({found.verdict})" if found.verdict not in _VERDICTS else ""
    return f"{found.difference:+.3f}{span}, {found.tasks:,} tasks, paired{open_}"
