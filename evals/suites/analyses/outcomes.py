"""`outcomes`: how episodes ended, counted; what is not scored stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..blocks import Block, Column, Table
from .base import Analysis

if TYPE_CHECKING:
    from ..results import Results


class Outcomes(Analysis):
    """A row for each combination of factors, a column for each outcome."""

    rows: list[str] = []
    """Default: all factors that vary."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("rows", factor, False) for factor in self.rows]

    def blocks(self, results: Results) -> list[Block]:
        factors = self.rows or results.varying() or ["agent"]
        counts: dict[int, dict[Any, int]] = {}
        totals: dict[int, list[int]] = {}
        groups = results.groups(factors)
        for group, row in results.measured(groups, "headline", by="outcome"):
            own = counts.setdefault(id(group), {})
            if row.at is not None:
                own[row.at] = own.get(row.at, 0) + row.scored
            total = totals.setdefault(id(group), [0, 0])
            total[0] += row.n
            total[1] += row.scored
        names = sorted({name for own in counts.values() for name in own})
        rows: list[Sequence[Any]] = []
        for group in groups:
            if id(group) in counts:
                planned, scored = totals[id(group)]
                known = [counts[id(group)].get(name, 0) for name in names]
                own = [group.factors.get(factor) for factor in factors]
                rows.append([*own, *known, planned, scored, planned - scored])
        ends = [Column(name, "count") for name in (*names, "planned", "scored", "invalid")]
        what = "predictions" if results.swept and not results.cells else "episodes"
        return [Table(f"How {what} ended", [*(Column(f) for f in factors), *ends], rows)]
