"""Tables of strings: all of them in one file, found by offset."""

from __future__ import annotations

import hashlib
import mmap
from array import array
from pathlib import Path

import numpy as np

__all__ = ["TextWriter", "Texts", "url_hash"]


class Texts:
    """A table of strings, memory-mapped."""

    def __init__(self, folder: Path, name: str) -> None:
        self._start = np.asarray(np.load(folder / f"{name}.start.npy", "r"))
        self._length = len(self._start) - 1
        self._bytes: mmap.mmap | bytes = b""
        if self.size:
            with open(folder / f"{name}.txt", "rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return self._length

    @property
    def size(self) -> int:
        """Bytes of all strings together."""
        return int(self._start[-1])

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self._bytes[self._start[index] : self._start[index + 1]].decode()


class TextWriter:
    """Writes one table of strings."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file = open(folder / f"{name}.txt", "wb", buffering=1 << 20)  # noqa: SIM115
        self._start = array("q", [0])
        self._size = 0
        self._digest = hashlib.blake2b(digest_size=16)

    def add(self, text: str) -> None:
        data = text.encode("utf-8", "replace")  # a lone surrogate has no bytes
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)
        self._start.append(self._size)

    def close(self) -> bytes:
        """Write what is left; returns the table's digest."""
        self._file.close()
        start = np.frombuffer(self._start, dtype=np.int64)
        np.save(self._folder / f"{self._name}.start.npy", start)
        self._digest.update(start.tobytes())
        return self._digest.digest()

    def abandon(self) -> None:
        """Only close the file."""
        self._file.close()


def url_hash(url: str) -> int:
    """What addresses are looked up by: 64 bits."""
    data = url.encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
