"""`palestra power`: how many tasks it takes to see a difference."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, note, stdout
from palestra.cli.compare import (
    AgentsArgument,
    DespiteOption,
    EnvOption,
    RunOption,
    SplitOption,
    amount,
    name_of,
)
from palestra.envs.core import UsageError

if TYPE_CHECKING:
    from palestra.evals.statistics import Comparison

_DISCORDANT = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
_TRIALS = (1, 2, 4, 8)


def power(
    agents: AgentsArgument = None,
    points: Annotated[
        float, typer.Option(help="The difference to see, in points of a rate.")
    ] = 5.0,
    difference: Annotated[
        float | None, typer.Option(help="The difference to see, in units of the metric.")
    ] = None,
    sure: Annotated[
        float, typer.Option("--power", help="The chance to see it, if it is there.")
    ] = 0.8,
    discordant: Annotated[
        float | None,
        typer.Option(help="Without a file: the share of tasks that come out differently."),
    ] = None,
    sd: Annotated[
        float | None, typer.Option(help="Without a file: SD of the differences within tasks.")
    ] = None,
    rates: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="A B",
            help="Without a file: two rates in percent, each on runs of its own (Fisher's test).",
        ),
    ] = None,
    environment: EnvOption = None,
    split: SplitOption = None,
    run: RunOption = None,
    despite: DespiteOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """How many tasks to see 5 points? For two agents on the same tasks.

    From stored results where agents are named: how their differences vary, and what more trials of
    each task would gain. Otherwise from the share of tasks that come out differently. With --rates
    for two conditions that do not share tasks, such as a prompt with a rule and one without.

    Examples:

        palestra power --points 5

        palestra power openai/gpt-5-mini openai/gpt-5 --points 3 --db results.duckdb

        palestra power --rates 13 0.4
    """
    if rates is not None:
        if agents or discordant is not None or sd is not None:
            raise UsageError(
                "--rates is for conditions that do not share tasks; leave agents, --discordant and "
                "--sd away"
            )
        _unpaired(rates, sure, as_json)
        return
    seen = points / 100 if difference is None else difference
    if agents:
        from palestra.cli.board import id_of
        from palestra.evals.statistics import compare

        found = compare(
            db,
            agents,
            environment=id_of(environment, db),
            split=split,
            runs=run or [],
            despite=despite or [],
        )
        rows = [
            _from_results(p, seen if p.first.rate or difference else None, sure)
            for p in found.pairs
        ]
        for line in found.refused:
            note(f"Left out: {line}")
    else:
        rows = _from_shares(seen, sure, discordant, sd)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    elif agents:
        _print_results(rows, seen, sure)
    else:
        _print_shares(rows, seen, sure)


def _unpaired(rates: tuple[float, float], sure: float, as_json: bool) -> None:
    from rich.table import Table

    from palestra.evals.statistics import counts_needed, runs_needed

    first, second = (round(each / 100, 12) for each in rates)
    runs, expected = runs_needed(first, second, power=sure), counts_needed(first, second)
    if as_json:
        record = {"rates": [first, second], "power": sure, "runs": runs, "expected": expected}
        typer.echo(json.dumps(record, indent=2))
        return
    table = Table(
        title=f"runs a side to see {rates[0]:g}% against {rates[1]:g}% (Fisher's exact test)",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("seen")
    table.add_column("runs a side", justify="right")
    table.add_row(f"{sure:.0%} of the time", f"{runs:,}")
    table.add_row("where the counts are as expected: about every second time", f"{expected:,}")
    stdout().print(table)


def _from_shares(
    seen: float, sure: float, discordant: float | None, sd: float | None
) -> list[dict[str, Any]]:
    from palestra.evals.statistics import tasks_needed

    if sd is not None:
        needed = tasks_needed(seen, sd=sd, discordant=discordant, power=sure)
        return [{"sd": sd, "difference": seen, "power": sure, "tasks": needed}]
    shares = [discordant] if discordant is not None else [q for q in _DISCORDANT if q >= abs(seen)]
    return [
        {
            "discordant": share,
            "difference": seen,
            "power": sure,
            "tasks": tasks_needed(seen, discordant=share, power=sure),
        }
        for share in shares
    ]


def _from_results(pair: Comparison, seen: float | None, sure: float) -> dict[str, Any]:
    from palestra.evals.statistics import detectable, tasks_needed

    result, spread = pair.result, pair.spread
    needed: dict[str, int] = {}
    if seen is not None and math.isfinite(result.sd):
        if spread is None:
            needed["1"] = tasks_needed(seen, sd=result.sd, power=sure)
        else:
            needed = {str(t): tasks_needed(seen, sd=spread.sd(t), power=sure) for t in _TRIALS}
    sees = detectable(result.tasks, result.sd, power=sure)
    return {
        "environment": pair.environment,
        "split": pair.split,
        "first": name_of(pair.first),
        "second": name_of(pair.second),
        "rate": pair.first.rate,
        "tasks": result.tasks,
        "sd": result.sd if math.isfinite(result.sd) else None,
        "detectable": sees if math.isfinite(sees) else None,
        "difference": seen,
        "power": sure,
        "tasks_needed": needed,
    }


def _print_results(rows: list[dict[str, Any]], seen: float, sure: float) -> None:
    from rich.table import Table

    console = stdout()
    table = Table(
        title=f"tasks to see {_wanted(rows, seen)}, {sure:.0%} of the time",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("environment", overflow="fold")
    table.add_column("first - second", overflow="fold")
    trials = [t for t in map(str, _TRIALS) if any(t in row["tasks_needed"] for row in rows)]
    for column in ("tasks now", "see now", *(f"{t} trial{'s' * (t != '1')}" for t in trials)):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        sees = math.inf if row["detectable"] is None else row["detectable"]
        table.add_row(
            f"{row['environment']} ({row['split']})",
            f"{row['first']} - {row['second']}",
            f"{row['tasks']:,}",
            amount(sees, row["rate"], sign=False),
            *(f"{row['tasks_needed'][t]:,}" if t in row["tasks_needed"] else "-" for t in trials),
        )
    console.print(table)
    if any("1" in row["tasks_needed"] and "2" not in row["tasks_needed"] for row in rows):
        console.print("[dim]Run with --trials 2 or more to learn what more trials would gain.[/]")
    if any(row["difference"] is None for row in rows):
        console.print("[dim]- not a rate: name the difference in its units with --difference.[/]")


def _print_shares(rows: list[dict[str, Any]], seen: float, sure: float) -> None:
    from rich.table import Table

    kind = "sd" if "sd" in rows[0] else "discordant"
    table = Table(
        title=f"tasks to see {amount(seen, True, sign=False)} points, {sure:.0%} of the time",
        title_justify="left",
        title_style="bold",
    )
    heading = "SD within tasks" if kind == "sd" else "tasks that come out differently"
    table.add_column(heading, justify="right")
    table.add_column("tasks", justify="right")
    for row in rows:
        table.add_row(f"{row[kind]:g}" if kind == "sd" else f"{row[kind]:.0%}", f"{row['tasks']:,}")
    stdout().print(table)


def _wanted(rows: list[dict[str, Any]], seen: float) -> str:
    rate = all(row["rate"] for row in rows)
    return f"{amount(seen, True, sign=False)} points" if rate else f"{seen:g}"
