"""A published table checked against a file: `palestra leaderboard --json`, kept or received.

for finding in against_table("palestra.duckdb", rows):
    print(finding.environment, finding.agent, finding.detail)
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import UsageError
from ...leaderboard import Row, content_ids, ranking
from .verify import Finding

_NAME = ("run", "environment", "split", "agent")
_NUMBERS = ("n", "scored", "invalid", "mean")


def against_table(db: str | os.PathLike[str], rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Compare every row of a table with what the file gives now: content id, counts and mean.

    Raises:
        UsageError: this is no such table.
    """
    ids = content_ids(db)
    held = {(row.run, row.environment, row.split, row.agent): row for row in ranking(db)}
    found = []
    for given in rows:
        if not isinstance(given, Mapping) or not given.keys() >= {*_NAME, "id", "mean"}:
            raise UsageError(
                "the table is no list of rows with an id; expected what "
                "`palestra leaderboard --json` prints"
            )
        name = (given["run"], given["environment"], given["split"], given["agent"])
        what, detail = _differences(given, held.get(name), ids.get(name))
        if what:
            found.append(Finding("table", "", name[1], name[3], "", 0, what, detail))
    return found


def _differences(
    given: Mapping[str, Any], row: Row | None, content: str | None
) -> tuple[tuple[str, ...], str]:
    if row is None:
        return ("row",), "the file holds no such row"
    what, said = [], []
    if given["id"] != content:
        what.append("id")
        said.append(f"id: published {given['id']}, here {content}")
    for name in _NUMBERS:
        value, here = given.get(name), getattr(row, name)
        if value is not None and not math.isclose(value, here, rel_tol=1e-12, abs_tol=1e-12):
            what.append(name)
            said.append(f"{name}: published {value}, here {here}")
    return tuple(what), "; ".join(said)
