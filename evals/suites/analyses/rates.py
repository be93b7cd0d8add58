"""`rates`: k of n with Wilson's interval, factor against factor; conditions by Fisher's exact test.

[[analysis]]
kind = "rates"
measure = "metric:resisted"
rows = ["agent"]
columns = ["prompt"]
against = { prompt = "A" }
of = "scored"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....envs.core import UsageError
from ....leaderboard.cells import Measured
from ...statistics import between, rate
from ..blocks import Block, Column, Figure, Finding, Point, Rate, Table
from .base import Analysis, named
from .comparing import holm, remarks

if TYPE_CHECKING:
    from ..results import Group, Results

Places = dict[str, dict[str, tuple["Group", Measured]]]


class Rates(Analysis):
    """A table of rates, and contrasts with a baseline condition."""

    measure: str = "headline"
    rows: list[str] = []
    """Factors to tell rows apart by; default: the agent."""
    columns: list[str] = []
    of: str = "planned"
    against: dict[str, Any] = {}
    """A factor and its baseline value; every other value is tested against it."""

    def factors(self) -> list[tuple[str, str, bool]]:
        named_ = [("rows", each) for each in self.rows] + [("columns", c) for c in self.columns]
        return [
            (key, each, False) for key, each in [*named_, *(("against", a) for a in self.against)]
        ]

    def blocks(self, results: Results) -> list[Block]:
        lines = self.rows or ["agent"]
        found = results.measured(results.groups([*lines, *self.columns]), self.measure, of=self.of)
        metric = results.name_of(self.measure)
        if any(not row.rate and row.scored for _, row in found):
            raise UsageError(
                f"{metric} is no rate (its values are not all 0 or 1); use a table or a curve"
            )
        places: Places = {}
        for group, row in found:
            line = named({k: group.factors.get(k) for k in lines})
            place = named({k: group.factors.get(k) for k in self.columns}) or metric
            places.setdefault(line, {})[place] = (group, row)
        across = list(dict.fromkeys(place for line in places.values() for place in line))
        table = Table(
            f"Rate of {metric}, k of n {self.of}, with 95% intervals",
            [Column(" x ".join(lines)), *(Column(name, "rate") for name in across)],
            [
                [line, *(self._rate(own[p][1]) if p in own else None for p in across)]
                for line, own in places.items()
            ],
            remarks([row for _, row in found]),
        )
        series = {
            line: [Point(place, row.mean, row.low, row.high) for place, (_, row) in own.items()]
            for line, own in places.items()
        }
        blocks: list[Block] = []
        if len(found) <= 60:
            blocks.append(Figure(f"Rate of {metric}", "points", series, f"rate of {metric}", ""))
        counted = self._counts(places)
        return [*blocks, table, counted, *self._contrasts(found)]

    def _rate(self, row: Measured) -> Rate:
        base = row.n if self.of == "planned" else row.scored
        return Rate(row.total, base, row.low, row.high)

    def _counts(self, places: Places) -> Table:
        rows: list[Sequence[Any]] = [
            [line, sum(r.n for r in rs), sum(r.scored for r in rs), sum(r.n - r.scored for r in rs)]
            for line, rs in ((k, [row for _, row in v.values()]) for k, v in places.items())
        ]
        names = ("planned", "scored", "invalid")
        columns = [Column("of"), *(Column(n, "count") for n in names)]
        return Table("What the rates rest on", columns, rows)

    def _contrasts(self, found: Sequence[tuple[Group, Measured]]) -> list[Block]:
        if not self.against:
            return []
        (factor, base), *more = self.against.items()
        if more:
            raise UsageError("against takes one factor and its baseline value")
        by_rest: dict[str, dict[Any, Measured]] = {}
        for group, row in found:
            rest = named({k: v for k, v in group.factors.items() if k != factor})
            by_rest.setdefault(rest, {})[group.factors.get(factor)] = row
        tests = []
        for rest, own in by_rest.items():
            for value, row in own.items():
                if value != base and base in own:
                    a, b = self._rate(own[base]), self._rate(row)
                    tests.append((rest, value, a, b, _p(a, b)))
        if not tests:
            return [Finding(f"Nothing was played with {factor} = {base}, the baseline.")]
        adjusted = holm([1.0 if test[-1] is None else test[-1] for test in tests])
        rows: list[Sequence[Any]] = [
            [rest or None, value, a, b, _share(b) - _share(a), p, q]
            for (rest, value, a, b, p), q in zip(tests, adjusted, strict=True)
        ]
        columns = [
            Column("of"),
            Column(factor),
            Column(f"{factor}={base}", "rate"),
            Column("rate", "rate"),
            Column("difference", "change", strong=True),
            Column("p (Fisher)", "p"),
            Column("p (Holm)", "p"),
        ]
        title = f"Each {factor} against {base}: {len(tests)} contrasts"
        return [Table(title, columns, rows).without_empty()]


def _share(rate: Rate) -> float:
    return rate.k / rate.n if rate.n else 0.0


def _p(base: Rate, other: Rate) -> float | None:
    if not base.n or not other.n:
        return None
    return between(rate(int(other.k), other.n), rate(int(base.k), base.n)).p
