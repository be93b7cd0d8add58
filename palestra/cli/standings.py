"""`palestra rank`: one ranking over all environments."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, stdout

if TYPE_CHECKING:
    from palestra.evals.statistics import Standing, Standings

_FEW = 5


def rank(
    agents: Annotated[
        list[str] | None, typer.Argument(metavar="AGENT...", help="Only these. Default: all.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", "--name", metavar="NAME", help="Only the run of this name."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Rank agents over all environments together, by who does better on the same task.

    Bradley-Terry: every task is a match between every two agents that played it, ties count half,
    and each environment weighs the same. `score` is the share of matches won against the others.

    Examples:

        palestra rank --db results.duckdb

        palestra rank --split test --json
    """
    from palestra.evals.statistics import standings

    found = standings(db, agents=agents or None, split=split, run=run)
    if as_json:
        typer.echo(json.dumps(as_record(found), indent=2))
    else:
        _print(found)


def as_record(found: Standings) -> dict[str, Any]:
    """For `--json`: what is not known is null."""
    return {
        "environments": found.environments,
        "tasks": found.tasks,
        "level": found.level,
        "agents": [_agent_record(each) for each in (*found.ranked, *found.unranked)],
    }


def _agent_record(each: Standing) -> dict[str, Any]:
    record: dict[str, Any] = {
        "agent": each.agent,
        "planned": each.planned,
        "scored": each.scored,
        "invalid": each.invalid,
        "rank": None,
        "why_unranked": each.why or None,
    }
    if each.strength is not None:
        record |= {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in each.strength._asdict().items()
        }
    return record


def _print(found: Standings) -> None:
    from rich.table import Table

    console = stdout()
    several = len(found.environments) > 1
    table = Table(
        title=f"{len(found.environments)} environment{'s' * several}, {found.tasks:,} tasks: "
        + ", ".join(found.environments),
        title_justify="left",
        title_style="bold",
    )
    table.add_column("#", justify="right")
    table.add_column("agent", overflow="fold")
    columns = ["score", "other tasks", *(["other envs"] if several else [])]
    for column in (*columns, "ranks", "envs", "planned", "scored", "invalid"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in found.ranked:
        table.add_row(*_cells(each, several))
    for each in found.unranked:
        blank = ["-"] * (len(columns) + 2)
        table.add_row("-", each.agent, *blank, *_counts(each))
    console.print(table)
    for each in found.unranked:
        console.print(f"[dim]- not ranked: {each.agent}: {each.why}[/]")
    console.print(
        "[dim]score: matches won against the others, a tie counts half. 95% intervals: for other "
        "tasks of these environments" + ("; for other environments too.[/]" if several else ".[/]")
    )
    if several and len(found.environments) < _FEW:
        console.print(
            f"[dim]{len(found.environments)} environments say little about others: read that "
            "interval as a hint.[/]"
        )


def _cells(each: Standing, several: bool) -> list[str]:
    strength = each.strength
    assert strength is not None
    ranks = f"{strength.rank_low} to {strength.rank_high}"
    wide = [f"{strength.wide_low:.1%} to {strength.wide_high:.1%}"] if several else []
    return [
        str(strength.rank),
        each.agent,
        f"[bold]{strength.score:.1%}[/]",
        f"{strength.low:.1%} to {strength.high:.1%}",
        *wide,
        str(strength.rank) if strength.rank_low == strength.rank_high else ranks,
        f"{strength.environments}",
        *_counts(each),
    ]


def _counts(each: Standing) -> list[str]:
    return [
        f"{each.planned:,}",
        f"{each.scored:,}",
        f"[yellow]{each.invalid:,}[/]" if each.invalid else "0",
    ]
