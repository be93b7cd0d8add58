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
    panels: list[str] = []
    """Factors to draw a small picture for each combination of."""
    gains: bool = True
    """Whether gains are compared."""

    def factors(self) -> list[tuple[str, str, bool]]:
        listed = [("series", name) for name in self.series] + [("panels", n) for n in self.panels]
        return [("x", self.x, True), *((key, name, False) for key, name in listed)]

    def blocks(self, results: Results) -> list[Block]:
        lines = self._lines(results, self.panels)
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
        panels: dict[str, dict[str, list[Point]]] = {}
        for places in lines.values():
            for at, group, row in places:
                panel = ", ".join(str(group.factors.get(name)) for name in self.panels)
                series = {k: v for k, v in group.factors.items() if k not in (self.x, *self.panels)}
                points = panels.setdefault(panel, {}).setdefault(named(series) or "all", [])
                if at is not None:
                    span = interval(row.low, row.high) or (None, None)
                    points.append(Point(at, row.mean, *span))
        figure = Figure(
            f"{metric} by {label}, with 95% intervals",
            "lines",
            next(iter(panels.values())) if not self.panels else {},
            label,
            metric,
            log=self.log,
            shares=all(row.rate for row in every),
            panels=panels if self.panels else {},
        )
        compared = self.gains and ":" not in self.x and self.x != "outcome"
        gains = self._gains(results, lines) if compared else []
        return [figure, *gains, table.without_empty()]

    def _lines(self, results: Results, panels: Sequence[str] = ()) -> dict[str, Places]:
        own = self.series or [n for n in results.varying() if n not in (self.x, *panels)]
        factors = [*panels, *own]
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
