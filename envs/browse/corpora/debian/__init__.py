"""Debian's package metadata: a real, linked collection that every Debian machine has.

    open_corpus("debian")
    open_corpus("debian:lists=/some/folder")

Read from apt's package lists (`control`); one page for each binary, source and virtual package,
maintainer and section (`pages`). Long descriptions are used if the lists hold them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...corpus import Corpus, CorpusWriter
from .control import find_lists, read_descriptions, read_packages
from .pages import DebianPages
from .schema import PREDICATES, TYPES

__all__ = ["SOURCE"]

VERSION = 1
"""Part of a corpus's key: a change of what is made of the lists is a new version."""


class _Debian:
    """The source "debian"."""

    options = {"lists": ""}

    def key(self, lists: str) -> str:
        digest = hashlib.blake2b(digest_size=16)
        found = find_lists(lists)
        for file in (*found.packages, *found.translations):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return f"debian version={VERSION} lists={digest.hexdigest()}"

    def build(self, path: Path, lists: str) -> Corpus:
        found = find_lists(lists)
        packages = read_packages(found.packages)
        descriptions = read_descriptions(found.translations)
        about: dict[str, object] = {
            "source": "debian",
            "lists": [file.name for file in (*found.packages, *found.translations)],
            "packages": len(packages),
        }
        with CorpusWriter(
            path, name="Debian packages", types=TYPES, predicates=PREDICATES, about=about
        ) as writer:
            DebianPages(writer, packages, descriptions).write()
            return writer.close()


SOURCE = _Debian()
