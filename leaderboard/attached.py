"""A second leaderboard file beside the open one, only to read it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from .database import opened
from .errors import Locked, StoreError, explained
from .migrations import STEPS


@contextmanager
def readable(path: str | os.PathLike[str], patience: float) -> Iterator[Path]:
    """The file to read: itself, or an upgraded copy where its schema is an older one."""
    try:
        with opened(path, patience=patience):
            pass
    except StoreError:
        version = _version(path)
        if version is None or version >= len(STEPS):
            raise
        with tempfile.TemporaryDirectory(prefix="palestra-") as folder:
            copy = Path(folder) / "older.duckdb"
            shutil.copyfile(path, copy)
            log = Path(f"{path}.wal")
            if log.exists():
                shutil.copyfile(log, f"{copy}.wal")
            with opened(copy, write=True):
                pass
            yield copy
        return
    yield Path(path)


def attach(db: duckdb.DuckDBPyConnection, source: Path, patience: float, name: str) -> None:
    """Attach a file read-only under a name, waiting for who holds it."""
    deadline = time.monotonic() + patience
    quoted = str(source).replace("'", "''")
    while True:
        try:
            db.execute(f"attach '{quoted}' as {name} (read_only)")
            return
        except duckdb.Error as error:
            problem = explained(error, str(source))
            if not isinstance(problem, Locked) or time.monotonic() > deadline:
                raise problem from error
        time.sleep(0.05)


def _version(path: str | os.PathLike[str]) -> int | None:
    """The schema of a leaderboard file; None where it is none."""
    try:
        with duckdb.connect(str(path), read_only=True) as db:
            row = db.execute("select version from palestra").fetchone()
    except duckdb.Error:
        return None
    return row[0] if row else None
