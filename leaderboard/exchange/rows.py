"""The rows of a leaderboard that an export writes, each with its episodes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from ...envs.core import Episode
from ..contents import content_ids, digests_of
from ..queries import Row, episodes, ranking, reading

_OF_CELL = "key in (select key from planned where cell = ?)"


@dataclass(frozen=True, slots=True)
class Result:
    """One row, its content id, and how to read its episodes."""

    db: str | os.PathLike[str]
    cell: int
    row: Row
    content: str
    created: str
    """When the row was begun, as ISO 8601 in UTC."""

    def episodes(self) -> Iterator[Episode]:
        """The last attempt of each episode, with its transcript."""
        return episodes(self.db, where=_OF_CELL, values=[self.cell])

    def digests(self) -> dict[str, str]:
        """The digest of the last attempt, by key."""
        return digests_of(self.db, _OF_CELL, [self.cell])

    def tasks(self) -> list[str]:
        """The planned tasks."""
        with reading(self.db) as db:
            rows = db.execute(
                "select distinct task from planned where cell = ? order by task", [self.cell]
            ).fetchall()
        return [task for (task,) in rows]


def results(
    db: str | os.PathLike[str],
    *,
    environment: str | None = None,
    agents: Sequence[str] | None = None,
    split: str | None = None,
) -> list[Result]:
    """The rows that are asked for, in the order of the leaderboard."""
    ids = content_ids(db)
    with reading(db) as connection:
        cells = {
            tuple(row[:4]): row[4:]
            for row in connection.execute(
                "select run, environment, split, agent, id, created from cells"
            ).fetchall()
        }
    found = []
    for row in ranking(db, environment=environment, split=split):
        if agents and row.agent not in agents:
            continue
        name = (row.run, row.environment, row.split, row.agent)
        cell, created = cells[name]
        found.append(Result(db, cell, row, ids[name], iso(created)))
    return found


def iso(when: datetime | float | None) -> str:
    """A time (seconds since 1970, or naive in UTC) as ISO 8601."""
    if isinstance(when, datetime):
        return when.replace(tzinfo=UTC).isoformat(timespec="seconds")
    return datetime.fromtimestamp(when or 0.0, UTC).isoformat()


def version() -> str:
    """Palestra's own version."""
    try:
        return metadata.version("palestra")
    except metadata.PackageNotFoundError:
        return "unknown"


def plain_name(text: str) -> str:
    """A text as a part of a file's name."""
    return "".join(c if c.isalnum() or c in "-." else "-" for c in text).strip("-.") or "-"


def first(value: Any, default: Any) -> Any:
    """The value, or the default where it is None."""
    return default if value is None else value
