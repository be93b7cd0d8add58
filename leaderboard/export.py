"""Episodes out of a leaderboard file: JSON lines with everything, or a flat table.

JSON lines hold whole episodes, one a line, in the form of `envs.core.Episode`; CSV and Parquet hold
one row an episode with the numbers and no messages. Each has the digest of its content beside it.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from ..envs.core import UsageError
from .contents import digests_of
from .queries import episodes, reading


def write_episodes(
    db: str | os.PathLike[str],
    out: str | os.PathLike[str] | None,
    format: str,
    *,
    environment: str | None = None,
    agent: str | Sequence[str] | None = None,
    split: str | None = None,
    at_least: float | None = None,
    limit: int | None = None,
) -> int:
    """Write the last attempt of every episode; returns how many.

    Args:
        db: the leaderboard file.
        out: a file, or None for stdout.
        format: `jsonl`, `csv` or `parquet`.
        environment, agent, split: only these; several agents may be given.
        at_least: only what is scored with at least this headline.
        limit: at most so many.

    Raises:
        UsageError: Parquet needs a file; the file cannot be written.
    """
    where = (
        "(?1 is null or environment = ?1) and (?2 is null or list_contains(?2::varchar[], agent)) "
        "and (?3 is null or split = ?3) and (?4 is null or headline >= ?4)"
    )
    agents = [agent] if isinstance(agent, str) else agent
    values: list[Any] = [environment, agents and list(agents), split, at_least]
    try:
        if format == "jsonl":
            with open(out, "wb") if out else os.fdopen(os.dup(sys.stdout.fileno()), "wb") as file:
                count, digests = 0, digests_of(db, where, values)
                for episode in episodes(db, where=where, values=values, limit=limit):
                    digest = msgspec.json.encode(digests.get(episode.key))
                    line = msgspec.json.encode(episode)
                    file.write(line[:-1] + b',"digest":' + digest + b"}\n")
                    count += 1
                return count
        if out is None and format == "parquet":
            raise UsageError("Parquet is no text: name a file with --out")
        most = "" if limit is None else f" limit {int(limit)}"
        order = f"order by environment, agent, task, trial{most}"
        query = (
            "select r.*, s.digest from (select * from results where " + where + ") r "
            f"left join seals s on s.key = r.key and s.attempt = r.attempt {order}"
        )
        with reading(db) as connection:
            if out is None:
                cursor = connection.execute(query, values)
                writer = csv.writer(sys.stdout)
                writer.writerow([column[0] for column in cursor.description or ()])
                rows = cursor.fetchall()
                writer.writerows(rows)
                return len(rows)
            quoted = str(out).replace("'", "''")
            how = "format parquet" if format == "parquet" else "format csv, header"
            row = connection.execute(f"copy ({query}) to '{quoted}' ({how})", values).fetchone()
        return row[0] if row else 0
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
