"""Worlds: a domain's database, opened in microseconds, compared and copied.

    world = open_world(domain, seed=3)
    world.call("create_order", {...})     # -> what the API returns; raises DomainError
    world.digest()                        # canonical: row order and generated keys do not matter
    changes(before, after)                # {table: (rows taken out, rows put in)}

A world is SQLite in memory. It is filled once for each domain and seed; that image is kept, and an
episode begins by `deserialize`, which is a copy of some pages.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .domain import Domain

__all__ = ["World", "changes", "new_key", "open_world"]

_COUNTER = "create table _keys (name text primary key, given integer not null)"


class World:
    """One open database of a domain.

    Attributes:
        domain, seed: what it is a world of.
        db: the connection, in autocommit mode, foreign keys on. Operations write to it; nobody else
            should.
    """

    __slots__ = ("_start", "db", "domain", "seed")

    def __init__(self, domain: Domain, seed: int, image: bytes, start: _Start) -> None:
        self.domain, self.seed, self._start = domain, seed, start
        self.db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.db.deserialize(image)
        self.db.execute("pragma foreign_keys = on")

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Run an operation in a transaction of its own; arguments must fit its schema.

        Raises:
            DomainError: it refuses; the database is as it was.
        """
        operation = self.domain.operations[name]
        db = self.db
        if operation.effect == "read":
            return operation.run(db, arguments)
        db.execute("begin")
        try:
            result = operation.run(db, arguments)
        except BaseException:
            db.execute("rollback")
            raise
        db.execute("commit")
        return result

    def image(self) -> bytes:
        """The database as bytes; `restored` opens it again."""
        return self.db.serialize()

    def restored(self, image: bytes) -> World:
        """Another world of the same domain and seed, with this database."""
        return World(self.domain, self.seed, image, self._start)

    def copy(self) -> World:
        """An independent world in the same state."""
        return self.restored(self.image())

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables but bookkeeping, in no particular order."""
        return {table: self.db.execute(sql).fetchall() for table, sql in self._start.selects}

    def digest(self) -> str:
        """Canonical hash of the state (hex, 32 characters).

        Equal for two states that differ only in the order of rows and in the keys that the
        database gave to rows added since the start (where the domain calls them `generated`).
        """
        return _digest(self.rows(), self._start)


class _Start:
    """What is known of a world's first state."""

    __slots__ = ("generated", "keys", "selects", "tables")

    def __init__(self, db: sqlite3.Connection, domain: Domain) -> None:
        self.tables: dict[str, list[str]] = {}
        self.selects: list[tuple[str, str]] = []
        self.keys: dict[str, frozenset[Any]] = {}
        self.generated: dict[str, int] = {}
        names = [name for (name,) in db.execute(
            "select name from sqlite_master where type = 'table' order by name")]  # fmt: skip
        for table in names:
            if table.startswith(("_", "sqlite_")):
                continue
            columns = db.execute(f'pragma table_info("{table}")').fetchall()
            self.tables[table] = [column[1] for column in columns]
            listed = ", ".join(f'"{column[1]}"' for column in columns)
            self.selects.append((table, f'select {listed} from "{table}"'))
            key = next((i for i, column in enumerate(columns) if column[5]), 0)
            if table in domain.generated:
                self.generated[table] = key
                column = columns[key][1]
                found = db.execute(f'select "{column}" from "{table}"')
                self.keys[table] = frozenset(value for (value,) in found)


def open_world(domain: Domain, seed: int = 0) -> World:
    """A world at its start."""
    image, start = _image(domain.id, seed, _ById(domain))
    return World(domain, seed, image, start)


class _ById:
    """A domain that hashes by its id, for the cache."""

    __slots__ = ("domain",)

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def __hash__(self) -> int:
        return hash(self.domain.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.domain is other.domain


@lru_cache(maxsize=2048)
def _image(id: str, seed: int, holder: _ById) -> tuple[bytes, _Start]:
    domain = holder.domain
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("pragma page_size = 1024")  # many small tables: a page each, at least
    db.executescript(domain.ddl)
    db.execute(_COUNTER)
    db.execute("pragma foreign_keys = on")
    db.execute("begin")
    domain.fill(db, seed)
    db.execute("commit")
    found = db.execute("pragma foreign_key_check").fetchall()
    if found:
        raise ValueError(f"domain {domain.id!r}: {len(found)} rows refer to nothing: {found[:3]}")
    image, start = db.serialize(), _Start(db, domain)
    db.close()
    return image, start


def new_key(db: sqlite3.Connection, name: str) -> int:
    """The next number of a counter, from 1: what a generated key is made of.

    Never given twice in one world, not even after a delete.
    """
    return db.execute(
        "insert into _keys values (?, 1) on conflict (name) do update set given = given + 1 "
        "returning given",
        (name,),
    ).fetchone()[0]


def _digest(state: Mapping[str, list[tuple[Any, ...]]], start: _Start) -> str:
    tokens: dict[Any, str] = {}
    new: list[tuple[str, int, tuple[Any, ...]]] = []
    for table, place in start.generated.items():
        known = start.keys[table]
        new += [(table, place, row) for row in state[table] if row[place] not in known]
    if new:
        # Colour refinement: a new row is what it holds; what it holds may be other new rows.
        tokens = {row[place]: table for table, place, row in new}
        for _ in range(3 if len(new) > 1 else 1):
            tokens = {
                row[place]: _hash([table, *_plain(row[:place], tokens),
                                   *_plain(row[place + 1 :], tokens)])
                for table, place, row in new
            }  # fmt: skip
    lines = []
    for table in sorted(state):
        rows = state[table]
        shown = [_plain(row, tokens) for row in rows] if tokens else rows
        lines.append(f"{table}\n" + "\n".join(sorted(map(repr, map(list, shown)))))
    return hashlib.sha256("\n\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(row: tuple[Any, ...], tokens: Mapping[Any, str]) -> list[Any]:
    """A row with generated keys replaced, those inside JSON arrays and objects too."""
    return [_replaced(value, tokens) for value in row]


def _replaced(value: Any, tokens: Mapping[Any, str]) -> Any:
    if isinstance(value, str):
        if value in tokens:
            return tokens[value]
        if value[:1] in ("[", "{"):
            try:
                return json.dumps(_inside(json.loads(value), tokens), sort_keys=True)
            except ValueError:
                return value
    return value


def _inside(value: Any, tokens: Mapping[Any, str]) -> Any:
    if isinstance(value, list):
        return [_inside(item, tokens) for item in value]
    if isinstance(value, dict):
        return {key: _inside(item, tokens) for key, item in value.items()}
    return tokens.get(value, value) if isinstance(value, str) else value


def _hash(parts: list[Any]) -> str:
    return "new:" + hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def changes(before: World, after: World) -> dict[str, tuple[list[Any], list[Any]]]:
    """What differs between two states: by table, the rows taken out and the rows put in."""
    found: dict[str, tuple[list[Any], list[Any]]] = {}
    one, other = before.rows(), after.rows()
    for table in one.keys() | other.keys():
        old, new = Counter(one.get(table, ())), Counter(other.get(table, ()))
        if old != new:
            found[table] = (list((old - new).elements()), list((new - old).elements()))
    return {table: found[table] for table in sorted(found)}
