"""`selection`: majority vote against the answer reached with the fewest tool calls, by rollouts.

The rules are those of `palestra select`; at every k the value is expected over the k of n trials
that might have been drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.intervals import over_tasks
from ....leaderboard.passes import expected_best
from ....leaderboard.selection import Trial
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .choosing import expected_choice
from .comparing import PAIRED, compared, in_words, interval, pairs_row

if TYPE_CHECKING:
    from ..results import Results

RULES = ("majority", "fewest")


class Chosen(Analysis):
    """Curves over the number of rollouts, and the two rules paired at all of them."""

    key: str = ""
    """Compare this argument of the final call instead of the whole call."""
    series: list[str] = []

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("series", factor, False) for factor in self.series]

    def blocks(self, results: Results) -> list[Block]:
        blocks: list[Block] = []
        rows: list[Sequence[Any]] = []
        pairs: list[Sequence[Any]] = []
        lines: dict[str, list[Point]] = {}
        for group in results.groups(self.series or results.varying() or ["agent"]):
            tasks = results.trials(group, key=self.key or None)
            most = min(map(len, tasks.values()), default=0)
            if most < 2:
                continue
            name = named(group.factors)
            planned = sum(map(len, tasks.values()))
            scored = sum(trial.scored for task in tasks.values() for trial in task)
            ends: dict[str, dict[str, float]] = {}
            for rule in (*RULES, "at least one right"):
                for k in range(1, most + 1):
                    values = self._values(tasks, k, rule)
                    ends[rule] = values
                    point = _point(k, list(values.values()))
                    lines.setdefault(f"{name} {rule}".strip(), []).append(point)
                    row = [name, rule, k, point.y, _span(point), len(tasks)]
                    rows.append([*row, planned, scored, planned - scored])
            change = compared(ends["majority"], ends["fewest"])
            if change is not None:
                text = f"{name}: fewest tool calls less majority of {most} rollouts"
                blocks.append(Finding(f"{text}: {in_words(change)}."))
                pairs.append([name, most, *pairs_row(change, None)])
        if not rows:
            return [Finding("No task was tried more than once.")]
        metric = results.metric
        bound = frozenset(name for name in lines if name.endswith("at least one right"))
        columns = [
            Column("of"),
            Column("rule"),
            Column("rollouts", "count"),
            Column(metric, "mean", strong=True),
            Column("95% interval", "interval"),
            *(Column(each, "count") for each in ("tasks", "planned", "scored", "invalid")),
        ]
        notes = [
            "At least one right (pass@k, where every trial is scored) bounds every choice; it is "
            "no result."
        ]
        against = [Column("of"), Column("rollouts", "count"), *PAIRED]
        return [
            *blocks,
            Figure(f"{metric} by rollouts", "lines", lines, "rollouts", metric, dashed=bound),
            Table("Fewest less majority", against, pairs).without_empty(),
            Table("Every rule at every number of rollouts", columns, rows, notes).without_empty(),
        ]

    def _values(self, tasks: Mapping[str, list[Trial]], k: int, rule: str) -> dict[str, float]:
        return {
            task: expected_choice(played, k, rule)
            if rule in RULES
            else expected_best([trial.value for trial in played], k)
            for task, played in tasks.items()
        }


def _point(k: int, values: list[float]) -> Point:
    mean = sum(values) / len(values)
    span = interval(*over_tasks(values, rate=True))
    return Point(k, mean, *(span or (None, None)))


def _span(point: Point) -> tuple[float, float] | None:
    return None if point.low is None or point.high is None else (point.low, point.high)
