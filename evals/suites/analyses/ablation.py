"""`ablation`: arms (scaffolds) against the bare agent, as they are and at equal cost.

A scaffold that asks three times spends three times as much. So beside the bare agent stands the
bare agent with the same budget: the majority vote over as many of its stored trials as the arm's
cost pays for, helpers included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....envs.core import UsageError
from ....leaderboard.cells import Measured, Used
from ...statistics import Paired
from ..blocks import Block, Column, Figure, Finding, Point, Table
from .base import Analysis, named
from .choosing import expected_choice
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

UNITS = ("cost", "tokens", "calls")
"""What arms are compared by: the first that is known of both."""


@dataclass(slots=True)
class _Found:
    """What is gathered over all agents."""

    arms: list[Sequence[Any]] = field(default_factory=list)
    pairs: list[tuple[list[Any], Paired]] = field(default_factory=list)
    points: dict[str, list[Point]] = field(default_factory=dict)
    said: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)


class Ablation(Analysis):
    """A row for each arm, and each arm's difference from the bare agent."""

    baseline: str = "bare"
    """The arm without a scaffold. Give it as many trials as the dearest arm costs times as much."""
    key: str = ""
    """Vote by this argument of the final call."""

    def blocks(self, results: Results) -> list[Block]:
        factors = [name for name in results.varying() if name != "arm"] or ["agent"]
        found = _Found()
        for whole in results.groups(factors):
            arms = results.groups([*factors, "arm"], lambda c, own=whole.cells: c in own)
            if arms:
                self._gather(results, named(whole.factors), arms, found)
        if not found.arms:
            return [Finding("Nothing was played yet.")]
        metric, base = results.metric, self.baseline
        arms_table = Table(
            f"{metric} of each arm",
            [
                Column("of"),
                Column("arm"),
                Column(metric, "mean", strong=True),
                *COUNTS,
                Column("calls/episode", "number"),
                Column("tokens/episode", "number"),
                Column("cost/episode", "money"),
                Column(f"times {base}", "number"),
            ],
            found.arms,
            remarks(found.measured),
        )
        pairs_table = Table(
            f"Each arm against {base}, paired by task",
            [Column("of"), Column("arm"), Column("against"), Column("its mean", "mean"), *PAIRED],
            [
                [*head, *pairs_row(change, p)]
                for (head, change), p in zip(
                    found.pairs, holm([change.p for _, change in found.pairs]), strict=True
                )
            ],
            list(dict.fromkeys(found.notes)),
        )
        figure = Figure(f"{metric} of each arm", "points", found.points, metric, "")
        return [*found.said, figure, arms_table.without_empty(), pairs_table.without_empty()]

    def _gather(self, results: Results, name: str, arms: Sequence[Group], found: _Found) -> None:
        base = next((g for g in arms if g.factors["arm"] == self.baseline), None)
        if base is None:
            raise UsageError(
                f"ablation: no arm is called {self.baseline!r}; baseline is one of "
                f"{', '.join(str(group.factors['arm']) for group in arms)}"
            )
        took = {id(group): use for group, use in results.used(arms)}
        for group, row in results.measured(arms):
            arm, use = str(group.factors["arm"]), took[id(group)]
            ratio, unit = _ratio(use, took[id(base)])
            known = [use.calls or None, use.tokens or None, use.cost or None]
            found.measured.append(row)
            found.arms.append([name, arm, row.mean, *counts(row), *known, ratio])
            span = interval(row.low, row.high) or (None, None)
            found.points.setdefault(name, []).append(Point(arm, row.mean, *span))
            if group is not base:
                self._compare(results, (name, arm, ratio, unit), base, group, found)

    def _compare(
        self,
        results: Results,
        what: tuple[str, str, float | None, str],
        base: Group,
        group: Group,
        found: _Found,
    ) -> None:
        """The arm against one trial of the bare agent, and against as many as it costs."""
        name, arm, ratio, unit = what
        after = results.by_task(group)
        change = compared(results.by_task(base), after)
        if change is None:
            return
        found.pairs.append(([name, arm, self.baseline, change.before], change))
        text = f"{name}: {arm} less {self.baseline}: {in_words(change)}"
        trials = results.trials(base, key=self.key or None)
        most = min(map(len, trials.values()))
        if ratio is None:
            found.notes.append(
                "Cost, tokens and calls are not known (scripts have none): there is no comparison "
                "at equal cost."
            )
        else:
            k = max(1, min(most, round(ratio)))
            if round(ratio) > most:
                found.notes.append(
                    f"{name} {arm} costs {ratio:.1f} times as much, and {self.baseline} has only "
                    f"{most} trials of a task to spend that on."
                )
            voted = {task: expected_choice(each, k, "majority") for task, each in trials.items()}
            fair = compared(voted, after)
            if fair is not None:
                against = f"{self.baseline}, majority of {k}"
                found.pairs.append(([name, arm, against, fair.before], fair))
                how = (
                    f"At equal {unit}"
                    if round(ratio) <= most
                    else f"At {k / ratio:.0%} of its {unit}"
                )
                text += f". {how}, against the majority of {k}: {in_words(fair)}"
        found.said.append(Finding(f"{text}."))


def _ratio(use: Used, base: Used) -> tuple[float | None, str]:
    """How many times as much an arm takes, and of what."""
    for unit in UNITS:
        own, first = getattr(use, unit), getattr(base, unit)
        if own and first:
            return own / first, unit
    return None, ""
