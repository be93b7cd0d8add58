"""Files of a machine that is a real Linux tree, reached without trusting any name in it.

    files = Rooted({"work": fd})        # open folders by the first part of the path

Every path is walked part by part with `O_NOFOLLOW`; links are read and followed by hand, so an
absolute link leads to the machine's root, never to the host's, whatever the agent does meanwhile.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat as bits
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .protocol import Files, Stat

NOBODY = 65534
"""Whom root becomes where it starts a machine."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Rooted(Files):
    """Files below open folders.

    Args:
        tops: descriptors of folders, by the one name that leads to each from the root.
        uid: whose files are made, when the host is root; None otherwise.
    """

    def __init__(self, tops: dict[str, int], uid: int | None):
        self.tops, self.uid = tops, uid

    def read(self, path: str) -> bytes:
        with (
            self._parent(path, follow=True) as (parent, name),
            _opened(parent, name, os.O_RDONLY, path) as handle,
        ):
            return _all(handle)

    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        data = data.encode() if isinstance(data, str) else data
        with acting_as(self.uid), self._parent(path, follow=True, make=True) as (parent, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with _opened(parent, name, flags, path) as handle:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                if mode is not None:
                    os.fchmod(handle, mode)

    def stat(self, path: str) -> Stat | None:
        try:
            with self._parent(path) as (parent, name):
                if name == ".":
                    return Stat("folder", bits.S_IMODE(os.fstat(parent).st_mode), 0)
                found = os.stat(name, dir_fd=parent, follow_symlinks=False)
                if bits.S_ISLNK(found.st_mode):
                    return Stat("link", 0o777, 0, os.readlink(name, dir_fd=parent))
        except (FileNotFoundError, NotADirectoryError):
            return None
        mode = bits.S_IMODE(found.st_mode)
        if bits.S_ISDIR(found.st_mode):
            return Stat("folder", mode, 0)
        if bits.S_ISREG(found.st_mode):
            return Stat("file", mode, found.st_size)
        return Stat("other", mode, 0)

    def list(self, path: str) -> list[str]:
        if path == "/":
            return sorted(self.tops)
        with self._folder(path) as folder:
            return sorted(os.listdir(folder))

    def chmod(self, path: str, mode: int) -> None:
        with self._parent(path, follow=True) as (parent, name):
            if name == ".":
                os.fchmod(parent, mode)
            elif bits.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            else:
                with _opened(parent, name, os.O_RDONLY, path, any_kind=True) as handle:
                    os.fchmod(handle, mode)

    def mkdir(self, path: str) -> None:
        with acting_as(self.uid), self._parent(f"{path.rstrip('/')}/.", make=True):
            pass

    def link(self, path: str, target: str) -> None:
        with acting_as(self.uid), self._parent(path, make=True) as (parent, name):
            os.symlink(target, name, dir_fd=parent)

    def remove(self, path: str) -> None:
        with acting_as(self.uid), self._parent(path) as (parent, name):
            _remove(parent, name)

    # -- the walk --------------------------------------------------------------------------------

    @contextmanager
    def _folder(self, path: str) -> Iterator[int]:
        with self._parent(f"{path.rstrip('/')}/.", follow=True) as (parent, _):
            yield parent

    @contextmanager
    def _parent(
        self, path: str, *, follow: bool = False, make: bool = False
    ) -> Iterator[tuple[int, str]]:
        """The open folder that a path's last part lies in, and that part ("." for the folder)."""
        ours: list[int] = []
        try:
            yield self._walked(path, follow, make, ours)
        finally:
            for handle in ours:
                os.close(handle)

    def _walked(self, path: str, follow: bool, make: bool, ours: list[int]) -> tuple[int, str]:
        whole = path.endswith("/.")
        todo = [part for part in path.split("/") if part and part != "."]
        stack: list[int] = []
        links = 0
        while True:
            if not todo:
                if not stack:
                    raise IsADirectoryError(errno.EISDIR, "the root", path)
                return stack[-1], "."
            part = todo.pop(0)
            if part == "..":
                stack = stack[:-1]
                continue
            if not stack:
                if part not in self.tops:
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
                stack.append(self.tops[part])
                continue
            last = not todo and not whole
            target = _target(stack[-1], part)
            if target is not None and (not last or follow):
                links += 1
                if links > 40:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
                todo = [p for p in target.split("/") if p and p != "."] + todo
                if target.startswith("/"):
                    stack = []
                continue
            if last:
                return stack[-1], part
            try:
                handle = _entered(stack[-1], part)
            except FileNotFoundError:
                if not make:
                    raise
                os.mkdir(part, 0o755, dir_fd=stack[-1])
                handle = _entered(stack[-1], part)
            ours.append(handle)
            stack.append(handle)


def _target(parent: int, name: str) -> str | None:
    try:
        return os.readlink(name, dir_fd=parent)
    except OSError:
        return None


def _entered(parent: int, name: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=parent)
    except PermissionError:  # closed to its own owner: open it for a moment
        mode = _granted(parent, name, 0o700)
        handle = os.open(name, _FOLDER, dir_fd=parent)
        os.fchmod(handle, mode)
        return handle


def _granted(parent: int, name: str, more: int) -> int:
    """Give the owner of a file or folder these bits; gives the mode that it had.

    It is held by an open descriptor meanwhile: a name could become a link to a file of the host's
    between two looks.
    """
    handle = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        found = os.fstat(handle).st_mode
        if not bits.S_ISREG(found) and not bits.S_ISDIR(found):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
        os.chmod(f"/proc/self/fd/{handle}", bits.S_IMODE(found) | more)
        return bits.S_IMODE(found)
    finally:
        os.close(handle)


@contextmanager
def _opened(parent: int, name: str, flags: int, path: str, any_kind: bool = False) -> Iterator[int]:
    if name == ".":
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    mode = None
    try:
        handle = os.open(name, flags | _FILE, 0o644, dir_fd=parent)
    except PermissionError:
        mode = _granted(parent, name, 0o600)
        handle = os.open(name, flags | _FILE, 0o644, dir_fd=parent)
    try:
        if mode is not None:
            os.fchmod(handle, mode)
        kind = os.fstat(handle).st_mode
        if not any_kind and not bits.S_ISREG(kind):
            number = errno.EISDIR if bits.S_ISDIR(kind) else errno.EINVAL
            raise OSError(number, os.strerror(number), path)
        yield handle
    finally:
        os.close(handle)


def _all(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _remove(parent: int, name: str) -> None:
    found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if not bits.S_ISDIR(found.st_mode):
        os.unlink(name, dir_fd=parent)
        return
    _granted(parent, name, 0o700)
    folder = os.open(name, _FOLDER, dir_fd=parent)
    try:
        for inside in os.listdir(folder):
            _remove(folder, inside)
    finally:
        os.close(folder)
    os.rmdir(name, dir_fd=parent)


_libc: Any = None


@contextmanager
def acting_as(uid: int | None) -> Iterator[None]:
    """Make files as this user (root only, this thread only); nothing changes for None."""
    global _libc
    if uid is None:
        yield
        return
    if _libc is None:
        _libc = ctypes.CDLL(None)
    _libc.setfsgid(uid)
    _libc.setfsuid(uid)
    try:
        yield
    finally:
        _libc.setfsuid(0)
        _libc.setfsgid(0)
