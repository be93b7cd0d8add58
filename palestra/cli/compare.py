"""`palestra compare`: do agents differ, by how much, and could the tasks have shown it?"""

from __future__ import annotations

import json
import math
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, note, stdout

if TYPE_CHECKING:
    from palestra.evals.statistics import Comparison, Comparisons, Interval, Overall
    from palestra.leaderboard import Outcomes

_SENTENCES = 15

AgentsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="AGENT...", help="As they are named in the file. Default: all."),
]
EnvOption = Annotated[
    str | None, typer.Option("--env", "-e", metavar="ENV", help="Only this environment.")
]
SplitOption = Annotated[str | None, typer.Option(help="Only this split.")]
RunOption = Annotated[
    list[str] | None,
    typer.Option(
        "--run",
        "--name",
        metavar="NAME",
        help="Only the run of this name; or as many as agents: each one's own. One agent with two "
        "runs compares the runs.",
    ),
]
DespiteOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY",
        help="A setting that may differ, such as options.tool_calls. Repeatable.",
    ),
]


def compare(
    agents: AgentsArgument = None,
    environment: EnvOption = None,
    split: SplitOption = None,
    run: RunOption = None,
    despite: DespiteOption = None,
    margin: Annotated[
        float | None,
        typer.Option(
            min=0, help="What is too small to matter, in points for a rate (default 5), else units."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    db: DbOption = Path(DEFAULT_DB),
) -> None:
    """Compare agents on the same tasks: differences with intervals, and a verdict in words.

    Paired by task; p is corrected by Holm over all comparisons made. *Tied* means shown to be
    within the margin; *cannot tell* means that the tasks are too few to say, and the difference
    that they could have shown is printed beside it. Results of different settings are never mixed.

    Examples:

        palestra compare openai/gpt-5-mini openai/gpt-5 --db results.duckdb

        palestra compare --env browse --json

        palestra compare smollm2 --run short --run long --despite options.tool_calls
    """
    from palestra.cli.board import id_of
    from palestra.evals.statistics import compare as compared

    found = compared(
        db,
        agents or [],
        environment=id_of(environment, db),
        split=split,
        runs=run or [],
        despite=despite or [],
        margin=margin,
        points=True,
    )
    if as_json:
        typer.echo(json.dumps(as_record(found), indent=2))
    else:
        _print(found)
    for line in found.refused:
        note(f"Not compared: {line}")
    if found.refused:
        note("Results of two settings are never mixed; --despite KEY names what may differ.")
        raise typer.Exit(1)


def as_record(found: Comparisons) -> dict[str, Any]:
    """For `--json`: what is infinite or unknown is null."""
    return {
        "comparisons": [_pair_record(pair) for pair in found.pairs],
        "all_environments": [
            {
                "first": each.first,
                "second": each.second,
                "difference": each.interval.mean,
                "low": _finite(each.interval.low),
                "high": _finite(each.interval.high),
                "p": each.p,
                "environments": each.interval.clusters,
                "verdict": each.verdict,
            }
            for each in found.overall
        ],
        "refused": found.refused,
        "note": found.note,
    }


def _pair_record(pair: Comparison) -> dict[str, Any]:
    result, again = pair.result, pair.same_tasks
    return {
        "environment": pair.environment,
        "split": pair.split,
        "metric": pair.metric,
        "first": _side_record(pair.first, result.after),
        "second": _side_record(pair.second, result.before),
        "tasks": result.tasks,
        "difference": result.difference,
        "low": _finite(result.low),
        "high": _finite(result.high),
        "level": result.level,
        "same_tasks_low": _finite(again.low),
        "same_tasks_high": _finite(again.high),
        "difference_scored": pair.scored_only,
        "p": result.p,
        "p_exact": result.exact,
        "p_holm": result.p_adjusted,
        "detectable": _finite(result.detectable),
        "margin": result.margin,
        "verdict": pair.verdict,
        "remarks": pair.remarks,
    }


def _side_record(cell: Outcomes, mean: float) -> dict[str, Any]:
    return {
        "agent": cell.agent,
        "run": cell.run,
        "mean": mean,
        "planned": cell.planned,
        "scored": cell.scored,
        "invalid": cell.invalid,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _print(found: Comparisons) -> None:
    from rich.table import Table

    console = stdout()
    for (environment, split), group in groupby(found.pairs, key=lambda p: (p.environment, p.split)):
        pairs = list(group)
        options = pairs[0].first.config.get("options") or {}
        shown = "".join(f"  {name}={value}" for name, value in options.items())
        table = Table(
            title=f"{environment}  split {split}  {pairs[0].metric}{shown}",
            title_justify="left",
            title_style="bold",
        )
        table.add_column("agent", overflow="fold")
        for column in ("planned", "scored", "invalid", "tasks x trials", "mean"):
            table.add_column(column, justify="right", no_wrap=True)
        cells = {id(cell): cell for pair in pairs for cell in (pair.first, pair.second)}
        for cell in cells.values():
            table.add_row(*_side(cell))
        console.print(table)
        table = Table(box=None, pad_edge=False)
        table.add_column("first - second", overflow="fold")
        for column in ("tasks", "difference", "95% interval", "p", "p Holm", "could see"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for pair in pairs:
            table.add_row(*_cells(pair))
        console.print(table)
        for pair in pairs if len(found.pairs) <= _SENTENCES else ():
            console.print(f"  {sentence(pair)}", markup=False)
        for remark in dict.fromkeys(remark for pair in pairs for remark in pair.remarks):
            console.print(f"  ! {remark}", markup=False)
        console.print()
    for each in found.overall:
        console.print(over_all(each), markup=False)
    if found.note:
        console.print(found.note, style="dim", markup=False)
    console.print(
        "Intervals: 95%, for tasks like these. could see: the least difference that so many tasks "
        "show 4 times in 5.",
        style="dim",
    )


def _side(cell: Outcomes) -> list[str]:
    trials = max(map(len, cell.trials.values()))
    mean = sum(cell.means.values()) / len(cell.means)
    return [
        name_of(cell),
        f"{cell.planned:,}",
        f"{cell.scored:,}",
        f"[yellow]{cell.invalid:,}[/]" if cell.invalid else "0",
        f"{len(cell.trials):,} x {trials}",
        f"{mean:.3f}",
    ]


def name_of(cell: Outcomes) -> str:
    """An agent and, where it has a name, its run."""
    return f"{cell.agent} ({cell.run})" if cell.run else cell.agent


def _cells(pair: Comparison) -> list[str]:
    result, rate = pair.result, pair.first.rate
    shown = {"better": "green", "worse": "red", "tied": "blue"}.get(pair.verdict, "yellow")
    return [
        f"{name_of(pair.first)} - {name_of(pair.second)}",
        f"{result.tasks:,}",
        amount(result.difference, rate),
        f"{amount(result.low, rate)} to {amount(result.high, rate)}",
        chance(result.p),
        chance(result.p if result.p_adjusted is None else result.p_adjusted),
        amount(result.detectable, rate, sign=False),
        f"[{shown}]{pair.verdict}[/]",
    ]


def sentence(pair: Comparison) -> str:
    """What was found, in words."""
    result, rate = pair.result, pair.first.rate
    first, second = name_of(pair.first), name_of(pair.second)
    unit = " points" if rate else ""
    span = f"{amount(result.low, rate)} to {amount(result.high, rate)}{unit}"
    by = f"{amount(abs(result.difference), rate, sign=False)}{unit}"
    if pair.verdict in ("better", "worse"):
        return f"{first} is {pair.verdict} than {second} by {by} ({span})."
    if pair.verdict == "tied":
        within = amount(result.margin or 0.0, rate, sign=False)
        return f"{first} and {second} are tied: the difference lies within {within}{unit} ({span})."
    sees = amount(result.detectable, rate, sign=False)
    why = f"{result.tasks:,} tasks could show {sees}{unit}" if result.tasks > 1 else "one task"
    return f"Cannot tell {first} from {second}: {span}; {why}."


def over_all(each: Overall) -> str:
    """The mean over environments, in words."""
    found: Interval = each.interval
    span = f"{amount(found.low, True)} to {amount(found.high, True)} points"
    text = (
        f"All {found.clusters} environments, each counting the same: "
        f"{each.first} - {each.second} = {amount(found.mean, True)} "
        f"({span} for environments like these; p = {chance(each.p)}): {each.verdict}."
    )
    few = " So few environments say little about others." if found.clusters < 5 else ""
    return text + few


def amount(value: float, rate: bool, sign: bool = True) -> str:
    """A difference: in points for a rate, else in the metric's units."""
    if not math.isfinite(value):
        return "unknown"
    shown = f"{100 * value:.1f}" if rate else f"{value:.3g}"
    shown = shown.removeprefix("-") if float(shown) == 0 else shown
    return f"+{shown}" if sign and float(shown) > 0 else shown


def chance(p: float) -> str:
    """A p value."""
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
