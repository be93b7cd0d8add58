"""The source "documents": a collection of texts, to be searched and read; it has no graph.

    open_corpus("documents:path=/data/notes")            Markdown, text and HTML files
    open_corpus("documents:path=/data/wiki.parquet")     Parquet or JSON lines

`folder` reads files, `table` reads rows. Links between the documents are resolved, so that an agent
can follow them.
"""

from __future__ import annotations

from pathlib import Path

from ...corpus import Corpus, CorpusWriter
from ..inputs import content_key, input_files, kind_of
from . import folder, table

__all__ = ["SOURCE"]

VERSION = 1
WHAT = "Markdown, text or HTML files, or Parquet or JSON lines"


class _Documents:
    """The source "documents"."""

    options = {"path": None}

    def key(self, path: str) -> str:
        digest = content_key(_files(path), Path(path).expanduser())
        return f"documents version={VERSION} files={digest}"

    def build(self, target: Path, path: str) -> Corpus:
        files = _files(path)
        about: dict[str, object] = {"source": "documents", "files": len(files)}
        with CorpusWriter(
            target, name=f"documents of {Path(path).name}", types=(), predicates=(), about=about
        ) as writer:
            if kind_of(files[0]) in table.SUFFIXES:
                table.write(writer, files)
            else:
                folder.write(writer, files, Path(path).expanduser())
            return writer.close()


SOURCE = _Documents()


def _files(path: str) -> list[Path]:
    """All tables of a path if there are any, else all its files."""
    files = input_files(path, (*table.SUFFIXES, *folder.SUFFIXES), WHAT)
    return [file for file in files if kind_of(file) in table.SUFFIXES] or files
