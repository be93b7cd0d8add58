"""One leaderboard file into another: `palestra merge`.

    merged = merge("mine.duckdb", "theirs.duckdb")
    merged.episodes, merged.known, merged.conflicts
    merge_all("mine.duckdb", ["a.duckdb", "b.duckdb"])      # all of them or none

By keys, so merging twice is merging once. The other files are only read; ours is written in one
transaction, so a kill, or a file that cannot be read, leaves it as it was. Digests travel with
their episodes and are not made anew: what was edited in the other file is found in this one too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb

from .attached import attach, readable
from .database import opened
from .errors import StoreError, explained
from .keys import key_of
from .merge_rows import Conflict, Merged, copy_rows
from .spool import spool_of
from .store import ConfigChanged, Store, changed_keys, next_cell

__all__ = ["Conflict", "Merged", "merge", "merge_all"]


def merge(
    into: str | os.PathLike[str],
    other: str | os.PathLike[str],
    *,
    run: str | None = None,
    patience: float = 30.0,
) -> Merged:
    """`merge_all` of one file."""
    return merge_all(into, [other], run=run, patience=patience)[0]


def merge_all(
    into: str | os.PathLike[str],
    others: Sequence[str | os.PathLike[str]],
    *,
    run: str | None = None,
    patience: float = 30.0,
) -> list[Merged]:
    """Add what `others` hold, one after the other and all in one transaction.

    Args:
        into: the file that grows; made where it does not exist.
        others: the files that are read.
        run: a run name for those of their cells whose configuration differs from ours. Their keys
            are made anew with that name, so that `palestra run --name` goes on with them.
        patience: how long to wait for another process to let go of a file, in seconds.

    Returns:
        What each brought, in their order.

    Raises:
        ConfigChanged: a cell has other settings here, and no `run` is given, or that run has other
            settings too. Nothing was changed, whichever file it is in.
        StoreError: a file cannot be used. Nothing was changed.
    """
    new = not Path(into).exists()
    for other in others:
        if not new and Path(other).exists() and Path(into).samefile(other):
            raise StoreError(f"{other} is the file to merge into; name another one")
    if not new:
        Store(into).recover()
    try:
        with ExitStack() as stack:
            sources = [stack.enter_context(readable(other, patience)) for other in others]
            db = stack.enter_context(opened(into, write=True, patience=patience))
            return [
                _merged(db, str(into), str(other), source, f"other{number}", run, patience)
                for number, (other, source) in enumerate(zip(others, sources, strict=True))
            ]
    except BaseException:
        if new:  # made for this, and empty
            Path(into).unlink(missing_ok=True)
        raise


def _merged(
    db: duckdb.DuckDBPyConnection,
    into: str,
    other: str,
    source: Path,
    theirs: str,
    run: str | None,
    patience: float,
) -> Merged:
    """Bring in one file, attached under a name of its own: DuckDB 1 detaches only at the end."""
    merged = Merged()
    if spool_of(other).exists():
        merged.remarks.append(
            f"{other} has finished episodes that are not in the file yet; they come with the next "
            f"merge after `palestra runs --db {other}`"
        )
    attach(db, source, patience, theirs)
    try:
        _match_cells(db, into, other, run, merged, theirs)
        copy_rows(db, merged, theirs)
        for table in ("here", "named", "theirs", "held", "matched", "taken"):
            db.execute(f"drop table temp.{table}")
    except duckdb.ProgrammingError:  # our own mistake, not the file's
        raise
    except duckdb.Error as error:
        raise explained(error, other) from error
    return merged


def _match_cells(
    db: duckdb.DuckDBPyConnection,
    into: str,
    other: str,
    run: str | None,
    merged: Merged,
    theirs: str,
) -> None:
    """Fill the temporary tables `here` (their cell -> ours) and `named` (their key -> ours)."""
    db.execute("create temp table here (theirs integer, ours integer)")
    db.execute("create temp table named (theirs varchar, ours varchar)")
    refused: list[str] = []
    for row in db.execute(f"select * from {theirs}.cells order by id").fetchall():
        number, name, config = row[0], row[1:5], json.loads(row[5])
        ours, changes = _ours(db, name, config)
        if changes and run is not None and run != name[0]:
            name = (run, *name[1:])
            merged.renamed.append(f"{name[1]} ({name[2]}) by {name[3]}")
            ours, changes = _ours(db, name, config)
            if not changes:
                _rename(db, number, name, config, theirs)
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
            f"{into} and {other} hold these with different settings (here -> there):\n  "
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
    db: duckdb.DuckDBPyConnection,
    cell: int,
    name: tuple[str, ...],
    config: dict[str, object],
    theirs: str,
) -> None:
    """Note the keys that a cell's work has under another run name."""
    key = key_of(name[0], name[1], name[2], name[3], config)
    work = db.execute(
        f"select key, task, trial from {theirs}.planned where cell = ?", [cell]
    ).fetchall()
    if work:
        db.execute(
            "insert into named select unnest(?::varchar[]), unnest(?::varchar[])",
            [[old for old, _, _ in work], [key(task, trial) for _, task, trial in work]],
        )
