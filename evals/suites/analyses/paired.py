"""`paired`: agents (or any factor's values) against one another, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .comparing import PAIRED, compared, holm, in_words, interval, pairs_row

if TYPE_CHECKING:
    from ..results import Group, Results


_OF_VERDICTS = (
    "Of the episodes that came to a verdict; a task without one on either side is left out."
)


class Against(Analysis):
    """Every value of a factor against a baseline, within each combination of the others."""

    factor: str = "agent"
    baseline: str = ""
    """Default: the first."""
    every: bool = False
    """Whether all pairs are compared, later less earlier, and not only with the baseline."""
    measure: str = "headline"
    valid: str = ""
    """A metric that is 1 where an episode came to a verdict; the others say nothing, and a task
    without a verdict on either side is left out."""
    within: list[str] = []
    """Factors to compare within; default: all others that vary."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("factor", self.factor, False), *(("within", name, False) for name in self.within)]

    def blocks(self, results: Results) -> list[Block]:
        within = self.within or [name for name in results.varying() if name != self.factor]
        by_rest: dict[str, list[Group]] = {}
        for group in results.groups([*within, self.factor]):
            rest = {name: value for name, value in group.factors.items() if name != self.factor}
            by_rest.setdefault(named(rest), []).append(group)
        found = []
        for rest, groups in by_rest.items():
            means = [results.by_task(group, self.measure, self.valid) for group in groups]
            for first, other in self._pairs(groups):
                change = compared(means[first], means[other])
                if change is not None:
                    names = [groups[place].factors.get(self.factor) for place in (other, first)]
                    found.append((rest, *names, change))
        if not found:
            of = " that came to a verdict" if self.valid else ""
            return [Finding(f"There are no two to compare on the same tasks{of}.")]
        adjusted = holm([change.p for *_, change in found])
        rows: list[Sequence[Any]] = []
        for (rest, other, base, change), p in zip(found, adjusted, strict=True):
            means = (change.after, change.before)
            several = p if len(found) > 1 else None
            rows.append([rest or None, other, base, *means, *pairs_row(change, several)])
        metric = results.name_of(self.measure)
        title = f"{metric}: {self.factor} against {self.factor}, paired by task"
        heads = [Column("in"), Column(self.factor), Column("against")]
        values = [Column("its mean", "mean"), Column("the other's mean", "mean")]
        points: dict[str, list[Point]] = {}
        for rest, other, base, change in found:
            span = interval(change.low, change.high) or (None, None)
            name = f"{other} - {base}" + (f", {rest}" if rest else "")
            points.setdefault("", []).append(Point(name, change.difference, *span))
        notes = [_OF_VERDICTS] if self.valid else []
        difference = f"difference of {metric}"
        return [
            *(
                Finding(f"{f'{rest}: ' if rest else ''}{other} less {base}: {in_words(change)}.")
                for rest, other, base, change in found[:6]
            ),
            Figure(f"{difference}, paired by task", "points", points, difference, "", shares=False),
            Table(title, [*heads, *values, *PAIRED], rows, notes).without_empty(),
        ]

    def _pairs(self, groups: Sequence[Group]) -> list[tuple[int, int]]:
        """Which are compared: (the one, the other less it)."""
        places = range(len(groups))
        if self.every:
            return list(combinations(places, 2))
        names = [str(group.factors.get(self.factor)) for group in groups]
        base = names.index(self.baseline) if self.baseline in names else 0
        return [(base, place) for place in places if place != base]
