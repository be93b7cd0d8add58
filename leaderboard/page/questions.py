"""What the page asks a leaderboard file: the board, pages of episodes, one episode.

Every function takes a connection and returns what JSON can hold. Filters and order become SQL with
bound values, and pages are cut by the database: nothing here grows with the file but the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import duckdb
import msgspec

from ...envs.core import UsageError
from ..queries import LATEST, rank

SIZE = 50
"""Episodes on a page."""
MOST = 500
"""Episodes on a page, at most."""
_OTHERS = 200
_ORDER = {
    "started": ("e.started",),
    "environment": ("e.environment", "e.split"),
    "task": ("try_cast(regexp_extract(e.task, '[0-9]+$') as bigint)", "e.task", "e.trial"),
    "agent": ("e.agent",),
    "outcome": ("coalesce(e.outcome, e.status)",),
    "headline": ("e.headline",),
    "turns": ("e.turns",),
    "tokens": ("e.input_tokens + e.output_tokens",),
    "cost": ("e.cost",),
    "seconds": ("e.seconds",),
}
_HEADER = (
    "e.key, e.environment, e.split, c.run, e.agent, e.task, e.trial, e.attempt, e.status, "
    "e.outcome, e.headline, e.turns, e.input_tokens + e.output_tokens as tokens, e.cost, "
    "e.seconds, e.started, e.cell"
)


def board(db: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Every row of the leaderboard with the id of its cell, and the words that filters offer."""
    cells = {
        tuple(names): id
        for id, *names in db.execute(
            "select id, environment, split, run, agent from cells"
        ).fetchall()
    }
    rows = []
    for row in rank(db):
        record = asdict(row)
        for bound in ("low", "high"):
            if abs(record[bound]) == float("inf"):
                record[bound] = None
        record["cell"] = cells[row.environment, row.split, row.run, row.agent]
        rows.append(record)
    outcomes = db.execute(
        "select distinct outcome from episodes where outcome is not null order by 1 limit 1000"
    ).fetchall()
    sessions = db.execute(
        "select id, command, started, ended, status from sessions order by started desc limit 20"
    ).fetchall()
    names = ("id", "command", "started", "ended", "status")
    return {
        "rows": rows,
        "outcomes": [outcome for (outcome,) in outcomes],
        "sessions": [
            {name: _plain(value) for name, value in zip(names, row, strict=True)}
            for row in sessions
        ],
    }


def page(db: duckdb.DuckDBPyConnection, filters: Mapping[str, str]) -> dict[str, Any]:
    """A page of episodes.

    Args:
        filters: any of `environment`, `split`, `run`, `outcome`, `status` (equal), `agent` (equal
            to one there is, else a part of it), `task` (a part), `sort` (a column, `-` before it
            for descending), `page` (from 1) and `size`.

    Returns:
        `{total, page, size, rows}`; rows without messages.

    Raises:
        UsageError: a number that is none, or a column that does not exist.
    """
    number, size = _number(filters, "page", 1), _number(filters, "size", SIZE)
    size = min(size, MOST)
    where, values = _where(db, filters)
    source = (
        f"from (select l.*, p.cell from ({LATEST}) l left join planned p using (key)) e "
        if "cell" in where
        else f"from ({LATEST}) e "
    )
    total = db.execute(f"select count(*) {source} where {where}", values).fetchone()
    keys = (
        f"select e.key, e.attempt {source} where {where} order by {_order(filters)} "
        f"limit {size} offset {(number - 1) * size}"
    )
    rows = db.execute(
        f"""
        with chosen as ({keys})
        select {_HEADER}
        from (select l.*, p.cell from ({LATEST}) l left join planned p using (key)
              where (l.key, l.attempt) in (select (key, attempt) from chosen)) e
             left join cells c on c.id = e.cell
        order by {_order(filters)}
        """,
        values,
    )
    found = records(rows)
    return {"total": total[0] if total else 0, "page": number, "size": size, "rows": found}


def whole(db: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Episodes with everything: messages, ledger, notes, opinions, who else met their tasks."""
    wanted = "list_contains(?::varchar[], e.key)"
    found = records(
        db.execute(
            f"""
            select e.*, c.run, c.headline as metric, c.config, c.id as cell
            from ({LATEST}) e left join planned p using (key) left join cells c on c.id = p.cell
            where {wanted}
            """,
            [keys],
        )
    )
    if not found:
        return []
    texts = {
        key: said
        for *key, said in db.execute(
            "select key, attempt, [messages::varchar, ledger::varchar, notes::varchar] "
            f"from transcripts e where {wanted}",
            [keys],
        ).fetchall()
        for key in [tuple(key)]
    }
    judged: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for opinion in records(
        db.execute(
            "select key, attempt, judge, metric, question, answer, why, error from opinions e "
            f"where {wanted} order by judge, question",
            [keys],
        )
    ):
        judged.setdefault((opinion.pop("key"), opinion.pop("attempt")), []).append(opinion)
    others: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for other in records(
        db.execute(
            f"""
            select e.environment, e.split, e.task,
                   e.key, e.agent, e.trial, e.status, e.outcome, e.headline, c.run
            from ({LATEST}) e left join planned p using (key) left join cells c on c.id = p.cell
            where (e.environment, e.split, e.task) in
                  (select (environment, split, task) from episodes e where {wanted})
            order by c.run, e.agent, e.trial
            """,
            [keys],
        )
    ):
        task = (other.pop("environment"), other.pop("split"), other.pop("task"))
        others.setdefault(task, []).append(other)
    for record in found:
        for name in ("metrics", "difficulty", "options", "config"):
            record[name] = msgspec.Raw((record[name] or "{}").encode())
        said = texts.get((record["key"], record["attempt"]), [None] * 3)
        for name, text in zip(("messages", "ledger", "notes"), said, strict=True):
            record[name] = msgspec.Raw((text or "[]").encode("utf-8", "replace"))
        record["opinions"] = judged.get((record["key"], record["attempt"]), [])
        record["others"] = others[record["environment"], record["split"], record["task"]][:_OTHERS]
    return found


def records(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows as dicts; times as Unix seconds."""
    names = [column[0] for column in cursor.description or ()]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def _where(db: duckdb.DuckDBPyConnection, filters: Mapping[str, str]) -> tuple[str, list[Any]]:
    terms, values = ["true"], []
    for name in ("environment", "split", "outcome", "status"):
        if filters.get(name):
            terms.append(f"e.{name} = ?")
            values.append(filters[name])
    if "run" in filters:  # the unnamed run is the empty text
        found = db.execute("select id from cells where run = ?", [filters["run"]]).fetchall()
        terms.append("list_contains(?::integer[], e.cell)")
        values.append([id for (id,) in found])
    if agent := filters.get("agent"):
        terms.append("list_contains(?::varchar[], e.agent)")
        values.append(_agents(db, agent))
    if filters.get("task"):
        terms.append("contains(lower(e.task), lower(?))")
        values.append(filters["task"])
    return " and ".join(terms), values


def _agents(db: duckdb.DuckDBPyConnection, text: str) -> Sequence[str]:
    known = [agent for (agent,) in db.execute("select distinct agent from cells").fetchall()]
    return [text] if text in known else [a for a in known if text.lower() in a.lower()]


def _order(filters: Mapping[str, str]) -> str:
    wanted = filters.get("sort") or "-started"
    column = wanted.removeprefix("-")
    if column not in _ORDER:
        raise UsageError(f"there is no column {column!r} to sort by; {', '.join(_ORDER)} are")
    way = "desc" if wanted.startswith("-") else "asc"
    return ", ".join([*(f"{each} {way} nulls last" for each in _ORDER[column]), "e.key"])


def _number(filters: Mapping[str, str], name: str, default: int) -> int:
    text = filters.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 1_000_000_000):
        raise UsageError(f"{name}={text!r}: expected a whole number from 1")
    return int(text)


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=UTC).timestamp() if isinstance(value, datetime) else value
