"""`palestra verify`: does a file hold what was played?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.board import id_of
from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, stderr, stdout

if TYPE_CHECKING:
    from palestra.evals.verify import Verified

_SHOWN = 20


def verify(
    environment: Annotated[
        str | None, typer.Option("--env", "--environment", help="Only this environment.")
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", "-a", help="Only this agent.")] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Score only so many again, drawn at random."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    table: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check this `leaderboard --json` against the file too."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Check stored results: compare every digest, and score the episodes again.

    Recorded actions are played in an environment made afresh, and what is observed, the ledger and
    the score are compared with the record. What cannot be scored again is counted with its reason.
    Exits with 1 when something differs.

    Examples:

        palestra verify --db results.duckdb

        palestra verify --env browse --sample 500 --json

        palestra verify --table published.json --db results.duckdb
    """
    from palestra.evals.verify import against_table, verify

    environment = id_of(environment, db)
    rows = _read(table) if table is not None else None
    with stderr().status("Comparing digests ...") as status:

        def watch(report: Verified) -> None:
            done = report.rescored + sum(report.unverified.values())
            if done % 100 == 0:
                status.update(f"{done:,} episodes scored again ...")

        report = verify(
            db, environment=environment, agent=agent, sample=sample, seed=seed, watch=watch
        )
    if rows is not None:
        report.findings += against_table(db, rows)
    if as_json:
        record = asdict(report) | {"passed": report.passed, "unverified": dict(report.unverified)}
        typer.echo(json.dumps(record, indent=2))
    else:
        _show(report, db)
    if not report.passed:
        raise typer.Exit(1)


def _read(table: Path) -> list[dict[str, Any]]:
    from palestra.envs.core import UsageError

    try:
        rows = json.loads(table.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"--table {table} cannot be read as JSON: {error}") from error
    if not isinstance(rows, list):
        raise UsageError(f"--table {table}: expected what `palestra leaderboard --json` prints")
    return rows


def _show(report: Verified, db: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = stdout()
    console.print(
        f"{report.compared:,} digests compared, {report.rescored:,} episodes scored again"
    )
    for reason, count in report.unverified.most_common():
        console.print(f"  {count:,} not scored again: {escape(reason)}", soft_wrap=True)
    if report.passed:
        console.print("[green]Nothing differs.[/]")
        return
    columns = ("check", "episode", "environment", "agent", "task", "what differs")
    shown = Table(*columns, title=f"{db}: {len(report.findings):,} findings", title_justify="left")
    for each in report.findings[:_SHOWN]:
        task = f"{each.task} trial {each.trial}" if each.key else ""
        what = ", ".join(each.what) + (f"\n{each.detail}" if each.detail else "")
        cells = (each.check, each.key[:12], each.environment, each.agent, task, what)
        shown.add_row(*map(escape, cells))
    console.print(shown)
    if len(report.findings) > _SHOWN:
        console.print(f"... and {len(report.findings) - _SHOWN:,} more; --json has them all")
