"""What judges said of pairs of replies, as scaffolds note it in episodes.

for task, said in verdicts("x.duckdb", [3]): ...    # said: [(shown as 0, shown as 1, preferred)]
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

from .queries import reading

__all__ = ["Verdict", "verdicts"]

Verdict = tuple[int, int, int]
"""The candidates shown as reply 0 and as reply 1, and the one that was preferred."""


def verdicts(
    path: str | os.PathLike[str], cells: Sequence[int]
) -> Iterator[tuple[str, list[Verdict]]]:
    """The task and the verdicts of each choice that a judge made, over the episodes of cells.

    A choice is among the samples of one episode, or of one turn.
    """
    with reading(path) as db:
        cursor = db.execute(
            "select c.environment || ' ' || p.task, t.notes "
            "from planned p join cells c on c.id = p.cell join results r using (key) "
            "join transcripts t on t.key = r.key and t.attempt = r.attempt "
            "where list_contains($cells::integer[], p.cell) and contains(t.notes, 'verdicts') "
            "order by 1, p.cell, p.trial",
            {"cells": list(cells)},
        )
        while rows := cursor.fetchmany(500):
            for task, notes in rows:
                for note in json.loads(notes):
                    if said := note.get("verdicts"):
                        yield task, [(a, b, won) for a, b, won in said]
