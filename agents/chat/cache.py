"""Replies kept on disk, so that asking the same again costs nothing.

    evaluate(["browse"], ["openai/gpt-5"], cache="replies")      # palestra run ... --cache replies

The key is the whole request (model, conversation, tools, sampling), whose model it is, and the seed
of the turn, whether it is sent or not: nothing but the very same call is answered from here, and
another trial asks again. What failed is not kept.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from ...envs.core import UsageError
from ..base import Reply

_VERSION = 2
"""Of what is kept; part of every key."""


class ReplyCache:
    """A folder of replies. Several runs may share it, at the same time too.

    Args:
        folder: made where it does not exist.

    Raises:
        UsageError: the folder cannot be written, or holds something else.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.path = Path(folder) / "replies.sqlite"
        self.hits = self.misses = 0
        self.trouble = ""
        """Why replies are not kept any more, if something is in the way."""
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS replies (key BLOB PRIMARY KEY, reply BLOB, kept REAL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"replies cannot be kept in {self.path}: {error}; name another folder (--cache)"
            ) from None

    def key(self, scheme: str, place: str, request: Mapping[str, Any], seed: int) -> bytes:
        """What names a reply."""
        everything = [_VERSION, scheme, place, request, seed]
        text = msgspec.json.encode(everything, order="deterministic")
        return hashlib.blake2b(text, digest_size=20).digest()

    def get(self, key: bytes) -> Reply | None:
        """The reply that is kept, with the tokens that it took once; it takes no call or money."""
        began = time.perf_counter()
        with self._lock:
            try:
                row = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
            except sqlite3.Error as error:
                self.trouble, row = str(error), None
        if row is None:
            self.misses += 1
            return None
        self.hits += 1
        reply = msgspec.json.decode(row[0], type=Reply)
        seconds = time.perf_counter() - began
        cost = None if reply.usage.cost is None else 0.0
        reply.usage = msgspec.structs.replace(reply.usage, calls=0, cost=cost, seconds=seconds)
        return reply

    def put(self, key: bytes, reply: Reply) -> None:
        """Keep a reply (not that there was none); a full disk costs the cache, not the run."""
        if reply.stop:
            return
        text = msgspec.json.encode(reply)
        with self._lock:
            try:
                with self._db:
                    self._db.execute(
                        "INSERT OR IGNORE INTO replies VALUES (?, ?, ?)", (key, text, time.time())
                    )
            except sqlite3.Error as error:
                self.trouble = str(error)

    def remarks(self) -> list[str]:
        """How much was answered from here, and what stood in the way."""
        said = f"{self.hits:,} of {self.hits + self.misses:,} replies came from {self.path}"
        trouble = [f"New replies were not kept there: {self.trouble}"] if self.trouble else []
        return [said, *trouble]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
