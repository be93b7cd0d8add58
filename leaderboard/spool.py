"""The spool: finished episodes as lines of JSON on disk, until they are in the database.

A finished episode is appended to a file beside the database at once, so a kill loses nothing that
was reported as done, and a database that is busy or full holds nobody up. Each writing process has
a folder of its own, `<db>.spool/<session>/`, and holds a lock on it while it lives; a folder whose
lock is free belongs to a process that died, and whoever comes next brings its episodes home.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import filelock
import msgspec

from ..envs.core import Episode
from .errors import StoreError

_ENCODER = msgspec.json.Encoder(enc_hook=repr)


def spool_of(db: str | os.PathLike[str]) -> Path:
    """The folder of all spools of a database."""
    return Path(f"{db}.spool")


class Spool:
    """The spool of one process. `append` is called from one thread, the rest from any.

    Raises:
        StoreError: the folder cannot be made or written.
    """

    def __init__(self, db: str | os.PathLike[str], session: str) -> None:
        self.folder = spool_of(db) / session
        try:
            self.folder.mkdir(parents=True)
            self._lock = filelock.FileLock(self.folder / "owner.lock")
            self._lock.acquire(blocking=False)
        except OSError as error:
            raise self._problem(error) from error
        self._number = 0
        self._file = -1
        self._length = 0
        self._path = self.folder

    def append(self, episode: Episode) -> None:
        """Write one episode; when this returns, a kill of the process does not lose it."""
        line = encode(episode)
        try:
            if self._file < 0:
                self._number += 1
                self._path = self.folder / f"{self._number:06}.jsonl"
                self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
                self._length = 0
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            if self._file >= 0:  # leave no half line behind
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, self._length)
            raise self._problem(error) from error
        self._length += len(line)

    def rotate(self) -> Path | None:
        """Close the current file and return it, if it holds anything."""
        if self._file < 0:
            return None
        os.close(self._file)
        self._file = -1
        return self._path

    def close(self) -> None:
        """Let go; removes the folder when all its files were stored."""
        self.rotate()
        self._lock.release()
        with contextlib.suppress(OSError):
            if not any(self.folder.glob("*.jsonl")):
                shutil.rmtree(self.folder)
                self.folder.parent.rmdir()

    def _problem(self, error: OSError) -> StoreError:
        return StoreError(
            f"finished episodes cannot be written to {self.folder.parent} ({error.strerror}). "
            "What was stored is safe: make room or make it writable, and give the same command "
            "again."
        )


@contextlib.contextmanager
def orphans(db: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """The files left behind by processes that died, held for the length of the block."""
    files: list[Path] = []
    held: list[tuple[filelock.FileLock, Path]] = []
    folders = sorted(p for p in spool_of(db).glob("*") if p.is_dir())
    for folder in folders:
        lock = filelock.FileLock(folder / "owner.lock")
        try:
            lock.acquire(blocking=False)
        except (filelock.Timeout, OSError):  # its owner lives, or it is not ours to touch
            continue
        held.append((lock, folder))
        files += sorted(folder.glob("*.jsonl"))
    try:
        yield files
    finally:
        for lock, folder in held:
            lock.release()
            with contextlib.suppress(OSError):
                if not any(folder.glob("*.jsonl")):
                    shutil.rmtree(folder)
        with contextlib.suppress(OSError):
            spool_of(db).rmdir()


def whole_lines(path: Path) -> Path | None:
    """The file, cut after its last whole line (a kill can leave half a line); None if empty."""
    size = path.stat().st_size
    with open(path, "rb+") as file:
        end = size
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                end = start + at + 1
                break
            end = start
        if end < size:
            file.truncate(end)
    return path if end else None


def encode(episode: Episode) -> bytes:
    """One line of JSON. What JSON cannot say (an agent may send anything) is written as text."""
    try:
        return _ENCODER.encode(episode) + b"\n"
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError):
        plain = msgspec.to_builtins(episode, str_keys=True, enc_hook=lambda odd: repr(odd)[:200])
        return _ENCODER.encode(_tame(plain)) + b"\n"


def _tame(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, (bool, int, float)):
        return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)
    if depth > 20:
        return repr(value)[:200]
    if isinstance(value, dict):
        return {str(_tame(str(k))): _tame(v, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tame(item, depth + 1) for item in value]
    return str(_tame(repr(value)[:200]))
