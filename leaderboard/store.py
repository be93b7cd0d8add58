"""Writing a leaderboard: sessions, cells, plans and episodes.

`Store` is the one writer of a file. Its writes are idempotent: an episode is known by its key and
attempt, so storing it twice is storing it once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ..envs.core import UsageError
from .database import opened
from .seals import seal
from .spool import orphans, spool_of, whole_lines

# What is read from a line of the spool, and where it goes.
_LINE = (
    "{key:'varchar', attempt:'integer', run:'varchar', environment:'varchar', options:'json', "
    "agent:'varchar', task:'varchar', split:'varchar', trial:'integer', seed:'bigint', "
    "status:'varchar', headline:'double', "
    "score:'struct(reward double, outcome varchar, metrics json, error varchar)', "
    "difficulty:'json', turns:'integer', usage:'struct(calls integer, "
    "input_tokens bigint, output_tokens bigint, cached_tokens bigint, cost double, "
    "seconds double)', retries:'integer', started:'double', seconds:'double', error:'varchar', "
    "messages:'json', ledger:'json', notes:'json'}"
)
# The columns of `episodes`, in order, and of `transcripts`.
_FLAT = (
    "key, attempt, run, environment, options, agent, task, split, trial, seed, status, "
    "score.outcome, score.reward, headline, score.metrics, difficulty, turns, "
    "coalesce(usage.calls, 0) as calls, coalesce(usage.input_tokens, 0) as input_tokens, "
    "coalesce(usage.output_tokens, 0) as output_tokens, "
    "coalesce(usage.cached_tokens, 0) as cached_tokens, usage.cost, "
    "coalesce(usage.seconds, 0) as agent_seconds, retries, "
    "make_timestamp((started * 1000000)::bigint) as started, seconds, "
    "coalesce(error, score.error) as error, messages, ledger, notes"
)


@dataclass(kw_only=True, slots=True)
class Cell:
    """One environment, configured in one way, played by one agent on one split."""

    run: str
    """The run's name; empty for the unnamed one."""
    environment: str
    split: str
    agent: str
    config: dict[str, Any]
    """Everything that changes what a result means: options, limits, seed."""
    headline: str
    rate: bool
    id: int = -1

    @property
    def title(self) -> str:
        """For messages."""
        return f"{self.environment} ({self.split}) by {self.agent}"


class ConfigChanged(UsageError):
    """A run is continued with other settings than it was begun with."""


class Store:
    """The writer of one leaderboard file."""

    def __init__(self, path: str | os.PathLike[str], *, patience: float = 30.0) -> None:
        self.path, self.patience = Path(path), patience

    def recover(self) -> int:
        """Bring home what killed processes left in the spool; returns how many episodes."""
        if not spool_of(self.path).exists():
            return 0
        with orphans(self.path) as files:
            whole = [path for path in files if whole_lines(path)]
            count = self.ingest(whole)
            for path in files:
                path.unlink()
        return count

    def begin(self, session: str, command: str, versions: Mapping[str, str]) -> None:
        """List a session that starts."""
        with opened(self.path, write=True, patience=self.patience) as db:
            db.execute(
                "insert into sessions values (?, ?, ?, ?, null, 'running')",
                [session, command, json.dumps(dict(versions)), _now()],
            )

    def end(self, session: str, status: str) -> None:
        """Note how a session ended: `finished`, `interrupted`, `failed`, `out of budget`."""
        with opened(self.path, write=True, patience=self.patience) as db:
            db.execute(
                "update sessions set ended = ?, status = ? where id = ?", [_now(), status, session]
            )

    def settle_cells(self, cells: Sequence[Cell]) -> list[Cell]:
        """Give each cell its id, adding those that are new.

        Raises:
            ConfigChanged: a cell exists with another configuration; the message lists what differs.
        """
        with opened(self.path, write=True, patience=self.patience) as db:
            return [self._settle(db, cell) for cell in cells]

    def _settle(self, db: duckdb.DuckDBPyConnection, cell: Cell) -> Cell:
        name = [cell.run, cell.environment, cell.split, cell.agent]
        row = db.execute(
            "select id, config from cells where run = ? and environment = ? and split = ? "
            "and agent = ?",
            name,
        ).fetchone()
        if row is None:
            number = next_cell(db)
            db.execute(
                "insert into cells values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [number, *name, json.dumps(cell.config), cell.headline, cell.rate, _now()],
            )
        else:
            number, before = row[0], json.loads(row[1])
            changes = changed_keys(before, json.loads(json.dumps(cell.config)))
            if changes:
                raise ConfigChanged(
                    f"{self.path} already holds {cell.title} with other settings:\n  "
                    + "\n  ".join(changes)
                    + "\nResults of two settings are never mixed. Repeat the first settings to go "
                    "on, or give this run its own name with --name."
                )
        return replace(cell, id=number)

    def plan(self, cell: int, work: Iterable[tuple[str, str, int]]) -> None:
        """Note work as planned: (key, task, trial) each. What is planned already stays."""
        self.plan_all((key, cell, task, trial) for key, task, trial in work)

    def plan_all(self, work: Iterable[tuple[str, int, str, int]]) -> None:
        """As `plan`, over several cells at once: (key, cell, task, trial) each."""
        columns = list(zip(*work, strict=True))
        if not columns:
            return
        with opened(self.path, write=True, patience=self.patience) as db:
            db.execute(
                "insert into planned select unnest(?::varchar[]), unnest(?::integer[]), "
                "unnest(?::varchar[]), unnest(?::integer[]) on conflict do nothing",
                [list(column) for column in columns],
            )

    def done(self, cells: Sequence[int]) -> dict[int, dict[str, tuple[str, int]]]:
        """What of these cells is stored: for each, key -> (status, attempt)."""
        found: dict[int, dict[str, tuple[str, int]]] = {cell: {} for cell in cells}
        with opened(self.path, patience=self.patience) as db:
            rows = db.execute(
                "select cell, key, r.status, r.attempt from planned join results r using (key) "
                "where list_contains(?::integer[], cell)",
                [list(cells)],
            ).fetchall()
        for cell, key, status, attempt in rows:
            found[cell][key] = (status, attempt)
        return found

    def ingest(self, files: Sequence[Path]) -> int:
        """Store the episodes of spool files, in one transaction; returns how many were new."""
        if not files:
            return 0
        with opened(self.path, write=True, patience=self.patience) as db:
            db.execute(
                f"create temp table batch as select {_FLAT} from read_json(?, "
                f"format = 'newline_delimited', columns = {_LINE}, "
                "maximum_object_size = 1073741824) "
                "qualify row_number() over (partition by key, attempt) = 1",
                [[str(path) for path in files]],
            )
            db.execute(
                "delete from batch where (key, attempt) in (select (key, attempt) from episodes "
                "where key in (select key from batch))"
            )
            db.execute("insert into episodes select * exclude (messages, ledger, notes) from batch")
            db.execute(
                "insert into transcripts select key, attempt, messages, ledger, notes from batch"
            )
            seal(db, "batch")
            row = db.execute("select count(*) from batch").fetchone()
            db.execute("drop table batch")
        return row[0] if row else 0

    def invalidate(self, where: str, values: Sequence[Any], reason: str) -> int:
        """Mark episodes invalid (they stay listed); returns how many."""
        with opened(self.path, write=True, patience=self.patience) as db:
            rows = db.execute(
                f"insert into invalidations select distinct key, ?, ?::timestamp from episodes "
                f"where {where} on conflict do nothing returning key",
                [reason, _now(), *values],
            ).fetchall()
        return len(rows)


def next_cell(db: duckdb.DuckDBPyConnection) -> int:
    """The id for a new cell."""
    found = db.execute("select coalesce(max(id), 0) + 1 from cells").fetchone()
    return found[0] if found else 1


def changed_keys(before: Any, now: Any, at: str = "") -> list[str]:
    """The differences of two configurations, as lines like `limits.turns: 64 -> 32`."""
    if isinstance(before, dict) and isinstance(now, dict):
        lines: list[str] = []
        for key in sorted(before.keys() | now.keys()):
            lines += changed_keys(before.get(key), now.get(key), f"{at}.{key}" if at else key)
        return lines
    return [] if before == now else [f"{at}: {json.dumps(before)} -> {json.dumps(now)}"]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
