"""`passk`: pass@k (at least one of k trials) and pass^k (all of k) for k = 1, 2, ...

Unbiased estimators, per task (arXiv 2107.03374; arXiv 2406.12045). A task whose trials are not all
scored has no pass^k: its value is unknown, not smaller. It is left out, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.cells import over_tasks
from ....leaderboard.selection import expected_best, expected_worst
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .comparing import interval

if TYPE_CHECKING:
    from ..results import Results


class PassK(Analysis):
    """A line of each for every series."""

    series: list[str] = []
    k: list[int] = []
    """Default: 1 to the number of trials."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("series", factor, False) for factor in self.series]

    def blocks(self, results: Results) -> list[Block]:
        rows: list[Sequence[Any]] = []
        lines: dict[str, list[Point]] = {}
        for group in results.groups(self.series or results.varying() or ["agent"]):
            tasks = list(results.trials(group).values())
            most = max(map(len, tasks), default=0)
            whole = [
                [t.value for t in task]
                for task in tasks
                if len(task) == most and all(t.scored for t in task)
            ]
            name = named(group.factors)
            for k in self.k or range(1, most + 1):
                if k > most or not whole:
                    continue
                for rule, of in (("pass^k", expected_worst), ("pass@k", expected_best)):
                    values = [of(task, k) for task in whole]
                    mean, span = sum(values) / len(values), interval(*over_tasks(values, rate=True))
                    rows.append([name, rule, k, mean, span, len(whole), len(tasks) - len(whole)])
                    label = f"{name} {rule}" if name else rule
                    lines.setdefault(label, []).append(Point(k, mean, *(span or (None, None))))
        if not rows:
            return [Finding("No task has all of its trials scored.")]
        columns = [
            Column("series"),
            Column("rule"),
            Column("k", "count"),
            Column(results.metric, "mean", strong=True),
            Column("95% interval", "interval"),
            Column("tasks", "count"),
            Column("undefined", "count"),
        ]
        notes = [
            "undefined: tasks of which not every trial is scored; pass@k is a bound, no result."
        ]
        bounds = frozenset(name for name in lines if name.endswith("pass@k"))
        title = f"{results.metric} of k trials: all of them, and at least one"
        return [
            Figure(title, "lines", lines, "k", results.metric, dashed=bounds),
            Table("pass^k and pass@k", columns, rows, notes),
        ]
