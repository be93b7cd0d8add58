"""`palestra select`: what choosing among the stored trials of each task would score."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, note, stdout

if TYPE_CHECKING:
    from palestra.leaderboard import Selection


def select(
    environment: Annotated[
        str | None, typer.Argument(metavar="ENV", help="Only this environment.")
    ] = None,
    k: Annotated[
        int | None, typer.Option("-k", min=1, help="Of pass@k and pass^k. Default: all trials.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(metavar="ARGUMENT", help="Compare only this argument of the final call."),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent.")] = None,
    name: Annotated[str | None, typer.Option(help="Only the run of this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of rows as JSON.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Choose among stored trials of a task.

    Majority vote, fewest tool calls, pass@k, pass^k and the best of all, over what `palestra run
    --trials` stored; nothing is played.
    What no choice can exceed is marked as a bound; it is not a result.

    Examples:

        palestra run browse --agent openai/gpt-5-mini --tasks 50 --trials 8

        palestra select browse --db palestra.duckdb

        palestra select browse -k 4 --json
    """
    from palestra.cli.board import id_of
    from palestra.leaderboard import selection

    rows = selection(
        db,
        k=k,
        key=key,
        environment=id_of(environment, db),
        split=split,
        agent=agent,
        run=name,
    )
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif rows:
        _print(rows)
    else:
        note(f"{db} holds no task that was tried more than once; run with --trials 4, say.")


def _print(rows: list[Selection]) -> None:
    from rich.table import Table

    def group(row: Selection) -> tuple[str, str, str]:
        return row.environment, row.split, row.run

    console = stdout()
    priced = any(row.cost is not None for row in rows)
    for (environment, split, run), listed in groupby(rows, key=group):
        members = list(listed)
        title = f"{environment}  split {split}" + (f"  run {run}" if run else "")
        table = Table(title=title, title_justify="left", title_style="bold")
        table.add_column("agent", overflow="fold")
        table.add_column("rule", no_wrap=True)
        figures = ("95% interval", "efficiency", "tasks x trials", "scored", "tokens/task")
        for column in (members[0].metric, *figures, *(["cost/task"] if priced else [])):
            table.add_column(column, justify="right", no_wrap=True)
        for _, of_agent in groupby(members, key=lambda row: row.agent):
            for row in of_agent:
                table.add_row(*_cells(row, priced))
            table.add_section()
        console.print(table)
    console.print(
        "[dim]bound: the most that any choice among these trials could reach, not a result.[/]"
    )
    said: dict[str, list[str]] = {}
    for row in rows:
        if row.why:
            of = f"{row.agent} in {row.environment}" + (f" ({row.run})" if row.run else "")
            said.setdefault(f"{of}: {row.why}", []).append(row.rule)
    for why, rules in said.items():
        note(f"{' and '.join(rules)} undefined for {why}.")


def _cells(row: Selection, priced: bool) -> list[str]:
    known = row.low is not None and row.high is not None
    cells = [
        row.agent,
        f"{row.rule} [dim](bound)[/]" if row.bound else row.rule,
        "undefined" if row.mean is None else f"[bold]{row.mean:.3f}[/]",
        f"{row.low:.3f} to {row.high:.3f}" if known else "-",
        "-" if row.efficiency is None else f"{row.efficiency:+.0%}",
        f"{row.tasks:,} x {row.trials}",
        f"{row.scored:,}",
        f"{row.tokens:,.0f}" if row.tokens else "-",
    ]
    if priced:
        cells.append("-" if row.cost is None else f"${row.cost:.4f}")
    return cells
