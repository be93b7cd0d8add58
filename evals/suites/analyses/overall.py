"""`overall`: one rate for a suite, every group counted alike, or none where too much is invalid.

[[analysis]]
kind = "overall"
measure = "metric:covert"
groups = "templates"
where = { variant = "base" }

The mean over groups is unweighted, so that a family with many tasks weighs no more than one with
few; its interval is a bootstrap that draws tasks within each group, with all their trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...statistics import rate
from ...statistics.resampling import bounds, resampled_sums
from ..blocks import Block, Column, Finding, Table
from .base import Analysis
from .verdicts import Tally, tallies

if TYPE_CHECKING:
    from ..results import Results


class Overall(Analysis, kw_only=True):
    """The unweighted mean of a rate over groups, with an interval clustered by task."""

    measure: str = "headline"
    groups: str
    """The factor that tells groups apart."""
    valid: str = "metric:valid"
    """1 where an episode came to a verdict; the denominator."""
    most_invalid: float = 0.05
    """With a larger share without a verdict there is no headline."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("groups", self.groups, False)]

    def blocks(self, results: Results) -> list[Block]:
        metric = results.name_of(self.measure)
        by_agent: dict[str, list[Tally]] = {}
        for each in tallies(results, ["agent", self.groups], [self.measure], self.valid):
            by_agent.setdefault(str(each.factors.get("agent")), []).append(each)
        if not by_agent:
            return [Finding("Nothing was played yet.")]
        rows: list[Sequence[Any]] = []
        said: list[Block] = []
        for agent, own in by_agent.items():
            planned, valid = sum(t.planned for t in own), sum(t.valid for t in own)
            row = [agent, len(own), planned, planned - valid]
            if planned - valid > self.most_invalid * planned:
                share = (planned - valid) / planned
                said.append(
                    Finding(
                        f"{agent}: no headline. {share:.1%} of {planned:,} episodes came to no "
                        f"verdict; more than {self.most_invalid:.0%} is too much for a rate."
                    )
                )
                rows.append([*row, None, None])
                continue
            mean, ends = self._mean(results, agent, own)
            said.append(
                Finding(f"{agent}: {metric} {mean:.1%} ({ends[0]:.1%} to {ends[1]:.1%}) over all.")
            )
            rows.append([*row, mean, ends])
        columns = [
            Column("agent"),
            Column(self.groups, "count"),
            Column("planned", "count"),
            Column("invalid", "count"),
            Column(f"mean rate of {metric}", "mean", strong=True),
            Column("95% interval", "interval"),
        ]
        notes = [
            f"The mean over {self.groups} is unweighted; the interval is a bootstrap that draws "
            "tasks within each, or Wilson's over all tasks where none differs from another."
        ]
        return [*said, Table(f"{metric.capitalize()} over all {self.groups}", columns, rows, notes)]

    def _mean(
        self, results: Results, agent: str, own: Sequence[Tally]
    ) -> tuple[float, tuple[float, float]]:
        """Mean and interval; tasks without a verdict are not drawn."""
        means: list[float] = []
        draws: list[Any] = []
        tasks = 0
        for number, group in enumerate(results.groups(["agent", self.groups])):
            if str(group.factors.get("agent")) != agent:
                continue
            verdicts = results.by_task(group, self.valid)
            values = results.by_task(group, self.measure)
            pairs = [(values.get(task, 0.0), share) for task, share in verdicts.items() if share]
            if not pairs:
                continue
            tasks += len(pairs)
            total, weight = (sum(column) for column in zip(*pairs, strict=True))
            means.append(total / weight)
            sums = resampled_sums(pairs, seed=number)
            draws.append(sums[:, 0] / sums[:, 1])
        if all(each.std() == 0 for each in draws):
            # Resampling what never differs says nothing of what was not seen.
            alike = rate(round(sum(means) / len(means) * tasks), tasks)
            return sum(means) / len(means), (alike.low, alike.high)
        fewest = min(map(len, draws))
        drawn = sum(each[:fewest] for each in draws) / len(draws)
        return sum(means) / len(means), bounds(drawn)
