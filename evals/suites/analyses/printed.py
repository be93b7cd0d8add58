"""`printed`: a paper's table of rates as it was printed, and ours below it under the same heads.

[[analysis]]
kind = "printed"
factor = "prompt"
columns = ["A", "K"]
source = "Paper, table 2"
rows = { "Some model" = { A = 0.926, K = 0.992 } }

The paper's are figures of other runs, for direction and not for a test; a cell that it does not
have stays empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..blocks import Block, Column, Table
from .base import Analysis
from .verdicts import tallies

if TYPE_CHECKING:
    from ..results import Results


class Printed(Analysis, kw_only=True):
    """Their rows, then ours."""

    measure: str = "headline"
    valid: str = "metric:valid"
    factor: str
    """What the columns are values of."""
    columns: list[str]
    rows: dict[str, dict[str, float]]
    """Of the paper: shares, not percentages, by row and column."""
    source: str
    where: dict[str, Any] = {}
    """Our cells are those with these factors."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("factor", self.factor, False), *(("where", name, False) for name in self.where)]

    def blocks(self, results: Results) -> list[Block]:
        lines: list[Sequence[Any]] = [
            [name, "paper", *(row.get(column) for column in self.columns)]
            for name, row in self.rows.items()
        ]
        ours: dict[str, dict[str, Any]] = {}
        for each in tallies(
            results, ["agent", self.factor, *self.where], [self.measure], self.valid
        ):
            if all(each.factors.get(name) == value for name, value in self.where.items()):
                place = str(each.factors.get(self.factor))
                rate = each.rate(self.measure) if each.valid else None
                ours.setdefault(str(each.factors.get("agent")), {})[place] = rate
        lines += [
            [agent, "here", *(row.get(column) for column in self.columns)]
            for agent, row in ours.items()
        ]
        heads = [Column("who"), Column("from"), *(Column(c, "portion") for c in self.columns)]
        metric = results.name_of(self.measure)
        note = (
            f"Source: {self.source}. Of the paper's rows about 1,000 trials lie behind each cell."
        )
        title = f"Rate of {metric} by {self.factor}: the paper's, and ours"
        return [Table(title, heads, lines, [note]).without_empty()]
