"""A table checked against its episodes: which were edited, and the id of every row.

    content_ids("x.duckdb")[("", "palestra/Browse-v0", "test", "oracle")]   # of a row of the table
    for edited in broken("x.duckdb")[1]: print(edited.key, edited.what)

A row's id is SHA-256 over its configuration and, in the order of the keys, all that was planned
with the digest of what is held (`seals.py`). A digest finds mistakes and plain edits; who also
writes new digests is found by re-scoring (`palestra verify`) and by an id that was published.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from .keys import key_of
from .queries import reading
from .seals import PARTS, SEALED_1, STORED


@dataclass(frozen=True, slots=True)
class Edited:
    """An episode that is not what was stored."""

    key: str
    attempt: int
    environment: str
    agent: str
    task: str
    trial: int
    what: tuple[str, ...]
    """Of `PARTS`; or `deleted`, `added` (it has no digest), `repeated` (stored twice),
    `unplanned` (its plan is gone)."""


def broken(
    path: str | os.PathLike[str], *, environment: str | None = None, agent: str | None = None
) -> tuple[int, list[Edited]]:
    """Compare every episode with its digest.

    Returns:
        how many were compared, and those that differ, in the order of their keys.
    """
    with reading(path) as db:
        return compared(db, environment=environment, agent=agent)


def compared(
    db: duckdb.DuckDBPyConnection,
    schema: str = "",
    *,
    environment: str | None = None,
    agent: str | None = None,
) -> tuple[int, list[Edited]]:
    """`broken` over a connection that is open already, or a database attached to it."""
    found = SEALED_1.format(source=STORED.format(schema=schema))
    rows = db.execute(
        f"""
        with stored as (
            select key, attempt, count(*) as times, min(digest) as digest, min(parts) as parts
            from {schema}seals group by all
        ), found as (
            select key, attempt, count(*) as times, min(digest) as digest, min(parts) as parts
            from ({found}) group by all
        ), planned as (
            select p.key, p.task, p.trial, c.environment, c.agent
            from {schema}planned p join {schema}cells c on c.id = p.cell
        )
        select key, attempt, coalesce(e.environment, p.environment, ''),
               coalesce(e.agent, p.agent, ''), coalesce(e.task, p.task, ''),
               coalesce(e.trial, p.trial, 0), s.times, f.times, s.digest, f.digest, s.parts,
               f.parts, p.key is not null
        from stored s full join found f using (key, attempt)
             left join {schema}episodes e using (key, attempt) left join planned p using (key)
        where (?1 is null or coalesce(e.environment, p.environment) = ?1)
          and (?2 is null or coalesce(e.agent, p.agent) = ?2)
          and (s.digest is distinct from f.digest or s.parts is distinct from f.parts
               or f.times > 1 or s.times > 1 or p.key is null)
        order by key, attempt
        """,
        [environment, agent],
    ).fetchall()
    counted = db.execute(
        f"select count(*) from {schema}episodes where (?1 is null or environment = ?1) "
        "and (?2 is null or agent = ?2)",
        [environment, agent],
    ).fetchone()
    return (counted[0] if counted else 0), [
        Edited(key, attempt, env, who, task, trial, _what(*more))
        for key, attempt, env, who, task, trial, *more in rows
    ]


def _what(
    sealed: int | None,
    held: int | None,
    digest: str | None,
    found: str | None,
    parts: str | None,
    parts_found: str | None,
    planned: bool,
) -> tuple[str, ...]:
    if held is None:
        return ("deleted",)
    if sealed is None:
        return ("added",)
    what = [
        part
        for index, part in enumerate(PARTS)
        if (parts or "")[index * 8 : index * 8 + 8]
        != (parts_found or "")[index * 8 : index * 8 + 8]
    ]
    if digest != found and not what:
        what.append("digest")
    if held > 1 or sealed > 1:
        what.append("repeated")
    if not planned:
        what.append("unplanned")
    return tuple(what)


def misfits(path: str | os.PathLike[str]) -> list[tuple[tuple[str, str, str, str], int, int]]:
    """Cells whose planned keys are not those of their name and configuration: one was edited.

    Returns:
        (run, environment, split, agent), how many keys do not fit, how many there are.
    """
    with reading(path) as db:
        cells = db.execute(
            "select id, run, environment, split, agent, config from cells order by id"
        ).fetchall()
        found = []
        for number, *name, config in cells:
            key = key_of(name[0], name[1], name[2], name[3], json.loads(config))
            rows = db.execute("select key, task, trial from planned where cell = ?", [number])
            wrong = total = 0
            while some := rows.fetchmany(10_000):
                total += len(some)
                wrong += sum(stored != key(task, trial) for stored, task, trial in some)
            if wrong:
                found.append(((name[0], name[1], name[2], name[3]), wrong, total))
    return found


def digests_of(path: str | os.PathLike[str], where: str, values: Sequence[Any]) -> dict[str, str]:
    """The digest of the last attempt of each episode, by key.

    Args:
        where: a condition in SQL over the view `results`, with `values` for its `?`.
    """
    with reading(path) as db:
        rows = db.execute(
            f"select r.key, s.digest from (select * from results where {where}) r "
            "join seals s on s.key = r.key and s.attempt = r.attempt",
            list(values),
        ).fetchall()
    return dict(rows)


def content_ids(path: str | os.PathLike[str]) -> dict[tuple[str, str, str, str], str]:
    """The content id of every row of the leaderboard, by run, environment, split and agent."""
    with reading(path) as db:
        rows = db.execute(
            """
            select c.run, c.environment, c.split, c.agent, c.config, c.headline,
                   sha256(string_agg(
                       concat_ws(' ', p.key, coalesce(s.digest, '-'), r.invalidated),
                       chr(10) order by p.key))
            from cells c join planned p on p.cell = c.id left join results r using (key)
                 left join seals s on s.key = r.key and s.attempt = r.attempt
            group by all
            """
        ).fetchall()
    return {
        (run, environment, split, agent): _hash(
            [environment, split, agent, json.loads(config), headline, episodes]
        )
        for run, environment, split, agent, config, headline, episodes in rows
    }


def session_ids(path: str | os.PathLike[str]) -> dict[str, tuple[int, str]]:
    """How many episodes each session stored, and an id made from their digests."""
    with reading(path) as db:
        rows = db.execute(
            "select session, count(*), sha256(string_agg(key || ' ' || coalesce(digest, '-'), "
            "chr(10) order by key, attempt)) "
            "from episodes left join seals using (key, attempt) group by session"
        ).fetchall()
    return {session: (count, digest) for session, count, digest in rows}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
