"""`matrix`: one factor down, another across, a measure with its interval in each place.

With `best`, each place has the largest mean over the combinations of some factors, as papers report
the best configuration. That flatters: the choice is made on the very tasks that are reported, so
no interval is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.cells import Measured
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .comparing import interval, remarks
from .published import Published, published

if TYPE_CHECKING:
    from ..results import Group, Results


class Matrix(Analysis):
    """A table of rows by columns, and the same as dots."""

    rows: str
    """The factor that goes down."""
    columns: list[str] = []
    """Factors that go across; default: the agent."""
    measure: str = "headline"
    of: str = "planned"
    best: list[str] = []
    """Of the combinations of these factors the one with the largest mean is shown."""
    figure: bool = True
    published: list[Published] = []
    """Figures of a paper, beside ours: one column for each table."""

    def factors(self) -> list[tuple[str, str, bool]]:
        listed = [("columns", name) for name in self.columns] + [("best", n) for n in self.best]
        return [("rows", self.rows, False), *((key, name, False) for key, name in listed)]

    def blocks(self, results: Results) -> list[Block]:
        across = self.columns or ["agent"]
        groups = results.groups([self.rows, *across, *self.best])
        found = results.measured(groups, self.measure, of=self.of)
        if not found:
            return [Finding("Nothing was played yet.")]
        metric = results.name_of(self.measure)
        title = f"{'best ' if self.best else ''}{metric} by {self.rows}"
        places: dict[Any, dict[str, tuple[Group, Measured]]] = {}
        for group, row in found:
            column = named({name: group.factors.get(name) for name in across})
            own = places.setdefault(group.factors.get(self.rows), {})
            if column not in own or row.mean > own[column][1].mean:
                own[column] = (group, row)
        names = list(dict.fromkeys(column for own in places.values() for column in own))
        rows: list[Sequence[Any]] = []
        for place, own in places.items():
            values = [self._value(own[name][1]) if name in own else None for name in names]
            beside = [value for each in self.published for value in each.cells(place)]
            n, scored = (sum(getattr(r, of) for _, r in own.values()) for of in ("n", "scored"))
            rows.append([place, *values, *beside, n, scored, n - scored])
        table = Table(
            title,
            [
                Column(self.rows),
                *(Column(name, "mean" if self.best else "estimate") for name in names),
                *published(self.published),
                *(Column(name, "count") for name in ("planned", "scored", "invalid")),
            ],
            rows,
            [*remarks([row for _, row in found]), *self._notes()],
        )
        blocks: list[Block] = [table.without_empty()]
        if self.best:
            blocks.append(self._chosen(places, title))
        if self.figure and len(places) > 1:
            blocks.insert(0, self._figure(places, names, title, metric))
        return blocks

    def _value(self, row: Measured) -> Any:
        return row.mean if self.best else (row.mean, *(interval(row.low, row.high) or (None, None)))

    def _notes(self) -> list[str]:
        flattering = f"The best choice of {', '.join(self.best)} is made on the tasks shown."
        return [*([flattering] if self.best else []), *(each.note() for each in self.published)]

    def _chosen(self, places: dict[Any, dict[str, tuple[Group, Measured]]], title: str) -> Table:
        rows: list[Sequence[Any]] = [
            [place, column, *(group.factors.get(name) for name in self.best), row.mean]
            for place, own in places.items()
            for column, (group, row) in own.items()
        ]
        columns = [Column(self.rows), Column("of"), *map(Column, self.best), Column("mean", "mean")]
        return Table(f"What is chosen: {title}", columns, rows)

    def _figure(
        self,
        places: dict[Any, dict[str, tuple[Group, Measured]]],
        names: Sequence[str],
        title: str,
        metric: str,
    ) -> Figure:
        series: dict[str, list[Point]] = {}
        for name in names:
            for place, own in places.items():
                if name in own:
                    row = own[name][1]
                    span = (None, None) if self.best else interval(row.low, row.high)
                    point = Point(str(place), row.mean, *(span or (None, None)))
                    series.setdefault(name, []).append(point)
        for each in self.published:
            points = [Point(str(p), each.values[str(p)]) for p in places if str(p) in each.values]
            series[each.name] = points
        shares = all(row.rate for own in places.values() for _, row in own.values())
        marks = frozenset(each.name for each in self.published)
        return Figure(title, "dots", series, metric, "", shares=shares, dashed=marks)
