"""Files in a dictionary: the file system of the machine without a shell."""

from __future__ import annotations

import errno
import os
import posixpath

import msgspec

from .protocol import Files, Stat


class Node(msgspec.Struct, array_like=True):
    """One file, folder or link."""

    kind: str
    mode: int
    data: bytes = b""
    """Bytes of a file; the target of a link."""


class Heap(Files):
    """A tree of nodes by absolute path.

    Args:
        most: bytes of all files together.
        file_size: bytes of one file.
    """

    def __init__(self, most: int, file_size: int):
        self.nodes: dict[str, Node] = {"/": Node("folder", 0o755)}
        self.most, self.file_size = most, file_size

    def read(self, path: str) -> bytes:
        place = self._place(path)
        node = self._there(place)
        if node.kind == "folder":
            raise _error(errno.EISDIR, path)
        return node.data

    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        data = data.encode() if isinstance(data, str) else data
        self.mkdir(posixpath.dirname(path))
        place = self._place(path)
        old = self.nodes.get(place)
        if old is not None and old.kind == "folder":
            raise _error(errno.EISDIR, path)
        if len(data) > self.file_size:
            raise _error(errno.EFBIG, path)
        used = sum(len(node.data) for node in self.nodes.values() if node is not old)
        if used + len(data) > self.most:
            raise _error(errno.ENOSPC, path)
        if mode is None:
            mode = old.mode if old is not None else 0o644
        self.nodes[place] = Node("file", mode, data)

    def stat(self, path: str) -> Stat | None:
        try:
            node = self.nodes.get(self._place(path, follow=False))
        except OSError:
            return None
        if node is None:
            return None
        if node.kind == "link":
            return Stat("link", 0o777, 0, node.data.decode("utf-8", "replace"))
        if node.kind == "folder":
            return Stat("folder", node.mode, 0)
        return Stat("file", node.mode, len(node.data))

    def list(self, path: str) -> list[str]:
        place = self._place(path)
        if self._there(place).kind != "folder":
            raise _error(errno.ENOTDIR, path)
        base = place.rstrip("/") + "/"
        return sorted(
            each[len(base) :]
            for each in self.nodes
            if each.startswith(base) and each != base and "/" not in each[len(base) :]
        )

    def chmod(self, path: str, mode: int) -> None:
        self._there(self._place(path)).mode = mode & 0o7777

    def mkdir(self, path: str) -> None:
        place = self._place(path)
        node = self.nodes.get(place)
        if node is not None:
            if node.kind != "folder":
                raise _error(errno.ENOTDIR, path)
            return
        self.mkdir(posixpath.dirname(place))
        self.nodes[place] = Node("folder", 0o755)

    def link(self, path: str, target: str) -> None:
        self.mkdir(posixpath.dirname(path))
        place = self._place(path, follow=False)
        if place in self.nodes:
            raise _error(errno.EEXIST, path)
        self.nodes[place] = Node("link", 0o777, target.encode())

    def remove(self, path: str) -> None:
        place = self._place(path, follow=False)
        self._there(place)
        if place == "/":
            raise _error(errno.EBUSY, path)
        for inside in [each for each in self.nodes if each.startswith(f"{place}/")]:
            del self.nodes[inside]
        del self.nodes[place]

    def _there(self, place: str) -> Node:
        node = self.nodes.get(place)
        if node is None:
            raise _error(errno.ENOENT, place)
        return node

    def _place(self, path: str, follow: bool = True) -> str:
        """Where a path leads, its links followed (that at its end only with `follow`)."""
        todo = [part for part in path.split("/") if part and part != "."]
        place, links = "", 0
        while todo:
            part = todo.pop(0)
            if part == "..":
                place = place.rpartition("/")[0]
                continue
            node = self.nodes.get(f"{place}/{part}")
            if node is not None and node.kind == "link" and (todo or follow):
                links += 1
                if links > 40:
                    raise _error(errno.ELOOP, path)
                target = node.data.decode("utf-8", "replace")
                todo = [p for p in target.split("/") if p and p != "."] + todo
                place = "" if target.startswith("/") else place
                continue
            if node is not None and node.kind == "file" and todo:
                raise _error(errno.ENOTDIR, path)
            place = f"{place}/{part}"
        return place or "/"


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
