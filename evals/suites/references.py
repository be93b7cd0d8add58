"""The paper's own figures, beside ours where a suite says which cells they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .analyses.comparing import interval
from .blocks import Column, Section, Table
from .results import Results, fits

__all__ = ["beside"]

_ABOUT = (
    "What the paper reports, on its own data and models. Where ours stands beside it, it is the "
    "mean of one agent over the cells named, on this suite's tasks: unless both were measured on "
    "the same, read the two for their direction, not their level."
)


def beside(results: Results) -> Section:
    """A table of all references of a suite."""
    rows: list[Sequence[Any]] = []
    for reference in results.suite.references:
        cells = ", ".join(f"{key}={value}" for key, value in reference.where.items())
        head = [reference.what, reference.on or None, reference.value]
        tail = [cells or None, reference.source]
        groups = results.groups(
            ["agent"], lambda cell, ref=reference: fits(ref.where, cell.factors)
        )
        found = results.measured(
            groups if reference.where else [], reference.measure, of=reference.of
        )
        for group, row in found:
            span = interval(row.low, row.high)
            ours = [row.mean, span, row.n, row.n - row.scored, group.factors.get("agent")]
            rows.append([*head, *ours, *tail])
        if not found:
            rows.append([*head, None, None, None, None, None, *tail])
    columns = [
        Column("what"),
        Column("on"),
        Column("paper", "mean", strong=True),
        Column("ours", "mean"),
        Column("95% interval", "interval"),
        Column("planned", "count"),
        Column("invalid", "count"),
        Column("our agent"),
        Column("our cells"),
        Column("source"),
    ]
    table = Table("The paper's figures", columns, rows)
    return Section("The paper's figures beside ours", _ABOUT, "", [table.without_empty()])
