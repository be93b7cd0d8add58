"""One leaderboard file into another: `palestra merge`.

    merged = merge("mine.duckdb", "theirs.duckdb")
    merged.episodes, merged.known, merged.conflicts

By keys, so merging twice is merging once. The other file is only read; ours is written in one
transaction, so a kill leaves it as it was. Digests travel with their episodes and are not made
anew: what was edited in the other file is found in this one too.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from .attached import attach, readable
from .database import opened
from .errors import StoreError
from .keys import key_of
from .spool import spool_of
from .store import ConfigChanged, Store, changed_keys, next_cell


@dataclass(frozen=True, slots=True)
class Conflict:
    """Work that both files hold with different content; ours stays."""

    key: str
    environment: str
    agent: str
    task: str
    trial: int
    ours: str | None
    """The digest of our last attempt."""
    theirs: str | None


@dataclass(slots=True)
class Merged:
    """What a merge brought."""

    episodes: int = 0
    """Attempts that are new here."""
    known: int = 0
    """Attempts of theirs that we hold already."""
    cells: int = 0
    planned: int = 0
    sessions: int = 0
    invalidations: int = 0
    renamed: list[str] = field(default_factory=list)
    """Cells of other settings, kept apart under the given run name."""
    conflicts: list[Conflict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def merge(
    into: str | os.PathLike[str],
    other: str | os.PathLike[str],
    *,
    run: str | None = None,
    patience: float = 30.0,
) -> Merged:
    """Add what `other` holds.

    Args:
        into: the file that grows; made where it does not exist.
        other: the file that is read.
        run: a run name for those cells of `other` whose configuration differs from ours. Their
            keys are made anew with that name, so that `palestra run --name` goes on with them.
        patience: how long to wait for another process to let go of a file, in seconds.

    Raises:
        ConfigChanged: a cell has other settings here, and no `run` is given, or that run has other
            settings too. Nothing was changed.
        StoreError: a file cannot be used.
    """
    if Path(into).exists() and Path(other).exists() and Path(into).samefile(other):
        raise StoreError(f"{other} is the file to merge into; name another one")
    merged = Merged()
    if Path(into).exists():
        Store(into).recover()
    if spool_of(other).exists():
        merged.remarks.append(
            f"{other} has finished episodes that are not in the file yet; they come with the next "
            f"merge after `palestra runs --db {other}`"
        )
    with readable(other, patience) as source, opened(into, write=True, patience=patience) as db:
        attach(db, source, patience)
        _match_cells(db, str(into), run, merged)
        _copy(db, merged)
    return merged


def _match_cells(db: duckdb.DuckDBPyConnection, into: str, run: str | None, merged: Merged) -> None:
    """Fill the temporary tables `here` (their cell -> ours) and `named` (their key -> ours)."""
    db.execute("create temp table here (theirs integer, ours integer)")
    db.execute("create temp table named (theirs varchar, ours varchar)")
    refused: list[str] = []
    for row in db.execute("select * from other.cells order by id").fetchall():
        number, name, config = row[0], row[1:5], json.loads(row[5])
        ours, changes = _ours(db, name, config)
        if changes and run is not None and run != name[0]:
            name = (run, *name[1:])
            merged.renamed.append(f"{name[1]} ({name[2]}) by {name[3]}")
            ours, changes = _ours(db, name, config)
            if not changes:
                _rename(db, number, name, config)
        if changes:
            under = f" under run {name[0]!r}" if name[0] else ""
            refused.append(f"{name[1]} ({name[2]}) by {name[3]}{under}:")
            refused += [f"  {change}" for change in changes]
            continue
        if ours is None:
            ours = next_cell(db)
            db.execute(
                "insert into cells values (?, ?, ?, ?, ?, ?, ?, ?, ?)", [ours, *name, *row[5:]]
            )
            merged.cells += 1
        db.execute("insert into here values (?, ?)", [number, ours])
    if refused:
        raise ConfigChanged(
            f"{into} already holds these with other settings (here -> there):\n  "
            + "\n  ".join(refused)
            + "\nResults of two settings are never mixed, and nothing was changed. Give the others "
            "a run name of their own with --run" + (" (another one)." if run else ".")
        )


def _ours(
    db: duckdb.DuckDBPyConnection, name: tuple[str, ...], config: object
) -> tuple[int | None, list[str]]:
    """Our cell of that name, and in what its configuration differs."""
    row = db.execute(
        "select id, config from cells "
        "where run = ? and environment = ? and split = ? and agent = ?",
        list(name),
    ).fetchone()
    return (None, []) if row is None else (row[0], changed_keys(json.loads(row[1]), config))


def _rename(
    db: duckdb.DuckDBPyConnection, cell: int, name: tuple[str, ...], config: dict[str, object]
) -> None:
    """Note the keys that a cell's work has under another run name."""
    key = key_of(name[0], name[1], name[2], name[3], config)
    work = db.execute(
        "select key, task, trial from other.planned where cell = ?", [cell]
    ).fetchall()
    if work:
        db.execute(
            "insert into named select unnest(?::varchar[]), unnest(?::varchar[])",
            [[theirs for theirs, _, _ in work], [key(task, trial) for _, task, trial in work]],
        )


def _copy(db: duckdb.DuckDBPyConnection, merged: Merged) -> None:
    """Copy what is new, key by key; the tables are made by `_match_cells`."""
    # All their attempts, with the key that they have here.
    db.execute("""
        create temp table theirs as
        select e.key as old, coalesce(n.ours, e.key) as key, e.attempt, e.environment, e.agent,
               e.task, e.trial, s.digest
        from other.episodes e left join other.seals s using (key, attempt)
             left join named n on n.theirs = e.key
        qualify row_number() over (partition by e.key, e.attempt) = 1
    """)
    db.execute("""
        create temp table held as
        select key, attempt, status, digest from episodes left join seals using (key, attempt)
        where key in (select key from theirs)
    """)
    # One key is extended where ours is a beginning of theirs: nothing, or attempts that failed.
    db.execute("""
        create temp table matched as
        with t as (select key, max(attempt) as last, arg_max(digest, attempt) as digest
                   from theirs group by key),
             h as (select key, max(attempt) as last, arg_max(digest, attempt) as digest,
                          arg_max(status, attempt) as status
                   from held group by key)
        select t.key, h.last as have, h.digest as ours, t.digest as theirs,
               h.key is null or (h.status = 'error' and t.last > h.last) as extends,
               exists (select 1 from held where held.key = t.key and held.attempt = t.last
                       and held.digest = t.digest) as contained
        from t left join h using (key)
    """)
    db.execute("""
        create temp table taken as
        select old, theirs.key, attempt from theirs join matched using (key)
        where extends and attempt > coalesce(have, -1)
    """)
    merged.conflicts = [
        Conflict(*row)
        for row in db.execute("""
            select key, environment, agent, task, trial, ours, m.theirs
            from matched m join theirs using (key)
            where not extends and not contained
            qualify row_number() over (partition by key order by attempt desc) = 1
            order by environment, agent, task, trial, key
        """).fetchall()
    ]
    merged.known = _count(
        db,
        "select count(*) from theirs t join held h using (key, attempt) "
        "where t.digest is not distinct from h.digest",
    )
    merged.planned = _count(
        db,
        """
        insert into planned
        select coalesce(n.ours, p.key), here.ours, p.task, p.trial
        from other.planned p join here on here.theirs = p.cell left join named n on n.theirs = p.key
        on conflict do nothing
    """,
    )
    for table, columns in (("episodes", "e.* exclude (key)"), ("transcripts", "e.* exclude (key)")):
        count = _count(
            db,
            f"""
            insert into {table} select t.key, {columns}
            from other.{table} e join taken t on t.old = e.key and t.attempt = e.attempt
        """,
        )
        merged.episodes = count if table == "episodes" else merged.episodes
    db.execute("""
        insert into seals select t.key, s.* exclude (key)
        from other.seals s join taken t on t.old = s.key and t.attempt = s.attempt
    """)
    merged.invalidations = _count(
        db,
        """
        insert into invalidations select coalesce(n.ours, i.key), i.reason, i.since
        from other.invalidations i left join named n on n.theirs = i.key
        where coalesce(n.ours, i.key) not in (
            select key from matched where not extends and not contained)  -- ours is another one
        on conflict do nothing
    """,
    )
    # A session that ran on when its copy was merged has ended since.
    db.execute("""
        update sessions set ended = o.ended, status = o.status from other.sessions o
        where sessions.id = o.id and sessions.ended is null and o.ended is not null
    """)
    merged.sessions = _count(
        db, "insert into sessions select * from other.sessions on conflict do nothing"
    )


def _count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0
