"""Files that importers read: which they are, what they contain, and reading them compressed."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

from ...core import cache_folder
from .source import SpecError

__all__ = ["content_key", "input_files", "kind_of", "opened"]

COMPRESSED = (".gz", ".bz2", ".xz")
LARGE = 64_000_000
"""Bytes from which on a file's digest is kept in the cache folder until the file changes."""


def input_files(path: str, suffixes: Iterable[str], what: str) -> list[Path]:
    """The file at a path, or all fitting files of a folder at any depth, in the order of names.

    Args:
        suffixes: endings of fitting names, such as ".nt"; a compressed file adds ".gz" to one.
        what: what is looked for, for the message.

    Raises:
        SpecError: there is no such file.
    """
    endings = [*suffixes]
    place = Path(path).expanduser()
    if place.is_file():
        return [place]
    if not place.exists():
        raise SpecError(f"{path} does not exist; expected {what}")
    found = sorted(file for file in place.rglob("*") if file.is_file() and _fits(file, endings))
    if not found:
        raise SpecError(
            f"there is nothing to import in {path}; expected {what} (names that end in "
            f"{', '.join(endings)}, or compressed: {', '.join(COMPRESSED)})"
        )
    return found


def kind_of(file: Path) -> str:
    """The ending that says what a file holds, in lower case, whatever it is compressed with."""
    name = file.name.lower()
    for compressed in COMPRESSED:
        name = name.removesuffix(compressed)
    return Path(name).suffix


def _fits(file: Path, endings: list[str]) -> bool:
    return not file.name.startswith(".") and kind_of(file) in endings


def opened(file: Path) -> BinaryIO:
    """A file to read bytes from, decompressed.

    Raises:
        SpecError: it cannot be read.
    """
    readers = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    try:
        reader = readers.get(file.suffix.lower())
        stream = reader(file, "rb") if reader else open(file, "rb")  # noqa: SIM115 - the caller's
    except OSError as error:
        raise SpecError(f"{file} cannot be read: {error.strerror or error}") from error
    return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream), 1 << 20))


def content_key(files: Iterable[Path], base: Path) -> str:
    """A digest of the names and contents of files."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        name = file.relative_to(base) if file.is_relative_to(base) else file.name
        digest.update(f"{name}\0{_digest(file)}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def _digest(file: Path) -> str:
    status = file.stat()
    if status.st_size < LARGE:
        return _digest_of(file)
    key = f"{file.absolute()}\0{status.st_size}\0{status.st_mtime_ns}"
    name = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
    kept = cache_folder() / "digests" / name
    try:
        return kept.read_text()
    except OSError:
        digest = _digest_of(file)
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}")
        aside.write_text(digest)
        os.replace(aside, kept)
    return digest


def _digest_of(file: Path) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "blake2b").hexdigest()[:32]
