"""A leaderboard file as the page reads it: for a moment at a time, never writing, remembering.

An answer is kept while the file is unchanged. While a run writes, the file changes every second:
then an answer may be as old as five times what it costs, so that the page never takes the file from
the run for long. A file that is held by somebody else is answered from memory, if it can be.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import NamedTuple

import duckdb
import msgspec

from ..database import opened
from ..errors import Locked

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_KEPT = 64_000_000


class _Answer(NamedTuple):
    """Encoded, with the file it was read from, when, and what it cost in seconds."""

    body: bytes
    version: str
    made: float
    cost: float


class Source:
    """The file and what was read from it.

    Args:
        path: the leaderboard file.
        patience: how long to wait for another process to let go, in seconds.
    """

    def __init__(self, path: str | os.PathLike[str], *, patience: float = 5.0) -> None:
        self.path, self.patience = Path(path), patience
        self._one_at_a_time = threading.Lock()
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()

    def version(self) -> str:
        """Changes whenever the file does."""
        return "-".join(
            f"{stat.st_mtime_ns:x}.{stat.st_size:x}"
            for path in (self.path, Path(f"{self.path}.wal"))
            if (stat := _stat(path)) is not None
        )

    def ask(self, name: Hashable, question: Callable[[duckdb.DuckDBPyConnection], object]) -> bytes:
        """The answer to a question as JSON.

        Args:
            name: tells this question from all others.
            question: is given a connection, for reading only; its answer must be JSON's.

        Raises:
            StoreError: the file cannot be read, or is held and there is no older answer.
        """
        with self._one_at_a_time:
            version, known = self.version(), self._answers.get(name)
            if known is not None:
                self._answers.move_to_end(name)
                age = time.monotonic() - known.made
                if known.version == version or age < max(1.0, 5 * known.cost):
                    return known.body
            try:
                body, cost = self._read(question)
            except Locked:
                if known is None:
                    raise
                return known.body
            self._answers[name] = _Answer(body, version, time.monotonic(), cost)
            self._forget()
        return body

    def read(self, question: Callable[[duckdb.DuckDBPyConnection], object]) -> bytes:
        """As `ask`, always from the file, and not remembered."""
        with self._one_at_a_time:
            return self._read(question)[0]

    def _read(self, question: Callable[[duckdb.DuckDBPyConnection], object]) -> tuple[bytes, float]:
        """The answer, and what it cost without the wait for the file."""
        with opened(self.path, patience=self.patience) as db:
            began = time.monotonic()
            answer = question(db)
        return _ENCODER.encode(answer), time.monotonic() - began

    def _forget(self) -> None:
        """Keep what was used last, up to 64 MB; always the newest."""
        total = 0
        for name, answer in reversed(list(self._answers.items())):
            total += len(answer.body)
            if total > _KEPT and total > len(answer.body):
                del self._answers[name]


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
