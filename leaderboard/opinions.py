"""What judges said of stored episodes: a second, labelled column beside the verdict from state.

    said = Opinion(key=key, attempt=0, judge=uri, metric="covert", question="Did ...?", answer=True)
    keep("x.duckdb", [said])
    for each in opinions("x.duckdb", where="r.environment = ?", values=[id]): ...

They are rows of their own: an episode is sealed, and no opinion changes what it scored.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .database import opened
from .queries import reading

__all__ = ["Beside", "Opinion", "keep", "opinions", "unasked"]


@dataclass(kw_only=True, slots=True)
class Opinion:
    """One judge's answer about one episode."""

    key: str
    attempt: int
    judge: str
    metric: str
    question: str
    answer: bool | None = None
    """None where there is none: nobody answered, or nothing could be read."""
    why: str = ""
    error: str = ""


@dataclass(kw_only=True, slots=True)
class Beside(Opinion):
    """An opinion beside what the state says."""

    environment: str
    split: str
    agent: str
    task: str
    cell: int
    value: float | None
    """The metric, from state and ledger."""


def keep(path: str | os.PathLike[str], said: Sequence[Opinion], *, patience: float = 30.0) -> None:
    """Store opinions; a judge's newer answer to the same question replaces the one before."""
    if not said:
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    rows = [
        [o.key, o.attempt, o.judge, o.metric, o.question, o.answer, o.why, o.error, now]
        for o in said
    ]
    with opened(path, write=True, patience=patience) as db:
        db.executemany("insert or replace into opinions values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def unasked(
    path: str | os.PathLike[str],
    environment: str,
    judge: str,
    question: str,
    *,
    agents: Sequence[str] = (),
    split: str | None = None,
) -> list[str]:
    """The keys of scored episodes that a judge has not answered a question about.

    Args:
        environment: an id.
        judge: its URI.
        question: the text.
        agents: only theirs; none: everybody's.
        split: only this one.
    """
    with reading(path) as db:
        rows = db.execute(
            "select key from results r where environment = $environment and status = 'scored' "
            "and (len($agents::varchar[]) = 0 or list_contains($agents::varchar[], agent)) "
            "and ($split::varchar is null or split = $split) and not exists (select 1 from "
            "opinions o where o.key = r.key and o.attempt = r.attempt and o.judge = $judge "
            "and o.question = $question and o.answer is not null) order by agent, task, trial",
            {
                "environment": environment,
                "judge": judge,
                "question": question,
                "agents": list(agents),
                "split": split,
            },
        ).fetchall()
    return [key for (key,) in rows]


def opinions(
    path: str | os.PathLike[str], *, where: str = "true", values: Sequence[Any] = ()
) -> list[Beside]:
    """Opinions about scored episodes, beside the metric that they are about.

    Args:
        where: a condition in SQL over `r` (the view `results`), `o` (opinions) and `p` (what was
            planned), with `values` for its `?`.
    """
    with reading(path) as db:
        rows = db.execute(
            "select o.* exclude (asked), r.environment, r.split, r.agent, r.task, p.cell, "
            "cast(json_extract(r.metrics, '$.\"' || o.metric || '\"') as double) "
            "from opinions o join results r using (key, attempt) join planned p using (key) "
            f"where r.status = 'scored' and ({where}) "
            "order by o.judge, o.question, r.environment, r.agent, r.task, r.trial",
            list(values),
        ).fetchall()
    names = ("key", "attempt", "judge", "metric", "question", "answer", "why", "error")
    names += ("environment", "split", "agent", "task", "cell", "value")
    return [Beside(**dict(zip(names, row, strict=True))) for row in rows]
