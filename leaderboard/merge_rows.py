"""What a merge brings, key by key: the rows of an attached file, copied in the open transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb


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
    opinions: int = 0
    """What judges said of episodes."""
    renamed: list[str] = field(default_factory=list)
    """Cells of other settings, kept apart under the given run name."""
    conflicts: list[Conflict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def copy_rows(db: duckdb.DuckDBPyConnection, merged: Merged, theirs: str) -> None:
    """Copy what is new, key by key; `here` and `named` are there (`merging`)."""
    # All their attempts, with the key that they have here.
    db.execute(f"""
        create temp table theirs as
        select e.key as old, coalesce(n.ours, e.key) as key, e.attempt, e.environment, e.agent,
               e.task, e.trial, s.digest
        from {theirs}.episodes e left join {theirs}.seals s using (key, attempt)
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
        f"""
        insert into planned
        select coalesce(n.ours, p.key), here.ours, p.task, p.trial
        from {theirs}.planned p join here on here.theirs = p.cell
             left join named n on n.theirs = p.key
        on conflict do nothing
    """,
    )
    for table, columns in (("episodes", "e.* exclude (key)"), ("transcripts", "e.* exclude (key)")):
        count = _count(
            db,
            f"""
            insert into {table} select t.key, {columns}
            from {theirs}.{table} e join taken t on t.old = e.key and t.attempt = e.attempt
        """,
        )
        merged.episodes = count if table == "episodes" else merged.episodes
    db.execute(f"""
        insert into seals select t.key, s.* exclude (key)
        from {theirs}.seals s join taken t on t.old = s.key and t.attempt = s.attempt
    """)
    merged.invalidations = _count(
        db,
        f"""
        insert into invalidations select coalesce(n.ours, i.key), i.reason, i.since
        from {theirs}.invalidations i left join named n on n.theirs = i.key
        where coalesce(n.ours, i.key) not in (
            select key from matched where not extends and not contained)  -- ours is another one
        on conflict do nothing
    """,
    )
    # What was said of an episode comes along if it is the same episode here.
    merged.opinions = _count(
        db,
        f"""
        insert into opinions select t.key, o.* exclude (key)
        from {theirs}.opinions o join theirs t on t.old = o.key and t.attempt = o.attempt
             join seals s on s.key = t.key and s.attempt = t.attempt and s.digest = t.digest
        on conflict do nothing
    """,
    )
    # A session that ran on when its copy was merged has ended since.
    db.execute(f"""
        update sessions set ended = o.ended, status = o.status from {theirs}.sessions o
        where sessions.id = o.id and sessions.ended is null and o.ended is not null
    """)
    merged.sessions = _count(
        db, f"insert into sessions select * from {theirs}.sessions on conflict do nothing"
    )


def _count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    row = db.execute(query).fetchone()
    return int(row[0]) if row else 0
