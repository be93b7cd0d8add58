"""What was submitted and what came back, in a file beside the leaderboard file.

It is written before anything is waited for. A batch is first noted as intended, then, with the id
that the provider gave it, as submitted; when it has ended, its results are stored at once.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from ...envs.core import UsageError
from .api import Outcome

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    mark TEXT PRIMARY KEY, id TEXT, place TEXT, size INTEGER, noted REAL, submitted REAL
);
CREATE TABLE IF NOT EXISTS requests (
    key TEXT PRIMARY KEY, mark TEXT, status INTEGER, body BLOB
);
CREATE INDEX IF NOT EXISTS of_batch ON requests (mark);
"""


class Noted(NamedTuple):
    """A batch that has not ended as far as is known."""

    mark: str
    id: str | None
    size: int
    noted: float
    submitted: float | None


class Notes:
    """The file of batches.

    Args:
        path: made when the first batch is noted.

    Raises:
        UsageError: it cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self._db = sqlite3.connect(self.path, timeout=30)
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise UsageError(
                f"batches cannot be noted in {self.path}: {error}; remove it if you know that no "
                "batch is under way, or choose another --db"
            ) from None
        with contextlib.suppress(OSError):
            self.path.chmod(0o600)

    def intend(self, mark: str, place: str, keys: Sequence[str]) -> None:
        """Note a batch that will be submitted now."""
        with self._db:
            self._db.execute(
                "INSERT INTO batches VALUES (?, NULL, ?, ?, ?, NULL)",
                (mark, place, len(keys), time.time()),
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO requests VALUES (?, ?, NULL, NULL)",
                ((key, mark) for key in keys),
            )

    def submit(self, mark: str, id: str) -> None:
        """Note that a batch was submitted, and its id."""
        with self._db:
            self._db.execute(
                "UPDATE batches SET id = ?, submitted = ? WHERE mark = ?", (id, time.time(), mark)
            )

    def pending(self, place: str) -> list[Noted]:
        """Batches of a place that have not ended."""
        found = self._db.execute(
            "SELECT mark, id, size, noted, submitted FROM batches WHERE place = ?", (place,)
        )
        return [Noted(*row) for row in found]

    def batch_of(self, key: str) -> str | None:
        """The mark of the batch that a request waits in, if it does."""
        row = self._db.execute(
            "SELECT mark FROM requests WHERE key = ? AND status IS NULL", (key,)
        ).fetchone()
        return row[0] if row else None

    def outcome(self, key: str) -> Outcome | None:
        """The reply to a request, if it came."""
        row = self._db.execute(
            "SELECT status, body FROM requests WHERE key = ? AND status IS NOT NULL", (key,)
        ).fetchone()
        return Outcome(row[0], msgspec.json.decode(row[1])) if row else None

    def end(self, mark: str, outcomes: Iterable[tuple[str, Outcome]]) -> None:
        """Store the replies of a batch; what failed in it may be submitted again."""
        with self._db:
            self._db.executemany(
                "UPDATE requests SET status = ?, body = ? WHERE key = ? AND mark = ?",
                (
                    (outcome.status, msgspec.json.encode(outcome.body), key, mark)
                    for key, outcome in outcomes
                    if outcome.status == 200
                ),
            )
            self._drop(mark)

    def abandon(self, mark: str) -> None:
        """Forget a batch that was never submitted, or came to nothing."""
        with self._db:
            self._drop(mark)

    def _drop(self, mark: str) -> None:
        self._db.execute("DELETE FROM requests WHERE mark = ? AND status IS NULL", (mark,))
        self._db.execute("DELETE FROM batches WHERE mark = ?", (mark,))

    def forget(self, keys: Iterable[str]) -> None:
        """Drop replies that are not needed any more."""
        with self._db:
            self._db.executemany("DELETE FROM requests WHERE key = ?", ((key,) for key in keys))

    def close(self) -> None:
        """Close the file, and remove it where nothing is in it."""
        empty = not self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM requests) OR EXISTS (SELECT 1 FROM batches)"
        ).fetchone()[0]
        self._db.close()
        if empty:
            self.path.unlink(missing_ok=True)
