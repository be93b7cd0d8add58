"""Folders that are complete or not there: built aside, moved into place, built by one process.

Corpora and search indexes are such folders. A build that is killed leaves nothing under the final
name; of several processes that need the same folder, one builds it and the others wait for it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

__all__ = ["FolderError", "build_aside", "build_once", "move_into_place"]

ABANDONED = 24 * 3600
"""Seconds after which an unfinished build of another process counts as killed."""

Opened = TypeVar("Opened")


class FolderError(OSError):
    """A folder cannot be written or read; the message says where and what to do."""


def build_once(
    path: Path, open: Callable[[Path], Opened | None], build: Callable[[Path], object], what: str
) -> Opened:
    """Open a folder, after building it if it is missing or broken.

    Args:
        path: the folder.
        open: opens it, or returns None if it is not there or damaged.
        build: makes it (under its final name only when it is complete).
        what: what it is, for messages.

    Raises:
        FolderError: the place cannot be written to, or what was built cannot be opened.
    """
    opened = open(path)
    if opened is not None:
        return opened
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.parent / f".{path.name}.lock"):
            opened = open(path)
            if opened is None:
                _sweep(path)
                build(path)
                opened = open(path)
    except FolderError:
        raise
    except OSError as error:
        raise FolderError(f"cannot build {what} in {path.parent}: {error}. {_ADVICE}") from error
    if opened is None:
        raise FolderError(f"{what} at {path} cannot be read back; delete that folder and try again")
    return opened


_ADVICE = (
    "Make the folder writable and see that the disk has room, or set PALESTRA_CACHE to a folder "
    "that is (a corpus given as a folder keeps its search index inside it)"
)


@contextmanager
def build_aside(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, and else disappears."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield aside
        move_into_place(aside, path)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def move_into_place(aside: Path, path: Path) -> None:
    """Rename a finished folder; if another process was faster, keep that one's."""
    aside.chmod(0o755)
    try:
        os.replace(aside, path)
    except OSError:
        if not path.is_dir():
            raise
        shutil.rmtree(aside)


def _sweep(path: Path) -> None:
    """Clear away a broken folder at `path`, and what killed builds of it have left."""
    if path.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        os.replace(path, aside / "broken")
        shutil.rmtree(aside, ignore_errors=True)
    for left in path.parent.glob(f".{path.name}-*"):
        if time.time() - left.stat().st_mtime > ABANDONED:
            shutil.rmtree(left, ignore_errors=True)
