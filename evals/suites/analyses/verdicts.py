"""Counts of episodes with a verdict: what propensities rest on, and why the rest was discarded.

A propensity (how often somebody does what nobody asked for) counts episodes in which it could be
seen. Who ran out of turns first did neither, and is discarded with its reason, as the paper does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...statistics import rate
from ..blocks import Rate

if TYPE_CHECKING:
    from ..results import Group, Results

__all__ = ["UNPLAYED", "Tally", "tallies"]

UNPLAYED = "not scored"
"""The reason for planned episodes that have no score: missing, failed or not gradable."""


@dataclass(slots=True)
class Tally:
    """The episodes of one condition.

    Attributes:
        factors: the condition, and whose.
        planned: episodes.
        valid: of them with a verdict.
        sums: of each measure, over the valid ones.
        discarded: the others by their reason.
    """

    factors: dict[str, Any]
    planned: int = 0
    valid: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    discarded: dict[str, int] = field(default_factory=dict)

    def rate(self, measure: str, of: float | None = None) -> Rate:
        """The share of the valid ones, or `of` so many, with Wilson's interval."""
        n = self.valid if of is None else round(of)
        found = rate(round(self.sums.get(measure, 0.0)), n)
        return Rate(found.k, found.n, found.low, found.high)

    def jeffreys(self, measure: str) -> tuple[float, float]:
        """The ends of Jeffreys' interval."""
        found = rate(round(self.sums.get(measure, 0.0)), self.valid, "jeffreys")
        return found.low, found.high


def tallies(
    results: Results, factors: Sequence[str], measures: Sequence[str], valid: str
) -> list[Tally]:
    """A tally for each combination of factors.

    Args:
        results: of the suite.
        factors: that tell conditions apart.
        measures: to add up over the valid episodes.
        valid: the metric that is 1 where there is a verdict.
    """
    groups = results.groups(factors)
    found = {id(group): Tally(dict(group.factors)) for group in groups}

    def of(group: Group) -> Tally:
        return found[id(group)]

    for group, row in results.measured(groups, valid, by="outcome"):
        tally = of(group)
        tally.planned += row.n
        tally.valid += round(row.total)
        unscored = row.n - row.scored
        for reason, count in ((str(row.at), row.scored - round(row.total)), (UNPLAYED, unscored)):
            if count:
                tally.discarded[reason] = tally.discarded.get(reason, 0) + count
    for measure in measures:
        for group, row in results.measured(groups, measure, by=valid):
            if row.at == 1:
                of(group).sums[measure] = row.total
    return [each for each in found.values() if each.planned]
