"""`judge`: the position bias of judges that compare replies in pairs.

Of pairs shown in both orders (`round_robin`): how often the verdict changed with the order. In one
order only (`king`, `knockout`) a place is told from the first pair of each choice: its two samples
are drawn alike, so a judge without a bias prefers reply 0 half of the time. Later pairs say nothing
of that: who won before is shown first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ....leaderboard.intervals import over_tasks
from ....leaderboard.verdicts import Verdict, verdicts
from ..blocks import Block, Column, Finding, Table
from .base import Analysis, named
from .comparing import holm

if TYPE_CHECKING:
    from ..results import Results

_COLUMNS = (
    Column("of"),
    Column("verdicts", "count"),
    Column("pairs in both orders", "count"),
    Column("changed with the order", "mean", strong=True),
    Column("95% interval", "interval"),
    Column("of these for reply 0", "count"),
    Column("first pairs", "count"),
    Column("first pairs: for reply 0", "mean"),
    Column("its 95% interval", "interval"),
    Column("p (binomial)", "p"),
    Column("p (Holm)", "p"),
)


class Judge(Analysis):
    """A row for each group in which a judge was asked."""

    rows: list[str] = []
    """Default: all factors that vary."""

    def factors(self) -> list[tuple[str, str, bool]]:
        return [("rows", factor, False) for factor in self.rows]

    def blocks(self, results: Results) -> list[Block]:
        rows: list[list[Any]] = []
        for group in results.groups(self.rows or results.varying() or ["agent"]):
            said = list(verdicts(results.db, group.ids))
            if said:
                rows.append([named(group.factors), *_swapped(said), *_first(said)])
        if not rows:
            return [Finding("No judge compared replies in pairs, or none could be read.")]
        tested = [row for row in rows if row[-1] is not None]
        for row, p in zip(tested, holm([row[-1] for row in tested]), strict=True):
            row.append(p)
        filled: list[Sequence[Any]] = [[*row, *[None] * (len(_COLUMNS) - len(row))] for row in rows]
        found = Table("Position bias of the judge", list(_COLUMNS), filled, list(_NOTES))
        return [*map(Finding, _sentences(rows)), found.without_empty()]


_NOTES = (
    "changed with the order: of pairs that were shown in both orders.",
    "first pairs: two samples drawn alike, of which an unbiased judge prefers each half the time.",
)


def _swapped(said: Iterable[tuple[str, list[Verdict]]]) -> list[Any]:
    """Verdicts, pairs in both orders, share that changed, its interval, changes for reply 0."""
    count = pairs = first = 0
    by_task: dict[str, list[float]] = {}
    for task, choice in said:
        won = {(a, b): best for a, b, best in choice}
        count += len(won)
        for (a, b), best in won.items():
            if a < b and (b, a) in won:
                changed = best != won[b, a]
                pairs += 1
                first += changed and best == a
                by_task.setdefault(task, []).append(float(changed))
    if not pairs:
        return [count, None, None, None, None]
    share = sum(map(sum, by_task.values())) / pairs
    means = [sum(each) / len(each) for each in by_task.values()]
    return [count, pairs, share, over_tasks(means, rate=True), first]


def _first(said: Iterable[tuple[str, list[Verdict]]]) -> list[Any]:
    """First pairs, the share for reply 0, its interval, and p of one half; by task."""
    from scipy.stats import binomtest

    by_task: dict[str, list[float]] = {}
    for task, choice in said:
        won = {(a, b): best for a, b, best in choice}
        if (0, 1) in won:
            by_task.setdefault(task, []).append(float(won[0, 1] == 0))
    if not by_task:
        return [None, None, None, None]
    values = [value for each in by_task.values() for value in each]
    means = [sum(each) / len(each) for each in by_task.values()]
    # One choice a task is independent of the others; of several, the interval alone is given.
    alone = len(values) == len(by_task)
    p = float(binomtest(int(sum(values)), len(values)).pvalue) if alone else None
    return [len(values), sum(values) / len(values), over_tasks(means, rate=True), p]


def _sentences(rows: Sequence[Sequence[Any]]) -> list[str]:
    found = []
    for name, _, pairs, share, _, for_first, first, of_first, *_ in rows:
        if pairs:
            found.append(
                f"{name}: {share:.0%} of {pairs:,} pairs got another verdict when the two replies "
                f"were swapped, {for_first:,} of them for reply 0 both times."
            )
        elif first:
            found.append(
                f"{name}: of {first:,} first pairs the judge preferred reply 0 in {of_first:.0%}; "
                "the order was not swapped."
            )
    return found
