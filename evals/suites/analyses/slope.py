"""`slope`: how much a measure grows from one value of an option to the next.

The slope is that of least squares on the index of the value (0, 1, 2, ...), on means over
everything else: as in de Wynter (arXiv 2509.10414), per step of the grid. Units (say environments)
have a slope each; the interval is a bootstrap over units, or the regression's own for one unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....leaderboard.intervals import over_tasks
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .comparing import interval
from .published import Published, published

if TYPE_CHECKING:
    from ..results import Results


class Slope(Analysis):
    """A slope for each series."""

    x: str
    measure: str = "headline"
    series: list[str] = []
    """Default: the agent."""
    over: list[str] = []
    """Factors whose combinations are the units; default: the environment."""
    of: str = "planned"
    label: str = ""
    needs: str = ""
    """A measure; points at which its mean is 0 are left out."""
    published: list[Published] = []
    """A paper's slopes; `by` names the factor of the series whose values they are given for."""

    def factors(self) -> list[tuple[str, str, bool]]:
        listed = [("series", name) for name in self.series] + [("over", n) for n in self.over]
        return [("x", self.x, False), *((key, name, False) for key, name in listed)]

    def blocks(self, results: Results) -> list[Block]:
        label, metric = self.label or self.x, results.name_of(self.measure)
        lines = self.series or ["agent"]
        units = [name for name in self.over or ["environment"] if name not in lines]
        means: dict[str, dict[str, dict[Any, float]]] = {}
        of: dict[str, dict[str, Any]] = {}
        groups = results.groups([*lines, *units, self.x])
        if self.needs:
            groups = [g for g, row in results.measured(groups, self.needs, of=self.of) if row.mean]
        for group, row in results.measured(groups, self.measure, of=self.of):
            series = named({k: group.factors.get(k) for k in lines})
            unit = named({k: group.factors.get(k) for k in units})
            of[series] = group.factors
            means.setdefault(series, {}).setdefault(unit, {})[group.factors.get(self.x)] = row.mean
        rows = [[name, *self._slope(own), *self._beside(of[name])] for name, own in means.items()]
        rows = [row for row in rows if row[1] is not None]
        if not rows:
            return [Finding(f"Fewer than two values of {label} were played.")]
        title = f"change of {metric} per step of {label}"
        columns = [
            Column("series"),
            Column("slope", "change", strong=True),
            Column("95% interval", "interval"),
            Column("steps", "count"),
            Column("units", "count"),
            *published(self.published, "change"),
        ]
        notes = [each.note() for each in self.published]
        return [
            self._figure(title, rows, of, lines),
            Table(title, columns, list(rows), notes).without_empty(),
        ]

    def _figure(
        self, title: str, rows: list[list[Any]], of: dict[str, dict[str, Any]], lines: list[str]
    ) -> Figure:
        """A line for each series; of series by two factors, a line for each value of the second."""
        found: dict[str, list[Point]] = {}
        for name, slope, span, *_ in rows:
            first, *rest = lines
            line = ", ".join(str(of[name].get(key)) for key in rest) or name
            series = named({first: of[name].get(first)}) if rest else ""
            found.setdefault(series, []).append(Point(line, slope, *(span or (None, None))))
        for each in self.published if len(lines) == 2 else ():
            if each.by == lines[1]:
                places = dict.fromkeys(p.x for points in found.values() for p in points)
                found[each.name] = [Point(x, each.values[x]) for x in places if x in each.values]
        shape = "dots" if len(lines) > 1 else "points"
        marks = frozenset(each.name for each in self.published)
        return Figure(title, shape, found, title, "", shares=False, dashed=marks)

    def _beside(self, factors: dict[str, Any]) -> list[Any]:
        return [v for each in self.published for v in each.cells(factors.get(each.by or "agent"))]

    def _slope(self, units: dict[str, dict[Any, float]]) -> list[Any]:
        from scipy.stats import linregress
        from scipy.stats import t as student

        fits: list[Any] = [
            linregress(range(len(own)), list(own.values()))
            for own in units.values()
            if len(own) > 1
        ]
        if not fits:
            return [None, None, None, None]
        steps = max(map(len, units.values()))
        slopes = [float(fit.slope) for fit in fits]
        if len(fits) > 1:
            span = interval(*over_tasks(slopes, rate=False))
        elif steps > 2:
            half = float(student.ppf(0.975, steps - 2) * fits[0].stderr)
            span = (slopes[0] - half, slopes[0] + half)
        else:
            span = None
        return [sum(slopes) / len(slopes), span, steps, len(fits)]
