"""The leaderboard by seat: `palestra leaderboard --by-seat`."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

import typer

from palestra.cli.common import stdout
from palestra.cli.ranks import interval

__all__ = ["show_seats"]


def show_seats(
    db: Path,
    environment: str | None,
    split: str | None,
    agent: str | None,
    run: str | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print who did how well in which seat, over all teams.

    Args:
        db: the leaderboard file.
        environment, split, agent, run: only these; an agent is one that has a seat.
        as_json, as_csv: for machines.
    """
    from rich.table import Table

    from palestra.leaderboard.seats import SeatRow, by_seat

    rows = [
        row
        for row in by_seat(db, environment=environment, split=split)
        if agent in (None, row.agent) and run in (None, row.run)
    ]
    known = [
        {k: None if v in (float("inf"), float("-inf")) else v for k, v in asdict(row).items()}
        for row in rows
    ]
    if as_json:
        typer.echo(json.dumps(known, indent=2))
        return
    if as_csv:
        writer = csv.DictWriter(sys.stdout, [field.name for field in fields(SeatRow)])
        writer.writeheader()
        writer.writerows(known)
        return
    if not rows:
        stdout().print(f"{db} holds no episodes of environments with several seats.")
        return
    for place in dict.fromkeys((row.run, row.environment, row.split) for row in rows):
        title = "  ".join(
            filter(None, (place[1], f"split {place[2]}", place[0] and f"run {place[0]}"))
        )
        table = Table(title=title, title_justify="left")
        table.add_column("seat")
        table.add_column("agent", overflow="fold")
        for column in ("reward", "95% interval", "team's score", "episodes", "tasks", "teams"):
            table.add_column(column, justify="right")
        for row in rows:
            if (row.run, row.environment, row.split) == place:
                table.add_row(
                    row.seat,
                    row.agent,
                    f"{row.mean:.3f}",
                    interval(row.low, row.high),
                    f"{row.team:.3f}",
                    *(f"{n:,}" for n in (row.episodes, row.tasks, row.teams)),
                )
        stdout().print(table)
