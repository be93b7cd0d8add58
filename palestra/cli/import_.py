"""`palestra import`: logs of Inspect into a leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palestra.cli.common import DEFAULT_DB, DbOption
from palestra.cli.merge import tell


def import_(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG...", help="Inspect logs: .eval or .json files.")
    ],
    name: Annotated[str, typer.Option(help="A run name for them.")] = "",
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Add Inspect logs to a leaderboard file, as the environment `inspect/<task>`.

    Samples become tasks, epochs trials, the model the agent. What was planned counts; a sample
    without a score is invalid. All logs or none, and the same log twice changes nothing.

    Examples:

        palestra import logs/*.eval --db results.duckdb

        palestra import gaia.json --name inspect-2026 --db results.duckdb
    """
    from palestra.leaderboard.exchange import read_logs

    tell(logs, read_logs(logs, db, run=name), db)
