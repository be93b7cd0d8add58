"""The schema of a leaderboard file, as a list of steps that only ever grows.

Step *n* brings a file from version *n - 1* to *n*. A step that has been released is never changed;
read from top to bottom, this is the history of the schema.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from .seals import SEALED_1, STORED

Step = Callable[[duckdb.DuckDBPyConnection], None]
STEPS: list[Step] = []


def step(function: Step) -> Step:
    """Append a step."""
    STEPS.append(function)
    return function


@step
def runs_and_episodes(db: duckdb.DuckDBPyConnection) -> None:
    """Runs, their sessions, what was planned, and the episodes."""
    db.execute("""
        create table sessions (
            id varchar primary key,
            command varchar,
            versions json,
            started timestamp,
            ended timestamp,
            status varchar
        );
        -- One environment, configured in one way, played by one agent on one split.
        create table cells (
            id integer primary key,
            run varchar,
            environment varchar,
            split varchar,
            agent varchar,
            config json,
            headline varchar,
            rate boolean,
            created timestamp,
            unique (run, environment, split, agent)
        );
        create table planned (
            key varchar primary key,
            cell integer,
            task varchar,
            trial integer
        );
        create table episodes (
            key varchar,
            attempt integer,
            session varchar,
            environment varchar,
            options json,
            agent varchar,
            task varchar,
            split varchar,
            trial integer,
            seed bigint,
            status varchar,
            outcome varchar,
            reward double,
            headline double,
            metrics json,
            difficulty json,
            turns integer,
            calls integer,
            input_tokens bigint,
            output_tokens bigint,
            cached_tokens bigint,
            cost double,
            agent_seconds double,
            retries integer,
            started timestamp,
            seconds double,
            error varchar,
            primary key (key, attempt)
        );
        create table transcripts (key varchar, attempt integer, messages json, ledger json);
        create table invalidations (key varchar primary key, reason varchar, since timestamp);
        -- The last attempt of each piece of work; what was invalidated counts as invalid.
        create view results as
            select e.* exclude (status, headline),
                   case when i.key is null then e.status else 'invalid' end as status,
                   case when i.key is null then e.headline end as headline,
                   i.reason as invalidated
            from episodes e left join invalidations i using (key)
            where (e.key, e.attempt) in (select key, max(attempt) from episodes group by key);
    """)


@step
def notes(db: duckdb.DuckDBPyConnection) -> None:
    """What an agent's replies rested on: plans."""
    db.execute("alter table transcripts add column notes json")


@step
def seals(db: duckdb.DuckDBPyConnection) -> None:
    """A digest of each episode; `results` by the rule that few episodes have a second attempt."""
    db.execute(f"""
        create table seals (key varchar, attempt integer, digest varchar, parts varchar);
        insert into seals {SEALED_1.format(source=STORED.format(schema=""))};
        create or replace view results as
            select e.* exclude (status, headline),
                   case when i.key is null then e.status else 'invalid' end as status,
                   case when i.key is null then e.headline end as headline,
                   i.reason as invalidated
            from episodes e left join invalidations i using (key)
                 left join (select key, max(attempt) as last from episodes where attempt > 0
                            group by key) l using (key)
            where e.attempt = coalesce(l.last, 0);
    """)


@step
def opinions(db: duckdb.DuckDBPyConnection) -> None:
    """What judges said of episodes, beside them: an episode is sealed."""
    db.execute("""
        create table opinions (
            key varchar,
            attempt integer,
            judge varchar,
            metric varchar,
            question varchar,
            answer boolean,
            why varchar,
            error varchar,
            asked timestamp,
            primary key (key, attempt, judge, question)
        )
    """)


@step
def costs_of_opinions(db: duckdb.DuckDBPyConnection) -> None:
    """What each opinion used up."""
    for column in ("input_tokens bigint", "output_tokens bigint", "cost double"):
        db.execute(f"alter table opinions add column {column}")
