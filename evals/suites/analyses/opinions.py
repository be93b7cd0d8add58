"""`opinions`: what a judge said of the same episodes, beside the verdict from state.

A judge has read the conversation and neither ledger nor state (`palestra judge`). Where the two
differ, the state is the verdict; how often they do is what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....envs import find
from ....leaderboard.opinions import opinions
from ...statistics import agreement
from ..blocks import Block, Column, Finding, Rate, Table
from .base import Analysis, named

if TYPE_CHECKING:
    from ..results import Results

_COLUMNS = (
    Column("judge"),
    Column("of"),
    Column("state", "portion"),
    Column("judge: yes", "portion"),
    Column("both", "count"),
    Column("alike", "mean"),
    Column("kappa", "number", strong=True),
    Column("95% interval", "interval"),
    Column("no answer", "count"),
)


class Opinions(Analysis, kw_only=True):
    """A row for each judge and group.

    Attributes:
        metric: what was asked about.
        rows: factors; default: all that vary.
    """

    metric: str
    rows: list[str] = []

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("rows", factor, False) for factor in self.rows]

    def blocks(self, results: Results) -> list[Block]:
        environments = {cell.planned.cell.environment for cell in results.cells}
        if not environments or not results.begun:
            return [Finding("Nothing was played yet.")]
        said = opinions(
            results.db,
            where="o.metric = ? and list_contains(?::integer[], p.cell)",
            values=[self.metric, [number for number in results.ids if number is not None]],
        )
        if not said:
            found = find(min(environments))
            name = found.name if found else min(environments)
            return [
                Finding(f"No judge was asked (`palestra judge {name} --by URI`); none is needed.")
            ]
        rows: list[Sequence[Any]] = []
        for judge in dict.fromkeys(each.judge for each in said):
            for group in results.groups(self.rows or results.varying() or ["agent"]):
                of = [e for e in said if e.judge == judge and e.cell in group.ids]
                if of:
                    rows.append([judge, named(group.factors), *_row(of)])
        notes = ["The state is the verdict. A judge reads the conversation, not ledger and state."]
        return [
            Table(f"{self.metric}: a second opinion", list(_COLUMNS), rows, notes).without_empty()
        ]


def _row(said: Sequence[Any]) -> list[Any]:
    rated = [
        (each.task, bool(each.value), each.answer)
        for each in said
        if each.answer is not None and each.value is not None
    ]
    a = agreement(rated)
    return [
        _portion(a.both + a.first, a.n),
        _portion(a.both + a.second, a.n),
        a.both,
        None if math.isnan(a.alike) else a.alike,
        None if math.isnan(a.kappa) else a.kappa,
        None if math.isnan(a.low) else (a.low, a.high),
        (len(said) - len(rated)) or None,
    ]


def _portion(k: int, n: int) -> Rate | None:
    return Rate(k, n, 0.0, 1.0) if n else None
