"""The leaderboard as tables on a terminal, at whatever width it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from palestra.cli.common import stdout

if TYPE_CHECKING:
    from palestra.leaderboard import Row

EMPTY = "-"


class Column(NamedTuple):
    """One figure of every row.

    Attributes:
        name: its heading; empty for the metric's own name.
        cell: its text in a row.
        keep: in a narrow terminal, columns of the lowest number go first.
    """

    name: str
    cell: Callable[[Row], str]
    keep: int


ALWAYS = 100
COLUMNS = (
    Column("#", lambda row: EMPTY if row.rank is None else str(row.rank), ALWAYS),
    Column("agent", lambda row: row.agent, ALWAYS),
    Column("", lambda row: f"[bold]{row.mean:.3f}[/]", ALWAYS),
    Column("95% interval", lambda row: interval(row.low, row.high), 9),
    Column("planned", lambda row: f"{row.n:,}", 8),
    Column("scored", lambda row: f"{row.scored:,}", 6),
    Column("invalid", lambda row: f"[yellow]{row.invalid:,}[/]" if row.invalid else "0", 7),
    Column(
        "if scored",
        lambda row: (
            f"{row.mean_scored:.3f}" if row.invalid and row.mean_scored is not None else EMPTY
        ),
        5,
    ),
    Column("turns", lambda row: EMPTY if row.turns is None else f"{row.turns:.1f}", 3),
    Column("tokens", lambda row: _tokens(row), 2),
    Column("cost", lambda row: EMPTY if row.cost is None else f"${row.cost:.2f}", 4),
    Column("s/episode", lambda row: EMPTY if row.seconds is None else f"{row.seconds:.3g}", 1),
)


def print_board(rows: list[Row]) -> None:
    """A table for each environment, split and run; figures that no row has are left out."""
    console = stdout()
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.environment, row.split, row.run), []).append(row)
    hidden: dict[str, None] = {}
    for group in groups.values():
        columns = [c for c in COLUMNS if c.keep == ALWAYS or any(_known(c, row) for row in group)]
        table = _table(columns, group)
        while not _fits(table, console) and (least := min(columns, key=_keep)).keep < ALWAYS:
            columns.remove(least)
            hidden[least.name] = None
            table = _table(columns, group)
        console.print(table)
    if hidden:
        console.print(
            f"[dim]No room for {', '.join(hidden)}: widen the terminal, or use --json or --csv.[/]"
        )
    if any(row.rank is None for row in rows):
        console.print(
            "[dim]- not ranked: an upper bound, or more than 10% of what was planned not scored.[/]"
        )


def _table(columns: list[Column], group: list[Row]) -> Table:
    first = group[0]
    title = f"{first.environment}  split {first.split}" + (
        f"  run {first.run}" if first.run else ""
    )
    options = first.config.get("options") or {}
    if options:
        title += "  " + " ".join(f"{k}={v}" for k, v in options.items())
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        if column.name == "agent":
            table.add_column(column.name, overflow="fold")
        else:
            table.add_column(column.name or first.metric, justify="right", no_wrap=True)
    for row in group:
        table.add_row(*(column.cell(row) for column in columns))
    return table


def _fits(table: Table, console: Console) -> bool:
    wide = console.options.update(max_width=10_000)
    return Measurement.get(console, wide, table).maximum <= console.width


def _known(column: Column, row: Row) -> bool:
    return column.cell(row) != EMPTY


def _keep(column: Column) -> int:
    return column.keep


def _tokens(row: Row) -> str:
    tokens = row.input_tokens + row.output_tokens
    return f"{tokens:,}" if tokens else EMPTY


def interval(low: float, high: float) -> str:
    """An interval as tables show it; one of infinite ends is unknown."""
    return "unknown" if abs(low) == float("inf") else f"{low:.3f} to {high:.3f}"
