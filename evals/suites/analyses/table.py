"""`table`: one measure of every cell, with its interval, its counts and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.cells import Measured
from ..blocks import Block, Column, Figure, Point, Table
from .base import Analysis, named
from .comparing import COUNTS, counts, interval, remarks

if TYPE_CHECKING:
    from ..results import Group, Results


class Board(Analysis):
    """All cells, or pooled by `rows`."""

    measure: str = "headline"
    rows: list[str] = []
    """Factors to tell rows apart by; default: all that vary."""
    of: str = "planned"
    """The denominator: `planned` or `scored`."""
    figure: bool = True

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("rows", factor, False) for factor in self.rows]

    def blocks(self, results: Results) -> list[Block]:
        factors = self.rows or results.varying() or ["agent"]
        groups = results.groups(factors)
        found = results.measured(groups, self.measure, of=self.of)
        took = {id(group): row for group, row in results.used(groups)}
        metric = results.name_of(self.measure)
        rows: list[Sequence[Any]] = []
        for group, row in found:
            use = took[id(group)]
            known = [use.turns, use.tokens or None, use.cost or None, use.seconds]
            factor_cells = [group.factors.get(name) for name in factors]
            rows.append([*factor_cells, row.mean, *counts(row), *known])
        table = Table(
            f"{metric} by {', '.join(factors)}",
            [
                *(Column(name) for name in factors),
                Column(metric, "mean", strong=True),
                *COUNTS,
                Column("turns", "number"),
                Column("tokens/episode", "number"),
                Column("cost/episode", "money"),
                Column("s/episode", "number"),
            ],
            rows,
            remarks([row for _, row in found]),
        )
        blocks: list[Block] = [table.without_empty()]
        if self.figure and 1 < len(found) <= 40:
            blocks.insert(0, self._figure(metric, found))
        return blocks

    def _figure(self, metric: str, found: Sequence[tuple[Group, Measured]]) -> Figure:
        series: dict[str, list[Point]] = {}
        for group, row in found:
            low, high = interval(row.low, row.high) or (None, None)
            rest = {k: v for k, v in group.factors.items() if k != "agent"} or group.factors
            name = str(group.factors.get("agent", "")) if rest is not group.factors else ""
            series.setdefault(name, []).append(Point(named(rest), row.mean, low, high))
        shares = all(row.rate for _, row in found)
        return Figure(f"{metric} with 95% intervals", "points", series, metric, "", shares=shares)
