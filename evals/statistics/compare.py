"""Agents of a leaderboard file compared: paired by task, corrected for how often one looked.

    found = compare("palestra.duckdb", ["openai/a", "openai/b"])
    for each in found.pairs:
        print(each.environment, each.result.difference, each.verdict)

Two agents are compared in every environment, split and run that both played under the same
settings. Differences are those of the first less the second. What was planned and not scored counts
as 0, as in the ranking; `scored_only` is the other end of the bracket. p is corrected by Holm over
all pairs and environments of one call.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from ...envs.core import UsageError
from ...leaderboard.outcomes import Outcomes, outcomes
from .clusters import Interval, environments_like_these, these_tasks_again
from .multiple import family
from .paired import Paired, paired
from .power import Spread, spread
from .settings import differing, known, title

__all__ = ["Comparison", "Comparisons", "Overall", "compare"]


@dataclass(kw_only=True, slots=True)
class Comparison:
    """Two agents in one environment."""

    environment: str
    split: str
    metric: str
    first: Outcomes
    second: Outcomes
    result: Paired
    """First less second, for tasks like these."""
    same_tasks: Interval
    """The same difference, were these very tasks played again; infinite with one trial a task."""
    scored_only: float | None
    """The difference on what was scored of both: the other end of the bracket."""
    spread: Spread | None
    """Of the differences, between tasks and within; None with one trial a task."""
    remarks: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """As `Paired.verdict`; but where too little was scored to be ranked, `cannot tell`."""
        return self.result.verdict if self.first.ranked and self.second.ranked else "cannot tell"


@dataclass(kw_only=True, slots=True)
class Overall:
    """Two agents over several environments, each of which counts the same."""

    first: str
    second: str
    interval: Interval
    """Mean of the environments' differences, for environments like these."""
    p: float
    """Student's t over environments; not corrected."""

    @property
    def verdict(self) -> str:
        """`better`, `worse` or `cannot tell`."""
        if self.interval.low > 0 or self.interval.high < 0:
            return "better" if self.interval.low > 0 else "worse"
        return "cannot tell"


@dataclass(kw_only=True, slots=True)
class Comparisons:
    """All that was compared, and what was not."""

    pairs: list[Comparison]
    overall: list[Overall]
    refused: list[str]
    """Where settings differ, with what differs."""
    note: str
    """On the number of comparisons."""


def compare(
    path: str | os.PathLike[str],
    agents: Sequence[str] = (),
    *,
    environment: str | None = None,
    split: str | None = None,
    runs: Sequence[str] = (),
    despite: Collection[str] = (),
    margin: float | None = None,
    points: bool = False,
    level: float = 0.95,
) -> Comparisons:
    """Compare every two of some agents.

    Args:
        path: the leaderboard file.
        agents: as they are named in it; none means all.
        environment, split: only this one.
        runs: one name: only that run. As many as agents: each agent's own run, in order; one agent
            with two runs compares the runs. None means any, but both agents in the same.
        despite: settings that may differ, such as `options.tool_calls`.
        margin: differences that do not matter; see `paired`.
        points: whether `margin` is in points (hundredths) where the metric is a rate.
        level: of intervals.

    Raises:
        UsageError: nothing can be compared; the message says why.
    """
    sides = _sides(agents, runs)
    names = sorted({agent for agent, _ in sides})
    wanted = sorted({run for _, run in sides if run is not None}) or list(runs) or None
    cells = outcomes(path, agents=names or None, environment=environment, split=split, runs=wanted)
    missing = [name for name in names if not any(cell.agent == name for cell in cells)]
    if missing:
        everything = outcomes(path, environment=environment, split=split)
        raise UsageError(
            f"{path} has no such results of {', '.join(missing)}; it has {known(everything)}"
        )
    pairs, refused = [], []
    for first, second in _pairs(cells, sides):
        changes = differing(first, second, despite)
        if changes:
            refused.append(
                f"{title(first)}: {first.agent} and {second.agent} have other settings: "
                + "; ".join(changes)
            )
        elif first.means.keys() & second.means.keys():
            scale = 100 if points and first.rate else 1
            own = None if margin is None else margin / scale
            pairs.append(_compared(first, second, own, level))
    if not pairs:
        raise UsageError(_nothing(path, cells, refused))
    corrected, note = family([pair.result for pair in pairs])
    for pair, result in zip(pairs, corrected, strict=True):
        pair.result = result
    return Comparisons(
        pairs=pairs,
        overall=_overall(pairs, level),
        refused=refused,
        note=note,
    )


def _sides(agents: Sequence[str], runs: Sequence[str]) -> list[tuple[str, str | None]]:
    if len(agents) == 1 and len(runs) == 2:
        return [(agents[0], run) for run in runs]
    if len(agents) == 1:
        raise UsageError("one agent is compared with nothing; name two, or one and two runs")
    if len(runs) <= 1:
        return [(agent, runs[0] if runs else None) for agent in dict.fromkeys(agents)]
    if len(runs) != len(agents):
        raise UsageError(
            f"{len(runs)} runs are named for {len(agents)} agents; name one, or one for each agent"
        )
    return list(zip(agents, runs, strict=True))


def _pairs(
    cells: list[Outcomes], sides: list[tuple[str, str | None]]
) -> list[tuple[Outcomes, Outcomes]]:
    """Pairs of cells of one environment and split, by environment and in the order asked for."""
    places: dict[tuple[str, str], list[Outcomes]] = {}
    for cell in cells:
        places.setdefault((cell.environment, cell.split), []).append(cell)
    found = []
    for there in places.values():
        if not sides:
            pairs = combinations(there, 2)
            found += [(a, b) for a, b in pairs if a.run == b.run]
            continue
        for (one, its), (other, theirs) in combinations(sides, 2):
            found += [
                (a, b)
                for a in there
                for b in there
                if (a.agent, b.agent) == (one, other)
                and (a.run == its if its is not None else a.run == b.run)
                and (b.run == theirs if theirs is not None else a.run == b.run)
            ]
    return found


def _compared(first: Outcomes, second: Outcomes, margin: float | None, level: float) -> Comparison:
    remarks = []
    for cell in (first, second):
        if not cell.ranked:
            remarks.append(
                f"{cell.agent}: {cell.invalid:,} of {cell.planned:,} planned episodes are not "
                "scored, or it is an upper bound; no verdict"
            )
    result = paired(second.means, first.means, unit=first.rate or None, margin=margin, level=level)
    alone = result.only_before + result.only_after
    if alone:
        remarks.append(f"{alone:,} tasks that only one of them has are left out")
    if first.config.get("seed") != second.config.get("seed"):
        remarks.append("the seeds differ: tasks are paired, chance within them is not")
    here, there = first.means_scored(), second.means_scored()
    both = here.keys() & there.keys()
    ours, theirs = first.counted(), second.counted()
    return Comparison(
        environment=first.environment,
        split=first.split,
        metric=first.metric,
        first=first,
        second=second,
        result=result,
        same_tasks=these_tasks_again(ours, theirs, level=level),
        scored_only=sum(here[t] - there[t] for t in both) / len(both) if both else None,
        spread=_spread(ours, theirs, result),
        remarks=remarks,
    )


def _spread(
    ours: dict[str, list[float]], theirs: dict[str, list[float]], result: Paired
) -> Spread | None:
    """As `spread`; what `paired` adds to the variance, lest few tasks look certain, is kept."""
    import numpy as np

    found = spread(ours, theirs)
    if found is None:
        return None
    change = [
        sum(ours[task]) / len(ours[task]) - sum(theirs[task]) / len(theirs[task])
        for task in ours.keys() & theirs.keys()
    ]
    added = result.sd**2 - float(np.var(change, ddof=1))
    return found._replace(between=found.between + max(0.0, added))


def _overall(pairs: list[Comparison], level: float) -> list[Overall]:
    """For rates alone: differences of other metrics have no common unit."""
    found: dict[tuple[str, str], list[Comparison]] = {}
    for pair in pairs:
        found.setdefault((pair.first.agent, pair.second.agent), []).append(pair)
    overall = []
    for (first, second), members in found.items():
        places: dict[str, list[float]] = {}
        for pair in members:
            places.setdefault(pair.environment, []).append(pair.result.difference)
        if len(places) > 1 and all(pair.first.rate for pair in members):
            interval = environments_like_these(places, level=level)
            overall.append(
                Overall(first=first, second=second, interval=interval, p=_t_test(places))
            )
    return overall


def _t_test(places: dict[str, list[float]]) -> float:
    import numpy as np
    from scipy.stats import ttest_1samp

    means: Any = np.array([sum(values) / len(values) for values in places.values()])
    if np.ptp(means) == 0:
        return 0.0 if means[0] else 1.0
    test: Any = ttest_1samp(means, 0)
    return float(test.pvalue)


def _nothing(path: object, cells: list[Outcomes], refused: list[str]) -> str:
    if refused:
        return (
            "results of two settings are never mixed:\n  "
            + "\n  ".join(refused)
            + "\nRun both with the same settings, or name what may differ with --despite KEY."
        )
    runs = sorted({f"{cell.agent} in {title(cell)}" for cell in cells})
    return (
        f"{path} has no two of these agents on the same tasks of one environment, split and run; "
        f"it has {'; '.join(runs[:8]) or 'no such results'}"
    )
