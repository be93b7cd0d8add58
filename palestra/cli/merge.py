"""`palestra merge`: other leaderboard files into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, note

if TYPE_CHECKING:
    from palestra.leaderboard import Merged

_SHOWN = 10


def merge(
    others: Annotated[
        list[Path], typer.Argument(metavar="OTHER...", help="Leaderboard files to read.")
    ],
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="NAME", help="A run name for what was played with other settings."
        ),
    ] = None,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Add what other leaderboard files hold: episodes, plans, sessions and invalidations.

    All of them or none: if one cannot be read, or is refused, nothing is changed. The same files
    twice change nothing. Other settings of the same environment and agent are
    refused with what differs, or kept apart with --run. Of work that both hold with different
    content ours stays, and the command exits with 1.

    Examples:

        palestra merge theirs.duckdb --db mine.duckdb

        palestra merge a.duckdb b.duckdb --run long-limits --db all.duckdb
    """
    from palestra.leaderboard import merge_all

    tell(others, merge_all(db, others, run=run), db)


def tell(files: Sequence[Path], brought: Sequence[Merged], db: Path) -> None:
    """Say what came of each file.

    Raises:
        typer.Exit: with 1 if an episode conflicts with one that is here.
    """
    for file, merged in zip(files, brought, strict=True):
        typer.echo(
            f"{file}: {merged.episodes:,} episodes are new, {merged.known:,} were here, "
            f"{len(merged.conflicts):,} conflict"
            + (f"; {merged.opinions:,} opinions of judges came along" if merged.opinions else "")
        )
        explain(merged, str(db))
    note(f"Next: palestra leaderboard --db {db}")
    if any(merged.conflicts for merged in brought):
        raise typer.Exit(1)


def explain(merged: Merged, db: str) -> None:
    """Say on stderr what was kept apart and what conflicts."""
    for remark in merged.remarks:
        note(remark)
    for cell in merged.renamed:
        note(f"  apart, because of other settings: {cell}")
    for conflict in merged.conflicts[:_SHOWN]:
        note(
            f"  kept ours: {conflict.environment} {conflict.task} trial {conflict.trial} by "
            f"{conflict.agent} (key {conflict.key[:12]}; digest {(conflict.ours or '-')[:12]}, "
            f"theirs {(conflict.theirs or '-')[:12]})"
        )
    if len(merged.conflicts) > _SHOWN:
        note(f"  ... and {len(merged.conflicts) - _SHOWN:,} more that {db} holds differently")
