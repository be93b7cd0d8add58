"""Questions to a leaderboard: the ranking, the runs, one episode, all episodes.

The denominator is all that was planned: what is missing, invalid or failed for reasons of
infrastructure counts as 0 in `mean` (which ranks) and is left out of `mean_scored`; the truth lies
between the two, and both are shown with the counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import duckdb
import msgspec

from ..envs.core import Entry, Episode, Score, Usage, UsageError
from .database import opened
from .errors import StoreError
from .intervals import all_over_tasks, wilson
from .spool import spool_of
from .store import Store

BOUND = "upper-bound"
"""In the name of an agent that looks at rewards to choose; it is shown, and never ranked."""
UNRANKED_ABOVE = 0.1
"""A row with more than this share of planned episodes not scored is shown unranked."""

LATEST = """
    select e.* exclude (status, headline),
           case when i.key is null then e.status else 'invalid' end as status,
           case when i.key is null then e.headline end as headline,
           i.reason as invalidated
    from episodes e left join invalidations i using (key)
    where case when e.attempt = 0
               then e.key not in (select key from episodes where attempt > 0)
               else (e.key, e.attempt) in
                    (select key, max(attempt) from episodes where attempt > 0 group by key) end
"""
"""The view `results`, quicker by a factor of four: hardly an episode has a second attempt."""


@dataclass(kw_only=True, slots=True)
class Row:
    """One environment, agent and its headline metric: a row of the leaderboard."""

    rank: int | None
    environment: str
    split: str
    run: str
    agent: str
    metric: str
    n: int
    """Planned episodes: the denominator of `mean`."""
    scored: int
    invalid: int
    """Planned but not scored: invalid, failed, or not (yet) run."""
    mean: float
    """Headline mean with everything not scored counted as 0."""
    low: float
    high: float
    """95% interval of `mean`, clustered by task."""
    mean_scored: float | None
    """Headline mean of the scored episodes alone: the other end of the bracket."""
    tasks: int
    trials: int
    errors: int
    tool_calls: float | None
    turns: float | None
    input_tokens: int
    output_tokens: int
    cost: float | None
    seconds: float | None
    config: dict[str, Any]


def ranking(
    path: str | os.PathLike[str],
    *,
    environment: str | None = None,
    split: str | None = None,
    agent: str | None = None,
    run: str | None = None,
) -> list[Row]:
    """The leaderboard, best first within each environment, split and run."""
    with reading(path) as db:
        return rank(db, environment=environment, split=split, agent=agent, run=run)


def rank(
    db: duckdb.DuckDBPyConnection,
    *,
    environment: str | None = None,
    split: str | None = None,
    agent: str | None = None,
    run: str | None = None,
) -> list[Row]:
    """`ranking` over a connection that is open already."""
    rows = db.execute(
        f"""
        with latest as ({LATEST}), by_task as (
            select p.cell, p.task, count(*) as n, max(p.trial) + 1 as trials,
                   count(*) filter (r.status = 'scored') as scored,
                   count(*) filter (r.status = 'error') as errors,
                   coalesce(sum(r.headline) filter (r.status = 'scored'), 0) as total,
                   sum(r.turns) as turns, count(r.turns) as with_turns,
                   sum((r.metrics ->> 'tool_calls')::double) as tool_calls,
                   count(r.metrics ->> 'tool_calls') as with_tool_calls,
                   sum(r.input_tokens) as read, sum(r.output_tokens) as written,
                   sum(r.cost) as cost, sum(r.seconds) as seconds, count(r.seconds) as with_seconds
            from planned p left join latest r using (key)
            group by p.cell, p.task
        )
        select c.run, c.environment, c.split, c.agent, c.config, c.headline, c.rate,
               sum(n)::bigint, sum(scored)::bigint, sum(errors)::bigint, sum(total), count(*),
               max(trials), sum(turns) / sum(with_turns), sum(tool_calls) / sum(with_tool_calls),
               coalesce(sum(read), 0)::bigint, coalesce(sum(written), 0)::bigint, sum(cost),
               sum(t.seconds) / sum(with_seconds),
               case when not c.rate or max(n) > 1 then list(total / n order by task) end
        from cells c join by_task t on t.cell = c.id
        where (?1 is null or c.environment = ?1) and (?2 is null or c.split = ?2)
          and (?3 is null or c.agent = ?3) and (?4 is null or c.run = ?4)
        group by c.id, c.run, c.environment, c.split, c.agent, c.config, c.headline, c.rate
        """,
        [environment, split, agent, run],
    ).fetchall()
    # One trial a task leaves nothing to list: the tasks are right or wrong, and counted.
    drawn = all_over_tasks((row[-1] or [], row[6]) for row in rows)
    spans = [
        wilson(row[10], row[7]) if row[-1] is None else span
        for row, span in zip(rows, drawn, strict=True)
    ]
    board = [_row(row, *span) for row, span in zip(rows, spans, strict=True)]
    board.sort(key=lambda r: (r.environment, r.split, _natural(r.run), -r.mean, r.agent))
    for _, group in groupby(board, key=lambda r: (r.environment, r.split, r.run)):
        ranked = [
            row for row in group if row.invalid <= UNRANKED_ABOVE * row.n and BOUND not in row.agent
        ]
        for number, row in enumerate(ranked, start=1):  # equal means share the better rank
            above = ranked[number - 2] if number > 1 else None
            row.rank = above.rank if above and above.mean == row.mean else number
    return board


def _natural(name: str) -> list[str | int]:
    """A name by its words and numbers, so that a sweep's `calls=8` comes before `calls=16`."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _row(row: tuple[Any, ...], low: float, high: float) -> Row:
    run, environment, split, agent, config, headline, _, n, scored, errors = row[:10]
    total, tasks, trials, turns, tool_calls, read, written, cost, seconds = row[10:-1]
    return Row(
        rank=None,
        environment=environment,
        split=split,
        run=run,
        agent=agent,
        metric=headline,
        n=n,
        scored=scored,
        invalid=n - scored,
        mean=total / n,
        low=low,
        high=high,
        mean_scored=total / scored if scored else None,
        tasks=tasks,
        trials=trials,
        errors=errors,
        tool_calls=tool_calls,
        turns=turns,
        input_tokens=read,
        output_tokens=written,
        cost=cost,
        seconds=seconds,
        config=json.loads(config),
    )


def means(db: duckdb.DuckDBPyConnection, cells: Sequence[int]) -> dict[int, dict[str, float]]:
    """For each cell each task's mean headline; what was planned and not scored counts as 0."""
    rows = db.execute(
        f"""
        with latest as ({LATEST})
        select p.cell, p.task,
               sum(case when r.status = 'scored' then r.headline else 0 end) / count(*)
        from planned p left join latest r using (key)
        where list_contains(?::integer[], p.cell) group by p.cell, p.task order by p.cell, p.task
        """,
        [list(cells)],
    ).fetchall()
    found: dict[int, dict[str, float]] = {cell: {} for cell in cells}
    for cell, task, mean in rows:
        found[cell][task] = mean
    return found


def by_task(
    path: str | os.PathLike[str], *, environment: str, split: str, agent: str, run: str = ""
) -> dict[str, float]:
    """The mean headline of each task, by the rule of the ranking; empty if nothing is stored."""
    with reading(path) as db:
        row = db.execute(
            "select id from cells where environment = ? and split = ? and agent = ? and run = ?",
            [environment, split, agent, run],
        ).fetchone()
        return means(db, [row[0]])[row[0]] if row else {}


def episode(path: str | os.PathLike[str], key: str) -> Episode:
    """One episode by its key or the beginning of it (the last attempt).

    Raises:
        UsageError: no episode, or several, have a key that begins so.
    """
    found = list(episodes(path, where="starts_with(key, ?)", values=[key], limit=3))
    if not found:
        raise UsageError(
            f"{path} holds no episode {key!r}; `palestra export --format jsonl` lists the keys"
        )
    if len(found) > 1:
        raise UsageError(f"several episodes begin with {key!r}; give more of the key")
    return found[0]


def episodes(
    path: str | os.PathLike[str],
    *,
    where: str = "true",
    values: list[Any] | None = None,
    limit: int | None = None,
    transcripts: bool = True,
) -> Iterator[Episode]:
    """Stored episodes (the last attempt of each), in the order of environment, agent, task, trial.

    Args:
        where: a condition in SQL over the view `results`, with `values` for its `?`.
        limit: at most so many.
        transcripts: whether to read messages, ledger and notes too.
    """
    with reading(path) as db:
        texts = "t.messages, t.ledger, t.notes" if transcripts else "'[]', '[]', '[]'"
        join = "left join transcripts t using (key, attempt)" if transcripts else ""
        cursor = db.execute(
            f"select r.*, epoch(started), {texts} from "
            f"(select * from results where {where}) r {join} "
            "order by environment, agent, split, "
            "try_cast(regexp_extract(task, '[0-9]+$') as bigint), task, trial "
            f"{'limit ' + str(int(limit)) if limit is not None else ''}",
            values or [],
        )
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(500):
            for row in rows:
                yield _episode(dict(zip(names[:-4], row[:-4], strict=True)), *row[-4:])


def _episode(
    row: dict[str, Any], started: float, messages: str, ledger: str, notes: str | None
) -> Episode:
    score = None
    if row["outcome"] is not None:
        score = Score(row["reward"], row["outcome"], json.loads(row["metrics"] or "{}"))
    return Episode(
        key=row["key"],
        environment=row["environment"],
        options=json.loads(row["options"]),
        task=row["task"],
        split=row["split"],
        trial=row["trial"],
        attempt=row["attempt"],
        agent=row["agent"],
        seed=row["seed"],
        run=row["session"],
        status=row["status"],
        score=score,
        headline=row["headline"],
        messages=json.loads(messages or "[]"),
        ledger=msgspec.json.decode(ledger or "[]", type=list[Entry]),
        notes=json.loads(notes or "[]"),
        difficulty=json.loads(row["difficulty"] or "{}"),
        turns=row["turns"],
        usage=Usage(
            calls=row["calls"],
            input_tokens=row["input_tokens"],
            output_tokens=row["output_tokens"],
            cached_tokens=row["cached_tokens"],
            cost=row["cost"],
            seconds=row["agent_seconds"],
        ),
        retries=row["retries"],
        started=started,
        seconds=row["seconds"],
        error=row["invalidated"] or row["error"],
    )


def sessions(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Every session that was ever started on this file, oldest first."""
    with reading(path) as db:
        cursor = db.execute("select * from sessions order by started, id")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["versions"] = json.loads(row["versions"])
        for name in ("started", "ended"):
            if isinstance(row[name], datetime):
                row[name] = row[name].replace(tzinfo=UTC).isoformat()
    return rows


def reading(path: str | os.PathLike[str]) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """A connection for reading, after anything a killed run left behind was brought home."""
    if spool_of(path).exists():  # a killed run left finished episodes there
        with contextlib.suppress(StoreError, OSError):  # what cannot be written can still be read
            Store(path).recover()
    return opened(path)
