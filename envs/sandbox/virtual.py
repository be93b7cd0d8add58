"""bashkit's file system as `Files`, with the one thing it lacks: files that keep their mode.

bashkit resets a file's mode to 644 whenever it is rewritten (`>`, tee, dd, open in Python), where
Linux keeps it. So modes are remembered here and put back (`mend`). Whatever else changes a mode or
puts another file in a place (chmod, cp, install, mv, rm, unlink) runs in the host over these very
methods, so what is remembered is right.
"""

from __future__ import annotations

import errno
import os
import posixpath
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from .protocol import Files, Stat

USUAL = 0o644
_KINDS = {"file": "file", "directory": "folder", "symlink": "link"}
_ERRORS = (
    ("not a directory", errno.ENOTDIR),
    ("is a directory", errno.EISDIR),
    ("too many levels", errno.ELOOP),
    ("permission denied", errno.EACCES),
    ("not found", errno.ENOENT),
    ("already exists", errno.EEXIST),
)


P = ParamSpec("P")
R = TypeVar("R")


def _held(
    method: Callable[Concatenate[VirtualFiles, P], R],
) -> Callable[Concatenate[VirtualFiles, P], R]:
    """Keep the machine awake meanwhile: a handle of one that fell asleep is another machine's."""

    @wraps(method)
    def run(self: VirtualFiles, *given: P.args, **named: P.kwargs) -> R:
        with self.lock:
            return method(self, *given, **named)

    return run


class VirtualFiles(Files):
    """Files over a bashkit handle."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held whenever the machine is used; who cannot have it may not put it to sleep."""
        self.untouched = True
        """Whether nothing was written since the machine began, nor anything of an agent's run."""
        self.modes: dict[str, int] = {}
        """Of files, where they are not 644."""

    def handle(self) -> Any:
        """bashkit's `FileSystem` at this moment."""
        raise NotImplementedError

    @_held
    def read(self, path: str) -> bytes:
        fs = self.handle()
        try:
            return fs.read_file(path)
        except RuntimeError as error:
            if path == "/" or (fs.exists(path) and fs.stat(path)["file_type"] == "directory"):
                raise IsADirectoryError(errno.EISDIR, "Is a directory", path) from None
            raise _os_error(error, path) from None

    @_held
    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        fs, place = self.handle(), path
        self.untouched = False
        try:
            if not fs.exists(path):
                fs.mkdir(posixpath.dirname(path), True)
                place, was = self._end(fs, path), USUAL
            else:
                place = self._end(fs, path)
                was = fs.stat(place)["mode"]
            fs.write_file(place, data.encode() if isinstance(data, str) else data)
        except RuntimeError as error:
            if fs.exists(path) and fs.stat(path)["file_type"] == "directory":
                raise IsADirectoryError(errno.EISDIR, "Is a directory", path) from None
            raise _os_error(error, path) from None
        wanted = was if mode is None else mode
        if wanted != USUAL or place in self.modes:
            self._set(fs, place, wanted)

    def put(self, fs: Any, path: str, data: bytes | str, mode: int) -> None:
        """Write a file in a folder that is there, at a place where nothing is."""
        fs.write_file(path, data.encode() if isinstance(data, str) else data)
        if mode != USUAL:
            fs.chmod(path, mode)
            self.modes[path] = mode

    @_held
    def stat(self, path: str) -> Stat | None:
        fs = self.handle()
        try:
            return Stat("link", 0o777, 0, fs.read_link(path))
        except RuntimeError:
            pass
        try:
            found = fs.stat(path)
        except RuntimeError:
            return None
        kind: Any = _KINDS.get(found["file_type"], "other")
        mode: int = found["mode"]
        if kind == "file":
            mode = self.modes.get(path, mode)
        return Stat(kind, mode & 0o7777, found["size"] if kind == "file" else 0)

    @_held
    def list(self, path: str) -> list[str]:
        try:
            return sorted(entry["name"] for entry in self.handle().read_dir(path))
        except RuntimeError as error:
            raise _os_error(error, path) from None

    @_held
    def chmod(self, path: str, mode: int) -> None:
        fs = self.handle()
        try:
            self._set(fs, self._end(fs, path), mode & 0o7777)
        except RuntimeError as error:
            raise _os_error(error, path) from None

    @_held
    def mkdir(self, path: str) -> None:
        try:
            self.handle().mkdir(path, True)
        except RuntimeError as error:
            raise _os_error(error, path) from None

    @_held
    def link(self, path: str, target: str) -> None:
        fs = self.handle()
        self.untouched = False
        try:
            if not fs.exists(posixpath.dirname(path)):
                fs.mkdir(posixpath.dirname(path), True)
            fs.symlink(target, path)
        except RuntimeError as error:
            raise _os_error(error, path) from None
        self.modes.pop(path, None)

    @_held
    def remove(self, path: str) -> None:
        self.untouched = False
        try:
            self.handle().remove(path, True)
        except RuntimeError as error:
            raise _os_error(error, path) from None
        self.modes.pop(path, None)
        inside = f"{path.rstrip('/')}/"
        for gone in [each for each in self.modes if each.startswith(inside)]:
            del self.modes[gone]

    def mend(self) -> list[str]:
        """Put back the modes that a rewriting took; says of which files."""
        if not self.modes:
            return []
        fs, mended = self.handle(), []
        folders: dict[str, dict[str, Any]] = {}
        for path in self.modes:
            folder = posixpath.dirname(path)
            if folder not in folders:
                folders[folder] = _listed(fs, folder)  # one look each: looks are dear in commands
        for path, mode in list(self.modes.items()):
            folder, name = posixpath.split(path)
            found = folders[folder].get(name)
            if found is None or found["file_type"] != "file":
                del self.modes[path]
            elif found["mode"] != mode:
                if found["mode"] == USUAL:
                    fs.chmod(path, mode)
                    mended.append(path)
                else:
                    self.modes[path] = found["mode"]
        return mended

    def _set(self, fs: Any, path: str, mode: int) -> None:
        fs.chmod(path, mode)
        if mode == USUAL or fs.stat(path)["file_type"] != "file":
            self.modes.pop(path, None)
        else:
            self.modes[path] = mode

    def _end(self, fs: Any, path: str) -> str:
        """Where the links at the end of a path lead."""
        for _ in range(40):
            try:
                target = fs.read_link(path)
            except RuntimeError:
                return path
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def _listed(fs: Any, folder: str) -> dict[str, Any]:
    try:
        return {entry["name"]: entry["metadata"] for entry in fs.read_dir(folder)}
    except RuntimeError:
        return {}


def _os_error(error: RuntimeError, path: str) -> OSError:
    text = str(error).lower()
    number = next((number for part, number in _ERRORS if part in text), errno.EIO)
    return OSError(number, os.strerror(number) if number != errno.EIO else str(error), path)
