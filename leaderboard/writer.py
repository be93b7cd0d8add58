"""The writer of a running evaluation: every episode to the spool at once, batches to DuckDB.

    with Writer(store, session) as writer:
        writer.add(episode)     # safe against a kill when it returns

A thread commits what has gathered every second, so the file is free for readers in between.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

from ..envs.core import Episode
from .errors import Locked, StoreError
from .spool import Spool
from .store import Store

_EVERY = 1.0
_BATCH = 10_000


class Writer:
    """Stores episodes from a running evaluation.

    Attributes:
        added: episodes that are safe on disk.
        stored: episodes that are in the database.
        waiting: why the last batch is not in yet (the file is held, the disk is full), or None.
    """

    def __init__(self, store: Store, session: str) -> None:
        self.store = store
        self._spool = Spool(store.path, session)
        self._mutex = threading.Lock()
        self._wake = threading.Condition(self._mutex)
        self._closing = False
        self.added = 0
        self.stored = 0
        self._gathered = 0
        self.waiting: StoreError | None = None
        self._pending: list[tuple[Path, int]] = []
        self._thread = threading.Thread(target=self._commit, name="palestra-writer", daemon=True)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, episode: Episode) -> None:
        """Keep an episode.

        Raises:
            StoreError: it could not be written to disk.
        """
        with self._mutex:
            self._spool.append(episode)
            self.added += 1
            self._gathered += 1
            if self._gathered >= _BATCH:
                self._wake.notify()

    def close(self) -> None:
        """Store what has gathered and let go.

        What cannot be stored now stays in the spool, and `waiting` says why; the next command that
        uses the file brings it home.
        """
        with self._mutex:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        self._spool.close()

    def _commit(self) -> None:
        while True:
            with self._mutex:
                if not self._closing and self._gathered < _BATCH:
                    self._wake.wait(_EVERY)
                closing = self._closing
                path = self._spool.rotate()
                if path is not None:
                    self._pending.append((path, self._gathered))
                    self._gathered = 0
            self._store_pending()
            if closing:
                return

    def _store_pending(self) -> None:
        if not self._pending:
            return
        try:
            self.store.ingest([path for path, _ in self._pending])
        except StoreError as error:
            self.waiting = error
            if not isinstance(error, Locked):
                time.sleep(0.2)
            return
        self.waiting = None
        for path, count in self._pending:
            path.unlink()
            self.stored += count
        self._pending.clear()
