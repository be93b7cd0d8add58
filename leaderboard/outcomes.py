"""What came of every planned trial, task by task: what comparisons are made from.

for cell in outcomes("palestra.duckdb", environment="palestra/Browse-v0"):
    print(cell.agent, cell.planned, cell.scored, cell.trials["test/0"])

One query answers for all agents. What was planned and not scored is None in `trials` and worth 0 in
`means`, as everywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .queries import BOUND, UNRANKED_ABOVE, reading

__all__ = ["Outcomes", "outcomes"]


@dataclass(kw_only=True, slots=True)
class Outcomes:
    """All that one agent was planned to play in one environment, on one split, in one run."""

    environment: str
    split: str
    run: str
    agent: str
    metric: str
    rate: bool
    """Whether the metric is 0 or 1 in every episode."""
    config: dict[str, Any]
    planned: int
    scored: int
    trials: dict[str, list[float | None]]
    """Task -> the headline of each planned trial, in order; None where it was not scored."""
    means: dict[str, float]
    """Task -> mean headline of its planned trials, with 0 for what was not scored."""

    @property
    def invalid(self) -> int:
        """Planned but not scored: invalid, failed, or not (yet) run."""
        return self.planned - self.scored

    @property
    def ranked(self) -> bool:
        """Whether the leaderboard would rank it: enough is scored, and it is no upper bound."""
        return self.invalid <= UNRANKED_ABOVE * self.planned and BOUND not in self.agent

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same where two are compared: options and limits."""
        return {name: self.config.get(name) for name in ("options", "limits")}

    def means_scored(self) -> dict[str, float]:
        """Task -> mean headline of its scored trials; tasks without any are left out."""
        known = {
            task: [value for value in values if value is not None]
            for task, values in self.trials.items()
        }
        return {task: sum(values) / len(values) for task, values in known.items() if values}

    def counted(self) -> dict[str, list[float]]:
        """Task -> the headline of each planned trial, with 0 for what was not scored."""
        return {
            task: [0.0 if value is None else value for value in values]
            for task, values in self.trials.items()
        }


def outcomes(
    path: str | os.PathLike[str],
    *,
    agents: Sequence[str] | None = None,
    environment: str | None = None,
    split: str | None = None,
    runs: Sequence[str] | None = None,
) -> list[Outcomes]:
    """Every cell that fits, in the order of environment, split, run and agent.

    Args:
        path: the leaderboard file.
        agents: only these; None means all.
        environment, split: only this one.
        runs: only runs of these names; None means all. The unnamed run is "".

    Raises:
        StoreError: the file cannot be read.
    """
    wanted = [
        environment,
        split,
        None if agents is None else list(agents),
        None if runs is None else list(runs),
    ]
    with reading(path) as db:
        found = db.execute(
            """
            select id, environment, split, run, agent, headline, rate, config from cells
            where (?1 is null or environment = ?1) and (?2 is null or split = ?2)
              and (?3::varchar[] is null or list_contains(?3::varchar[], agent))
              and (?4::varchar[] is null or list_contains(?4::varchar[], run))
            order by environment, split, run, agent
            """,
            wanted,
        ).fetchall()
        rows = db.execute(
            """
            with played as (
                select p.cell, p.task, p.trial,
                       case when r.status = 'scored' then r.headline end as value
                from planned p left join results r using (key)
                where list_contains(?::integer[], p.cell)
            )
            select cell, task, list(value order by trial),
                   sum(coalesce(value, 0)) / count(*), count(*), count(value)
            from played group by cell, task order by cell, task
            """,
            [[row[0] for row in found]],
        ).fetchall()
    tasks = {cell: list(members) for cell, members in groupby(rows, key=lambda row: row[0])}
    return [
        Outcomes(
            environment=environment,
            split=split,
            run=run,
            agent=agent,
            metric=metric,
            rate=rate,
            config=json.loads(config),
            planned=sum(row[4] for row in tasks[cell]),
            scored=sum(row[5] for row in tasks[cell]),
            trials={row[1]: row[2] for row in tasks[cell]},
            means={row[1]: row[3] for row in tasks[cell]},
        )
        for cell, environment, split, run, agent, metric, rate, config in found
        if cell in tasks
    ]
