"""`curve`: a measure over an option, or over what tells episodes apart (`difficulty:calls`).

Over an option the gain from its first to its last value is paired by task; with several series, so
is the difference between their gains ("grows more for ...").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.cells import Measured
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .comparing import (
    COUNTS,
    PAIRED,
    compared,
    counts,
    holm,
    in_words,
    interval,
    pairs_row,
    remarks,
)

if TYPE_CHECKING:
    from ..results import Group, Results

Places = list[tuple[Any, "Group", Measured]]


class Curve(Analysis):
    """One line for each series."""

    x: str
    """A factor, `difficulty:NAME` or `metric:NAME`."""
    measure: str = "headline"
    series: list[str] = []
    """Factors to draw lines for; default: all others that vary."""
    of: str = "planned"
    log: bool = False
    """Whether x grows by factors."""
    label: str = ""
    """What x is called; default: its name."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("x", self.x, True), *(("series", factor, False) for factor in self.series)]

    def blocks(self, results: Results) -> list[Block]:
        lines = self._lines(results)
        if not lines:
            return [Finding("Nothing was played yet.")]
        metric, label = results.name_of(self.measure), self.label or self.x.rpartition(":")[2]
        every = [row for places in lines.values() for _, _, row in places]
        rows = [
            [name, at, row.mean, *counts(row)]
            for name, places in lines.items()
            for at, _, row in places
        ]
        table = Table(
            f"{metric} by {label}",
            [Column("series"), Column(label), Column(metric, "mean", strong=True), *COUNTS],
            list(rows),
            remarks(every),
        )
        figure = Figure(
            f"{metric} by {label}, with 95% intervals",
            "lines",
            {
                name: [
                    Point(at, row.mean, *(interval(row.low, row.high) or (None, None)))
                    for at, _, row in places
                    if at is not None
                ]
                for name, places in lines.items()
            },
            label,
            metric,
            log=self.log,
            shares=all(row.rate for row in every),
        )
        gains = [] if ":" in self.x or self.x == "outcome" else self._gains(results, lines)
        return [figure, *gains, table.without_empty()]

    def _lines(self, results: Results) -> dict[str, Places]:
        factors = self.series or [name for name in results.varying() if name != self.x]
        of_episodes = ":" in self.x or self.x == "outcome"
        groups = results.groups(factors if of_episodes else [*factors, self.x])
        found = results.measured(
            groups, self.measure, by=self.x if of_episodes else None, of=self.of
        )
        lines: dict[str, Places] = {}
        for group, row in found:
            at = _whole(row.at) if of_episodes else group.factors.get(self.x)
            rest = {key: value for key, value in group.factors.items() if key != self.x}
            lines.setdefault(named(rest) or "all", []).append((at, group, row))
        return lines

    def _gains(self, results: Results, lines: dict[str, Places]) -> list[Block]:
        """From the first to the last x, and the differences between the series' gains."""
        changes: dict[str, dict[str, float]] = {}
        found = []
        for name, places in lines.items():
            if len(places) < 2:
                continue
            (first, start, _), (last, end, _) = places[0], places[-1]
            before = results.by_task(start, self.measure)
            after = results.by_task(end, self.measure)
            gain = compared(before, after)
            if gain is not None:
                found.append((name, f"{first} to {last}", gain))
                changes[name] = {t: after[t] - before[t] for t in before.keys() & after.keys()}
        names = list(changes)
        for other in names[1:]:
            more = compared(changes[names[0]], changes[other])
            if more is not None:
                found.append((f"gain of {other} less gain of {names[0]}", "", more))
        if not found:
            return []
        adjusted = holm([gain.p for _, _, gain in found])
        rows: list[Sequence[Any]] = [
            [name, span or None, *pairs_row(gain, p if len(found) > 1 else None)]
            for (name, span, gain), p in zip(found, adjusted, strict=True)
        ]
        label = self.label or self.x
        table = Table(f"Gain over {label}", [Column("series"), Column(label), *PAIRED], rows)
        said: list[Block] = [
            Finding(
                f"{name}: {in_words(gain)}, from {label} {span}."
                if span
                else f"{name}: {in_words(gain)}."
            )
            for name, span, gain in found[:6]
        ]
        return [*said, table.without_empty()]


def _whole(at: Any) -> Any:
    return int(at) if isinstance(at, float) and at.is_integer() else at
