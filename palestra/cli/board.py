"""What a leaderboard file can be asked: `leaderboard`, `show`, `runs`, `invalidate`."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, stdout

if TYPE_CHECKING:
    from palestra.leaderboard import Row


def leaderboard(
    environment: Annotated[
        str | None, typer.Argument(metavar="ENV", help="Only this environment.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent.")] = None,
    name: Annotated[str | None, typer.Option(help="Only the run of this name.")] = None,
    by_seat: Annotated[
        bool, typer.Option("--by-seat", help="Of arenas: who did how well in which seat.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A list of rows as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The rows as CSV.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Rank agents by each environment's headline metric, with 95% intervals.

    What was planned but not scored counts as 0 in the mean that ranks; the column `if scored`
    shows the other end of the bracket.

    Examples:

        palestra leaderboard --db results.duckdb

        palestra leaderboard browse --split test --json

        palestra leaderboard document --by-seat
    """
    from palestra.leaderboard import content_ids, ranking

    if by_seat:
        from palestra.cli.seats import show_seats

        show_seats(db, id_of(environment, db), split, agent, name, as_json, as_csv)
        return
    rows = ranking(db, environment=id_of(environment, db), split=split, agent=agent, run=name)
    if as_json:
        typer.echo(json.dumps(as_records(rows, content_ids(db)), indent=2))
    elif as_csv:
        write_csv(rows, content_ids(db))
    elif rows:
        from palestra.cli.ranks import print_board

        print_board(rows)
    else:
        stdout().print(f"{db} holds no such results.")


def id_of(environment: str | None, db: Path) -> str | None:
    """The id of an environment that a file has results of, from its id or name."""
    from palestra.envs import find
    from palestra.envs.core import UsageError
    from palestra.leaderboard import ranking

    if environment is None:
        return None
    stored = {row.environment for row in ranking(db)}
    if environment in stored:
        return environment
    try:
        found = find(environment)
    except UsageError:
        raise UsageError(
            f"{db} has no results for {environment!r}; it has {', '.join(sorted(stored)) or 'none'}"
        ) from None
    return found.id if found else environment


def as_record(row: Row) -> dict[str, Any]:
    """A row for `--json`: infinite bounds are null."""
    record = asdict(row)
    for name in ("low", "high"):
        if abs(record[name]) == float("inf"):
            record[name] = None
    return record


def as_records(rows: list[Row], ids: Mapping[tuple[str, ...], str]) -> list[dict[str, Any]]:
    """Rows for `--json`, each with the id made from its content."""
    return [
        as_record(row) | {"id": ids.get((row.run, row.environment, row.split, row.agent))}
        for row in rows
    ]


def write_csv(rows: list[Row], ids: Mapping[tuple[str, ...], str]) -> None:
    """Rows as CSV on stdout; `config` as JSON."""
    if not rows:
        return
    records = [r | {"config": json.dumps(r["config"])} for r in as_records(rows, ids)]
    writer = csv.DictWriter(sys.stdout, list(records[0]))
    writer.writeheader()
    writer.writerows(records)


def show(
    key: Annotated[
        str, typer.Argument(metavar="EPISODE", help="An episode's key, or how it begins.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="The whole record as JSON.")] = False,
    thoughts: Annotated[
        bool, typer.Option("--thoughts", help="Print what the agent thought whole.")
    ] = False,
    render: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Play its actions again and write what the environment looks like then: a page "
            "(.html), where it has one, or text.",
        ),
    ] = None,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Show one episode: what was planned, every message, the ledger, the score.

    Examples:

        palestra show 3f2a --db results.duckdb

        palestra show 3f2a --json

        palestra show 3f2a --thoughts

        palestra show 3f2a --render page.html
    """
    import msgspec

    from palestra.cli.episode import print_episode
    from palestra.leaderboard import episode

    found = episode(db, key)
    if render is not None:
        from palestra.cli.rendering import render_episode

        render_episode(found, render)
    elif as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        from palestra.leaderboard.opinions import opinions

        judged = opinions(db, where="o.key = ?", values=[found.key])
        print_episode(found, judged, thoughts=thoughts)


def runs(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """List every session that was ever started on a file, finished or not.

    Example:

        palestra runs --db results.duckdb
    """
    from rich.table import Table

    from palestra.leaderboard import session_ids, sessions

    ids = session_ids(db)
    found: list[dict[str, Any]] = []
    for session in sessions(db):
        count, content = ids.get(session["id"], (0, None))
        found.append({**session, "episodes": count, "content": content})
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    table = Table(title=str(db), title_justify="left")
    table.add_column("session", no_wrap=True)
    for column in ("started", "status", "episodes", "content", "command"):
        table.add_column(column)
    for session in found:
        started = session["started"][:19].replace("T", " ")
        made = f"{session['episodes']:,}", (session["content"] or "")[:12]
        table.add_row(session["id"], started, session["status"], *made, session["command"])
    stdout().print(table)


def invalidate(
    what: Annotated[
        str, typer.Argument(metavar="SESSION|EPISODE", help="A session's id or an episode's key.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why. It is kept in the file.")],
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Mark results as invalid. They stay listed and count as 0; nothing is ever deleted.

    Example:

        palestra invalidate 20260101T120000-1a2b3c4d --reason "the server ran the wrong model"
    """
    from palestra.envs.core import UsageError
    from palestra.leaderboard import Store

    store = Store(db)
    count = store.invalidate("session = ? or key = ?", [what, what], reason)
    if not count:
        raise UsageError(f"{db} has no valid session or episode {what!r}; see `palestra runs`")
    typer.echo(f"{count:,} episodes marked invalid")
