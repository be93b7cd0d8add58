"""A folder of Markdown, text and HTML files as documents that link to one another."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from ...corpus import CorpusWriter
from ..inputs import kind_of, opened
from ..source import SpecError
from .html import markdown_of
from .links import relinked

__all__ = ["SUFFIXES", "write"]

SUFFIXES = (".md", ".markdown", ".txt", ".rst", ".html", ".htm")
BASE = "https://documents.example/"
_HEADING = re.compile(r"^#{1,2} +(.+?) *#*$", re.MULTILINE)


def write(writer: CorpusWriter, files: list[Path], folder: Path) -> None:
    """Write each file as a document, its address made from its path in the folder."""
    base = folder if folder.is_dir() else folder.parent
    names = [file.relative_to(base).as_posix() for file in files]
    urls = [BASE + quote(name) for name in names]
    documents = {name: number for number, name in enumerate(names)}
    for number, name in list(enumerate(names)):  # "guide" and "guide/" lead to "guide/index.html"
        stem = posixpath.splitext(name)[0]
        documents.setdefault(stem, number)
        if posixpath.basename(stem).lower() in ("index", "readme"):
            documents.setdefault(posixpath.dirname(stem), number)
    for file, name, url in zip(files, names, urls, strict=True):
        title, text = _read(file)
        text, links = relinked(text, _resolver(name, documents), urls.__getitem__)
        writer.document(url, title or posixpath.basename(name), text, links=links)


def _read(file: Path) -> tuple[str, str]:
    with opened(file) as stream:
        try:
            text = stream.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise SpecError(f"{file}, line {line}: expected UTF-8 text: {error.reason}") from error
        except (OSError, EOFError) as error:
            raise SpecError(f"{file} cannot be read to its end: {error}") from error
    text = text.replace("\r\n", "\n")
    title = ""
    if kind_of(file) in (".html", ".htm"):
        title, text = markdown_of(text)
    if not title:
        heading = _HEADING.search(text)
        title = heading[1] if heading and kind_of(file) != ".txt" else ""
    return title, text


def _resolver(name: str, documents: dict[str, int]) -> Callable[[str], int | None]:
    """What relative addresses on a page lead to."""
    here = posixpath.dirname(name)

    def resolve(address: str) -> int | None:
        path = address.split("#", 1)[0].split("?", 1)[0]
        if not path or re.match(r"[a-zA-Z][\w+.\-]*:|//", path):
            return None
        path = unquote(path)
        joined = path.lstrip("/") if path.startswith("/") else posixpath.join(here, path)
        return documents.get(posixpath.normpath(joined).removeprefix("./"))

    return resolve
