"""`palestra suite`: a paper's protocol, from its cost to its report."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, note, stderr, stdout
from palestra.cli.playing import (
    CacheOption,
    Concurrency,
    MaxCost,
    MaxTokens,
    Retries,
    RetryErrors,
    Rpm,
    Tpm,
)
from palestra.cli.run import (
    Progress,
    command_line,
    play_planned,
    play_sweeps,
    show_remarks,
)

if TYPE_CHECKING:
    from palestra.evals.suites import Cost, Suite


def suite(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME|FILE", help="A suite's name, or a file of TOML.")
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            "-a",
            metavar="[LABEL=]URI",
            help="What stands for {agent}, and what to call it. Repeatable.",
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the suites and stop.")] = False,
    tasks: Annotated[
        int | None, typer.Option("--tasks", "-n", "--limit", help="Tasks of each environment.")
    ] = None,
    trials: Annotated[int | None, typer.Option(help="Episodes of each task, in each arm.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-s",
            metavar="KEY=VALUE",
            help="A setting of the suite, seed, split, seconds, or option.NAME. Repeatable.",
        ),
    ] = None,
    name_of_runs: Annotated[
        str, typer.Option("--name", help="Keeps this apart from the same suite in the same file.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the report goes. Default: reports/NAME."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost and stop.")
    ] = False,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Play nothing; report what is stored.")
    ] = False,
    no_figures: Annotated[
        bool, typer.Option("--no-figures", help="Leave figures out (no matplotlib needed).")
    ] = False,
    concurrency: Concurrency = 64,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    retries: Retries = 4,
    retry_errors: RetryErrors = False,
    cache: CacheOption = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print suites, cost or files as JSON.")
    ] = False,
    progress: Annotated[Progress, typer.Option(help="How to show progress.")] = Progress.auto,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Play a paper's protocol and write its report (HTML, Markdown, JSON).

    It says what it will cost, plays what is not stored yet, prints what was found, and writes the
    report. The same command again goes on where it was.

    Examples:

        palestra suite --list

        palestra suite browse-budget --agent greedy_reader --tasks 50 --dry-run

        palestra suite browse-sft-rl -a base=smollm2 -a sft=trained/runs/sft -a rl=trained/runs/rl

        palestra suite k2think -a openai/gpt-5-mini -n 20 --set option.tool_calls=16

        palestra suite browse-budget --agent greedy_reader --tasks 50 --report-only
    """
    from palestra.cli.reporting import print_report
    from palestra.envs.core import UsageError
    from palestra.evals.suites import (
        Results,
        cells_of,
        costs,
        jobs_of,
        make_report,
        read,
        swept_of,
        write_report,
    )
    from palestra.evals.suites.draw import check

    if listed:
        _list(as_json)
        return
    if name is None:
        raise UsageError("name a suite, or give --list to see those that there are")
    found = read(name, _given(setting, tasks, trials))
    if not no_figures and not dry_run:
        check()
    with stderr().status("Preparing environments (a world is built when it is first used) ..."):
        cells = cells_of(found, agent or (), name_of_runs)
        swept = swept_of(found, agent or (), name_of_runs, db)
    complete = True
    if not report_only:
        _show_cost(found, costs(cells, db, swept), db, as_json and dry_run)
        if dry_run:
            return
        how: dict[str, Any] = {
            "concurrency": concurrency,
            "retries": retries,
            "max_cost": max_cost,
            "max_tokens": max_tokens,
            "retry_errors": retry_errors,
            "cache": cache,
            "rpm": rpm,
            "tpm": tpm,
        }
        if cells:
            report = play_planned([cell.planned for cell in cells], progress, db=db, **how)
            complete = report.tally.status == "finished"
            for remark in report.remarks:
                note(f"{remark}.")
            show_remarks([cell.planned for cell in cells])
        if swept and complete:
            complete = play_sweeps(jobs_of(swept), progress, **how).status == "finished"
    results = Results(found, cells, db, swept)
    _check_begun(results.begun, db)
    folder = out or Path("reports") / (name_of_runs or found.name)
    made = make_report(results, command=command_line(), figures=not no_figures)
    files = write_report(made, folder)
    if not as_json:
        print_report(made, stdout())
    _show_end(made.counts, made.unit, [str(path) for path in files], complete, as_json, report_only)
    if not complete or made.counts["invalid"]:
        raise typer.Exit(1)


def _given(pairs: list[str] | None, tasks: int | None, trials: int | None) -> dict[str, Any]:
    """`--set` and the options that are short for it; values may be JSON."""
    from palestra.envs.core import UsageError

    given: dict[str, Any] = {}
    for pair in pairs or ():
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"--set {pair!r}: expected key=value, such as seed=1")
        try:
            given[key] = json.loads(text)
        except ValueError:
            given[key] = text
    given |= {"tasks": tasks} if tasks is not None else {}
    return given | ({"trials": trials} if trials is not None else {})


def _list(as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from palestra.evals.suites import read, shipped

    suites = [read(name) for name in shipped()]
    if as_json:
        rows = [
            {
                "name": each.name,
                "title": each.title,
                "arxiv": each.paper.arxiv,
                "environments": [entry.id for entry in (*each.entries, *each.sweeps)],
                "agents": each.least_agents,
                "settings": dict(each.settings),
            }
            for each in suites
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("suite", "what it shows", "environments", "paper", "settings")
    for each in suites:
        entries = (*each.entries, *each.sweeps)
        environments = ", ".join(dict.fromkeys(entry.id for entry in entries))
        settings = ", ".join(each.settings)
        cells = (each.name, each.title, environments, each.paper.arxiv, settings)
        table.add_row(*map(Text, cells))
    stdout().print(table)
    note("Next: palestra suite NAME --agent URI --dry-run")


def _show_cost(suite: Suite, found: list[Cost], db: Path, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from palestra.evals.suites.cost import REPLY

    if as_json:
        typer.echo(json.dumps([asdict(cost) for cost in found], indent=2))
        return
    arms = len({cost.arm for cost in found}) > 1
    table = Table(title=f"{suite.title}: what it takes", title_justify="left", title_style="bold")
    table.add_column("agent", overflow="fold")
    if arms:
        table.add_column("arm", overflow="fold")
    units = [unit for unit in ("episodes", "predictions") if any(getattr(c, unit) for c in found)]
    for column in ("cells", *units, "stored", "calls <=", "tokens <=", "cost <="):
        table.add_column(column, justify="right", no_wrap=True)
    for cost in found:
        tokens = cost.input_tokens + cost.output_tokens
        numbers = (cost.cells, *(getattr(cost, unit) for unit in units), cost.stored)
        calls = "no limit" if cost.calls is None else f"{cost.calls:,}"
        dollars = "price unknown" if cost.dollars is None else f"${cost.dollars:,.2f}"
        names = (cost.agent, cost.arm) if arms else (cost.agent,)
        table.add_row(
            *map(Text, names), *(f"{n:,}" for n in numbers), calls, _short(tokens), dollars
        )
    stderr().print(table)
    left = sum(cost.episodes + cost.predictions - cost.stored for cost in found)
    places = {"episodes": db, "predictions": db.with_suffix(".sweeps")}
    where = " and ".join(str(places[unit]) for unit in units)
    note(f"{left:,} {' and '.join(units)} to play; results go to {where}.")
    if any(cost.calls != 0 for cost in found):
        note(
            "At most: every episode as long as its environment allows, conversations as long as "
            f"the reference agents', replies of max_tokens or {REPLY:,} tokens, nothing cached."
        )


def _short(tokens: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if tokens >= size:
            return f"{tokens / size:,.1f} {letter}"
    return f"{tokens:,.0f}"


def _check_begun(begun: bool, db: Path) -> None:
    from palestra.envs.core import UsageError

    if not begun:
        raise UsageError(
            f"{db} holds nothing of this suite with these agents; leave out --report-only to play "
            "it, or check --agent, --name and --db"
        )


def _show_end(
    counts: dict[str, int],
    unit: str,
    files: list[str],
    complete: bool,
    as_json: bool,
    report_only: bool,
) -> None:
    if as_json:
        typer.echo(json.dumps({"counts": counts, "complete": complete, "files": files}, indent=2))
    note(
        f"{counts['planned']:,} {unit} planned, {counts['scored']:,} scored, "
        f"{counts['invalid']:,} invalid. The report: {files[0]} ({len(files) - 1} files beside it)"
    )
    if not complete:
        note(f"The budget is used up. To go on, raise it and repeat:\n  {command_line()}")
    elif counts["errors"] and not report_only:
        note(f"To re-run the {counts['errors']:,} that failed:\n  {command_line()} --retry-errors")
    elif not report_only:
        note(f"Next: {command_line()} --report-only  (makes it again, for instance with --out DIR)")
    else:
        note(f"Next: open {shlex.quote(files[0])} in a browser")
