"""What an analysis hands to the report: tables, figures and findings, as values.

Cells hold raw values; `show.py` writes them, so that the page, the Markdown and the JSON of one
report cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "text", "mean", "estimate", "interval", "count", "number", "change", "money", "p", "rate",
    "portion",
]  # fmt: skip
"""How a column is written. `mean`: three decimals. `interval`: a pair. `estimate`: a mean and its
interval. `change`: with its sign. `rate`: a `Rate` with its interval. `portion`: a `Rate` without
it, or a share alone."""


class Rate(NamedTuple):
    """k of n, and the interval."""

    k: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `strong` for the one that the table is about."""

    name: str
    kind: Kind = "text"
    strong: bool = False


@dataclass(slots=True)
class Table:
    """Rows of raw values, None where there is none."""

    title: str
    columns: Sequence[Column]
    rows: list[Sequence[Any]]
    notes: list[str] = field(default_factory=list)

    def without_empty(self) -> Table:
        """The same without columns in which no row has a value."""
        kept = [
            i
            for i, column in enumerate(self.columns)
            if column.strong or any(row[i] is not None for row in self.rows)
        ]
        rows: list[Sequence[Any]] = [[row[i] for i in kept] for row in self.rows]
        return Table(self.title, [self.columns[i] for i in kept], rows, self.notes)


class Point(NamedTuple):
    """A value with its interval, at `x` (a number or a name)."""

    x: Any
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Figure:
    """A picture of intervals.

    Attributes:
        title: what it shows, also read to those who do not see it.
        shape: `lines` over x; `points`: one line of the picture for each; or `dots`: one line for
            each x, on which the series stand side by side.
        series: points under a name.
        x, y: what the axes are.
        log: whether x grows by factors.
        shares: whether y lies between 0 and 1.
        dashed: series that bound what is possible, or are a paper's, and are no result of ours.
        panels: small pictures under their names, in the place of `series`; one legend for all.
    """

    title: str
    shape: Literal["lines", "points", "dots"]
    series: dict[str, list[Point]]
    x: str
    y: str
    log: bool = False
    shares: bool = True
    dashed: frozenset[str] = frozenset()
    panels: dict[str, dict[str, list[Point]]] = field(default_factory=dict)


@dataclass(slots=True)
class Finding:
    """A sentence that a table comes down to."""

    text: str


Block = Table | Figure | Finding


@dataclass(slots=True)
class Section:
    """One analysis in the report."""

    title: str
    about: str
    paper: str
    """What the paper found, in a sentence, with its source."""
    blocks: list[Block]
