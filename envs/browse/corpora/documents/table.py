"""Rows of Parquet or JSON lines as documents, through DuckDB.

The columns that such files usually have are known by several names: BrowseComp-Plus has `docid`,
`text` and `url`, dumps of Wikipedia have `id`, `url`, `title`, `text` and sometimes `links`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from ...corpus import CorpusWriter
from ..inputs import kind_of
from ..source import SpecError
from .links import relinked

__all__ = ["SUFFIXES", "write"]

SUFFIXES = (".parquet", ".jsonl", ".ndjson", ".json")
BASE = "https://documents.example/"
COLUMNS = {
    "id": ("docid", "doc_id", "id", "_id", "pageid", "page_id"),
    "url": ("url", "link", "address"),
    "title": ("title", "name", "heading"),
    "text": ("text", "contents", "content", "body", "passage", "page_content"),
    "links": ("links", "outlinks", "hyperlinks"),
}
FETCHED = 1000
LARGEST_ROW = 256 << 20
"""Bytes of one line of JSON, at most."""
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def write(writer: CorpusWriter, files: list[Path]) -> None:
    """Write each row as a document, with links that were found in its text or its column."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        tables = [_Table(connection, file) for file in files]
        urls: list[str] = []
        known: dict[str, int] = {}
        taken: set[str] = set()
        for table in tables:
            for identifier, url, title in table.rows("id", "url", "title"):
                number = len(urls)
                address = _unique(_address(url, identifier, number), taken)
                urls.append(address)
                for name in (url, address, identifier, title):
                    if name:
                        known.setdefault(name, number)
        number = 0
        for table in tables:
            for identifier, _, title, text, links in table.rows(*COLUMNS):
                own = number

                def resolve(address: str, own: int = own) -> int | None:
                    found = known.get(address, known.get(address.split("#", 1)[0]))
                    return found if found != own else None

                title = title or _title(text or "") or identifier or urls[own]
                text, inside = relinked(text or "", resolve, urls.__getitem__)
                listed = [found for name in links or () if (found := resolve(name)) is not None]
                writer.document(
                    urls[own], title, text, links=list(dict.fromkeys([*inside, *listed]))
                )
                number += 1


class _Table:
    """One file and the columns that it has."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: Path) -> None:
        self._connection, self._file = connection, file
        reader = "read_parquet(?)"
        if kind_of(file) != ".parquet":
            form = "auto" if kind_of(file) == ".json" else "newline_delimited"
            reader = f"read_json(?, format='{form}', maximum_object_size={LARGEST_ROW})"
        self._reader = reader
        described = self._run(f"DESCRIBE SELECT * FROM {reader}").fetchall()
        present = {str(row[0]).lower(): str(row[0]) for row in described}
        self._columns = {
            role: next((present[name] for name in names if name in present), None)
            for role, names in COLUMNS.items()
        }
        if self._columns["text"] is None:
            raise SpecError(
                f"{file} has the columns {', '.join(present.values()) or 'none'}; expected one "
                f"called {' or '.join(COLUMNS['text'])}"
            )

    def rows(self, *roles: str) -> Iterator[tuple[Any, ...]]:
        """These columns of every row as text (links: a list of texts); None where there is none."""
        parts = []
        for role in roles:
            column = self._columns[role]
            if column is None:
                parts.append("NULL")
            else:
                quoted = '"' + column.replace('"', '""') + '"'
                parts.append(quoted if role == "links" else f"CAST({quoted} AS VARCHAR)")
        cursor = self._run(f"SELECT {', '.join(parts)} FROM {self._reader}")
        while rows := self._checked(lambda: cursor.fetchmany(FETCHED)):
            for row in rows:
                yield tuple(
                    _names(value) if role == "links" else value
                    for role, value in zip(roles, row, strict=True)
                )

    def _run(self, query: str) -> duckdb.DuckDBPyConnection:
        return self._checked(lambda: self._connection.cursor().execute(query, [str(self._file)]))

    def _checked(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except duckdb.Error as error:
            reason = str(error).split("\n")[0]
            raise SpecError(f"{self._file}: expected rows of documents: {reason}") from error


def _names(links: Any) -> list[str]:
    """The addresses, ids or titles in a column of links: texts, or structures that hold one."""
    if isinstance(links, str):
        return links.split()
    names = []
    for link in links or ():
        if isinstance(link, dict):
            link = next((link[key] for key in ("url", "id", "title") if link.get(key)), None)
        if link is not None:
            names.append(str(link))
    return names


def _address(url: str | None, identifier: str | None, number: int) -> str:
    if url and not re.search(r"\s", url):
        return url
    return BASE + quote(identifier if identifier else str(number), safe="")


def _unique(address: str, taken: set[str]) -> str:
    free, number = address, 1
    while free in taken:
        number += 1
        free = f"{address}#{number}"
    taken.add(free)
    return free


def _title(text: str) -> str:
    """The title in a text's front matter, or its first line."""
    front = _FRONT_MATTER.match(text)
    if front:
        named = re.search(r"^title: *[\"']?(.+?)[\"']?$", front[1], re.MULTILINE)
        if named:
            return named[1]
        text = text[front.end() :]
    line = text.strip().split("\n", 1)[0].lstrip("# ").strip()
    return line if len(line) <= 100 else line[:100].rsplit(" ", 1)[0]
