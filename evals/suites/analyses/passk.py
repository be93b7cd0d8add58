"""`passk`: pass@k (at least one of k trials) and pass^k (all of k) for k = 1, 2, ...

Unbiased estimators, per task (`leaderboard.passes`). Where tasks have unequal numbers of scored
trials neither is defined: unknown, not smaller. What the other tasks say stands beside it, counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.passes import pass_at, pass_hat
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
        said: dict[str, list[str]] = {}
        for group in results.groups(self.series or results.varying() or ["agent"]):
            played = results.trials(group)
            if not played:
                continue
            trials = {t: [e.value if e.scored else None for e in played[t]] for t in played}
            name = named(group.factors)
            for k in self.k or range(1, max(map(len, trials.values())) + 1):
                for rule, of in (("pass^k", pass_hat), ("pass@k", pass_at)):
                    found = of(trials, k)
                    mean = None if found.why else found.mean
                    span = interval(found.low, found.high)
                    where = found.mean_defined if found.undefined < found.tasks else None
                    undefined = found.undefined or None
                    row = [name, rule, k, mean, span, found.tasks, undefined]
                    rows.append([*row, where if found.why else None])
                    if mean is None:
                        said.setdefault(found.why, []).append(f"{name} {rule[:-1]}{k}".strip())
                        continue
                    label = f"{name} {rule}" if name else rule
                    lines.setdefault(label, []).append(Point(k, mean, *(span or (None, None))))
        if not rows:
            return [Finding("Nothing was played yet.")]
        columns = [
            Column("series"),
            Column("rule"),
            Column("k", "count"),
            Column(results.metric, "mean", strong=True),
            Column("95% interval", "interval"),
            Column("tasks", "count"),
            Column("undefined", "count"),
            Column("where defined", "mean"),
        ]
        notes = ["pass@k is a bound, no result."]
        notes += [f"Not defined, because {why}: {', '.join(of)}." for why, of in said.items()]
        bounds = frozenset(name for name in lines if name.endswith("pass@k"))
        title = f"{results.metric} of k trials: all of them, and at least one"
        table = Table("pass^k and pass@k", columns, rows, notes).without_empty()
        figure = Figure(title, "lines", lines, "k", results.metric, dashed=bounds)
        return [figure, table] if lines else [table]
