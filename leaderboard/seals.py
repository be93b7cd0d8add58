"""Content ids: what an episode says, as a digest that is stored beside it.

An episode's digest is SHA-256 over what happened in it: environment and options, agent, task,
trial, seed, status, score, usage, messages, ledger and notes. Not over its key (which holds the
run's name) nor over wall time: a deterministic agent gets the same digest on every machine. It is
written in the transaction that stores the episode and stays when the episode is deleted.

The digest is computed by DuckDB, where the text of a transcript already is.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

_RECORD = (
    "environment", "options", "agent", "task", "split", "trial", "attempt", "seed", "status",
    "difficulty", "turns", "calls", "input_tokens", "output_tokens", "cached_tokens", "cost",
    "error",
)  # fmt: skip
_SCORE = ("outcome", "reward", "headline", "metrics")

PARTS = ("record", "score", "messages", "ledger", "notes")
"""What a digest is made of, in order."""


def _fields(names: Sequence[str]) -> str:
    """Columns as one text that says where each ends: a JSON list of strings and nulls."""
    columns = ", ".join(f"{name}::varchar" for name in names)
    return f"sha256(to_json([{columns}])::varchar)"


def _text(name: str) -> str:
    return f"sha256(coalesce({name}::varchar, ''))"


_HASHES = {
    "record": _fields(_RECORD),
    "score": _fields(_SCORE),
    "messages": _text("messages"),
    "ledger": _text("ledger"),
    "notes": _text("notes"),
}

# The first form of a digest: migrations rest on it, so another form needs another name.
SEALED_1 = (
    f"select key, attempt, sha256('palestra 1' || {' || '.join(PARTS)}) as digest, "
    + " || ".join(f"left({part}, 8)" for part in PARTS)
    + " as parts from (select key, attempt, "
    + ", ".join(f"{expression} as {part}" for part, expression in _HASHES.items())
    + " from {source})"
)
"""SQL for the seals of `{source}`, which has the columns of `episodes` and `transcripts`."""

STORED = "(select * from {schema}episodes left join {schema}transcripts using (key, attempt))"
"""A `{source}`: everything a file holds; `{schema}` is empty, or a name with its dot."""


def seal(db: duckdb.DuckDBPyConnection, source: str) -> None:
    """Write the digests of new episodes, in the transaction that stores them."""
    db.execute(f"insert into seals {SEALED_1.format(source=source)}")
