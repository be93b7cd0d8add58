"""Opening a leaderboard file: for a moment at a time, with patience, and with clear errors.

DuckDB lets one process at a time have a file open. So nobody here keeps it open: a batch is
committed, or a question answered, and the file is let go; who finds it taken tries again for a
while, and then says who holds it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from .errors import Locked, StoreError, explained
from .migrations import STEPS


@contextmanager
def opened(
    path: str | os.PathLike[str], *, write: bool = False, patience: float = 10.0
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for the length of a `with` block, in a transaction when writing.

    Args:
        path: the file; created (and migrated) when writing.
        write: whether to write; a block that raises is rolled back.
        patience: how long to wait for another process to let go, in seconds.

    Raises:
        Locked: somebody else kept the file open all the while.
        StoreError: it cannot be opened, read or written; the message says why.
    """
    path = str(path)
    if not write and not Path(path).exists():
        raise StoreError(f"there is no leaderboard {path}; `palestra run --db {path}` makes one")
    db = _connect(path, write, patience)
    try:
        _migrate(db, path, write)
        if write:
            db.execute("begin")
        yield db
        if write:
            db.execute("commit")
    except duckdb.ProgrammingError:  # our own mistake, not the file's
        raise
    except duckdb.Error as error:
        raise explained(error, path) from error
    finally:
        try:
            db.close()
        except duckdb.Error as error:  # closing checkpoints, which can fail on a full disk
            raise explained(error, path) from error


def _connect(path: str, write: bool, patience: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + patience
    wait = 0.01
    while True:
        try:
            return duckdb.connect(path, read_only=not write)
        except duckdb.Error as error:
            problem = explained(error, path)
            if not isinstance(problem, Locked) or time.monotonic() > deadline:
                raise problem from error
        time.sleep(wait)
        wait = min(wait * 1.5, 0.1)


def _migrate(db: duckdb.DuckDBPyConnection, path: str, write: bool) -> None:
    exists = db.execute(
        "select count(*) from duckdb_tables() where table_name = 'palestra'"
    ).fetchone()
    version = 0
    if exists and exists[0]:
        row = db.execute("select version from palestra").fetchone()
        version = row[0] if row else 0
    elif (found := db.execute("select count(*) from duckdb_tables()").fetchone()) and found[0]:
        raise StoreError(
            f"{path} is a DuckDB database of something else; name another file with --db"
        )
    if version > len(STEPS):
        raise StoreError(
            f"{path} was written by a newer Palestra (schema {version}; this one knows "
            f"{len(STEPS)}). `pip install -U palestra`, or use another --db."
        )
    if version == len(STEPS):
        return
    if not write:
        raise StoreError(
            f"{path} has schema {version}, this Palestra reads {len(STEPS)}; any `palestra run` "
            "with this --db upgrades it"
        )
    db.execute("begin")
    db.execute("create table if not exists palestra (version integer)")
    for step in STEPS[version:]:
        step(db)
    db.execute("delete from palestra")
    db.execute("insert into palestra values (?)", [len(STEPS)])
    db.execute("commit")
