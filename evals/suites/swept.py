"""The sweeps of a suite: their cells, their files, and what the files say, as `Results` asks.

    swept = swept_of(read("formal"), ["tree"], db="x.duckdb")
    play_parts(jobs_of(swept))
    Predictions(swept).measured({"all": swept})

Files lie beside the leaderboard: x.duckdb has x.sweeps/NAME OF THE RUN/AGENT.jsonl.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...agents import Agent, resolve
from ...envs.core import UsageError
from ...leaderboard.cells import Measured
from ...leaderboard.intervals import over_tasks, wilson
from ..sweeps import Family, Job, Point, find_family
from ..sweeps.values import outcomes_of, table_of
from .cells import labelled, players, seats
from .form import Suite

__all__ = ["Predictions", "SweptCell", "jobs_of", "swept_of"]

_UNSAFE = re.compile(r"[^\w.,=-]+")


@dataclass(slots=True)
class SweptCell:
    """A cell of a sweep and its factors, as `SuiteCell` is one of episodes."""

    factors: dict[str, Any]
    job: Job
    point: Point


def swept_of(
    suite: Suite,
    agents: Sequence[str | Agent] = (),
    name: str = "",
    db: str | os.PathLike[str] = "palestra.duckdb",
) -> list[SweptCell]:
    """The cells of all sweeps of a suite; the arguments are those of `cells_of`.

    Args:
        db: the leaderboard file that the results lie beside.

    Raises:
        UsageError: something does not exist or does not fit.
    """
    folder, compared, found = Path(db).with_suffix(".sweeps"), labelled(agents), []
    ready: dict[str, str | Agent] = {}
    begun: set[Path] = set()
    for entry in suite.sweeps:
        family = find_family(entry.id)
        queries = suite.forced.get("tasks") or entry.queries or suite.tasks
        parts = family.parts(entry.options, entry.grid, queries, suite.seed)
        for arm in seats(suite, entry):
            for label, agent in players(arm, compared):
                who = _ready(family, agent, ready)
                uri = who if isinstance(who, str) else who.uri
                for part in parts:
                    run = filter(None, (name or suite.name, entry.name, part.label))
                    path = folder.joinpath(*map(_safe, run), f"{_safe(uri)}.jsonl")
                    if path in begun:  # an agent that is one of the suite's own arms, too
                        continue
                    begun.add(path)
                    job = Job(family, part, who, path)
                    own = {
                        "environment": entry.name or entry.id,
                        "split": "test",
                        "agent": label,
                        "arm": arm.name or arm.agent,
                    }
                    found += [SweptCell({**own, **p.factors}, job, p) for p in part.points]
    return found


def jobs_of(swept: Sequence[SweptCell]) -> list[Job]:
    """What is to be played, each agent's together."""
    jobs = {id(cell.job): cell.job for cell in swept}.values()
    first = {path: place for place, path in enumerate(dict.fromkeys(map(_agent, jobs)))}
    return sorted(jobs, key=lambda job: first[_agent(job)])


def _agent(job: Job) -> str:
    return job.agent if isinstance(job.agent, str) else job.agent.uri


def _ready(family: Family, agent: str | Agent, ready: dict[str, str | Agent]) -> str | Agent:
    """An agent is made once; names that answer without one stay names."""
    if isinstance(agent, Agent) or agent in family.answerers:
        return agent
    if agent not in ready:
        ready[agent] = resolve(agent, ())
    return ready[agent]


def _safe(name: str) -> str:
    """A name as the name of a file; two names never share one."""
    safe = _UNSAFE.sub("_", name)[:100]
    mark = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return safe if safe == name else f"{safe}-{mark}"


class Predictions:
    """What the files of a suite's sweeps hold: a character for each prediction, read once.

    1.89 million predictions are 2 MB.
    """

    def __init__(self, swept: Sequence[SweptCell]) -> None:
        self._kept = {
            job.path: {kept.key: kept.outcomes for kept in job.family.read(job.path)}
            for job in jobs_of(swept)
        }

    def begun(self, cell: SweptCell) -> bool:
        """Whether anything of the cell's part is there."""
        return bool(self._kept.get(cell.job.path))

    def holds(self, cell: SweptCell) -> bool:
        """Whether the cell is finished."""
        return cell.point.key in self._kept.get(cell.job.path, ())

    def measured(
        self,
        groups: Mapping[str, Sequence[SweptCell]],
        measure: str = "headline",
        *,
        by: str | None = None,
        of: str = "planned",
    ) -> list[Measured]:
        """One measure for each group, as `leaderboard.cells.measured` gives it.

        A query that several cells ask is one task; the interval is over tasks. A prediction without
        a value (a call that failed, a cell that is missing) is not scored.
        """
        found = []
        for name, cells in groups.items():
            if by is None:
                found.append(_measured(name, None, list(self._values(cells, measure)), of))
            else:
                found += self._by_outcome(name, cells, by)
        return found

    def task_means(self, cells: Sequence[SweptCell], measure: str) -> dict[str, float]:
        """The mean of each query; what is not scored counts as 0."""
        sums, _, asked = _pooled(self._values(cells, measure))
        return {
            f"{queries} {number}": float(value)
            for queries, each in sums.items()
            for number, value in enumerate(each / asked[queries])
        }

    def _values(self, cells: Sequence[SweptCell], measure: str) -> Iterator[tuple[str, np.ndarray]]:
        tables: dict[int, np.ndarray] = {}
        for cell in cells:
            family, part = cell.job.family, cell.job.part
            table = tables.get(id(family))
            if table is None:
                table = tables[id(family)] = table_of(family, measure)
            outcomes = self._kept[cell.job.path].get(cell.point.key)
            queries = f"{family.environment} {cell.point.queries}"
            if outcomes is None:
                yield queries, np.full(part.asked, np.nan)
            else:
                yield queries, table[np.frombuffer(outcomes.encode(), np.uint8)]

    def _by_outcome(self, name: str, cells: Sequence[SweptCell], by: str) -> list[Measured]:
        """How many ended in each way; what nobody answered, or was not asked, is under None."""
        if by != "outcome":
            raise UsageError(f"predictions of a sweep are told apart by outcome, not by {by!r}")
        planned, rows = sum(cell.job.part.asked for cell in cells), []
        for outcome in outcomes_of(cells[0].job.family):
            values = self._values(cells, f"outcome:{outcome}")
            n = round(sum(float(np.nansum(own)) for _, own in values))
            rows.append(_counted(name, outcome, n, scored=True))
        rows.append(_counted(name, None, planned - sum(row.n for row in rows), scored=False))
        return [row for row in rows if row.n]


def _counted(group: str, outcome: str | None, n: int, *, scored: bool) -> Measured:
    """A number of predictions that ended alike."""
    k = n if scored else 0
    mean, (low, high) = float(scored), wilson(k, n)
    return Measured(group, outcome, n, k, 0, k, mean, low, high, mean if scored else None, n, True)


def _pooled(
    values: Iterator[tuple[str, np.ndarray]] | Sequence[tuple[str, np.ndarray]],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, int]]:
    """For each set of queries: sums and scored, query by query, and how often each is asked."""
    sums: dict[str, np.ndarray] = {}
    scored: dict[str, np.ndarray] = {}
    asked: dict[str, int] = {}
    for queries, own in values:
        if queries not in sums:
            sums[queries], scored[queries] = np.zeros(len(own)), np.zeros(len(own))
            asked[queries] = 0
        sums[queries] += np.nan_to_num(own)
        scored[queries] += np.isfinite(own)
        asked[queries] += 1
    return sums, scored, asked


def _measured(group: str, at: Any, values: Sequence[tuple[str, np.ndarray]], of: str) -> Measured:
    sums, scored, asked = _pooled(values)
    n, known = sum(len(own) for _, own in values), int(sum(each.sum() for each in scored.values()))
    total = float(sum(each.sum() for each in sums.values()))
    base = n if of == "planned" else known
    rate = all(bool(np.isin(own[np.isfinite(own)], (0.0, 1.0)).all()) for _, own in values)
    if not known:
        low, high = float("-inf"), float("inf")
    elif rate and all(count == 1 for count in asked.values()):
        low, high = wilson(total, base)
    else:
        counted = {q: np.full(len(own), asked[q]) for q, own in sums.items()}
        if of == "scored":
            counted = scored
        means = [own[counted[q] > 0] / counted[q][counted[q] > 0] for q, own in sums.items()]
        low, high = over_tasks(np.concatenate(means).tolist(), rate=rate) if means else (0.0, 1.0)
    return Measured(
        group=group,
        at=at,
        n=n,
        scored=known,
        errors=0,
        total=total,
        mean=total / base if base else 0.0,
        low=low,
        high=high,
        mean_scored=total / known if known else None,
        tasks=sum(map(len, sums.values())),
        rate=rate,
    )
