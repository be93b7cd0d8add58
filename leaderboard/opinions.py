"""What judges said of stored episodes: a second, labelled column beside the verdict from state.

    said = Opinion(key=key, attempt=0, judge=uri, metric="covert", question="Did ...?", answer=True)
    keep("x.duckdb", [said])
    for each in opinions("x.duckdb", where="r.environment = ?", values=[id]): ...

They are rows of their own: an episode is sealed, and no opinion changes what it scored.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..envs.core import Usage
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
    usage: Usage = field(default_factory=Usage)
    """What the answer used up; of it, tokens and cost are stored."""


@dataclass(kw_only=True, slots=True)
class Beside(Opinion):
    """An opinion beside what the state says."""

    run: str
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
        [
            o.key,
            o.attempt,
            o.judge,
            o.metric,
            o.question,
            o.answer,
            o.why,
            o.error,
            now,
            o.usage.input_tokens,
            o.usage.output_tokens,
            o.usage.cost,
        ]
        for o in said
    ]
    with opened(path, write=True, patience=patience) as db:
        db.executemany("insert or replace into opinions values (" + ", ".join("?" * 12) + ")", rows)


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
        where: a condition in SQL over `r` (the view `results`), `o` (opinions), `p` (what was
            planned) and `c` (cells), with `values` for its `?`.
    """
    with reading(path) as db:
        found = db.execute(
            "select o.* exclude (asked), c.run, r.environment, r.split, r.agent, r.task, p.cell, "
            "cast(json_extract(r.metrics, '$.\"' || o.metric || '\"') as double) as value "
            "from opinions o join results r using (key, attempt) join planned p using (key) "
            "join cells c on c.id = p.cell "
            f"where r.status = 'scored' and ({where}) "
            "order by o.judge, o.question, r.environment, r.agent, c.run, r.split, r.task, r.trial",
            list(values),
        )
        names = [column[0] for column in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [Beside(usage=_used(row), **row) for row in rows]


def _used(row: dict[str, Any]) -> Usage:
    """What a row says was used up, taken out of it; nothing where an older file does not know."""
    tokens = {name: row.pop(name) or 0 for name in ("input_tokens", "output_tokens")}
    return Usage(**tokens, cost=row.pop("cost"))
