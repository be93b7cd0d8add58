"""`palestra run`: play agents in environments and rank them."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, note, parse_options, stderr
from palestra.cli.flags import check_flags
from palestra.cli.playing import (
    Batch,
    CacheOption,
    Concurrency,
    MaxCost,
    MaxTokens,
    Retries,
    RetryErrors,
    Rpm,
    Tpm,
)

if TYPE_CHECKING:
    from palestra.agents import Agent
    from palestra.evals import Planned, Report, Tally
    from palestra.evals.sweeps import Job

TOUR_TASKS = 20


class Progress(StrEnum):
    """How progress is shown."""

    auto = "auto"
    bar = "bar"
    plain = "plain"
    none = "none"


def run(
    environments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ENV", help="Ids or names. None: a tour of all of them."),
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent", "-a", metavar="URI", help="Repeatable. None: the reference agents."
        ),
    ] = None,
    scaffold: Annotated[
        str | None,
        typer.Option(metavar="SCAFFOLD", help="Wraps every --agent, such as 'best(n=3)'."),
    ] = None,
    seat: Annotated[
        list[str] | None,
        typer.Option(
            "--seat",
            metavar="SEAT=URI",
            help="Who has a seat of an arena; the others go to --agent, or to the environment's "
            "stand-in. Repeatable.",
        ),
    ] = None,
    tasks: Annotated[
        int | None,
        typer.Option("--tasks", "-n", "--limit", help="How many tasks of the split. None: all."),
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option("--task", metavar="ID", help="This task. Repeatable.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Default: test.")] = None,
    trials: Annotated[int, typer.Option(help="Episodes of each task.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the whole run.")] = 0,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            "-o",
            metavar="NAME=VALUE",
            help="For the environments; --NAME VALUE says the same. Repeatable.",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(help="Keeps this run apart from others in the same file.")
    ] = "",
    concurrency: Concurrency = 64,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds for one episode; then it is stopped and graded.")
    ] = None,
    retries: Retries = 4,
    retry_errors: RetryErrors = False,
    cache: CacheOption = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    batch: Batch = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the resolved plan and stop.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the rows as JSON, as `leaderboard --json`.")
    ] = False,
    progress: Annotated[Progress, typer.Option(help="How to show progress.")] = Progress.auto,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Play agents in environments, store every episode, and print the leaderboard.

    The same command twice is safe: what is stored is not played again, and a run that was
    interrupted goes on. With no arguments: a tour of every environment in under a minute.

    Examples:

        palestra run

        palestra run browse --agent oracle --agent random --tasks 200 --db results.duckdb

        palestra run browse --agent openai/gpt-5?temperature=0 --tasks 50 --max-cost 5

        palestra run browse -a oracle --tool-calls 16 --name budget-16 --dry-run

        palestra run formal --language stack --shots 50 --delta 0.45 -a rule_oracle -a majority

        palestra run browse -a openai/gpt-5-mini --scaffold 'best(n=3,by=king)'

        palestra run formal -a openai/gpt-5-mini --batch

        palestra run browse -a openai/gpt-5 --rpm 500 --tpm 30000

        palestra run document --seat writer_0=smollm2 --seat assistant_0=polite
    """
    from palestra.envs.core import UsageError
    from palestra.evals import EpisodeLimits, plan, teams_of

    if tasks is not None and task:
        raise UsageError("give --tasks (how many) or --task (which), not both")
    if scaffold is not None:
        if not agent:
            raise UsageError("--scaffold wraps the agents of --agent; give at least one")
        agent = [f"{scaffold}:{uri}" for uri in agent]
    tour = not environments
    if tour:
        environments = _playable()
        tasks = TOUR_TASKS if tasks is None and not task else tasks
    check_flags(environments or [])
    with stderr().status("Preparing environments (a world is built when it is first used) ..."):
        if seat:
            agent = teams_of(environments or [], parse_options(option), seat, agent or ())
        planned = plan(
            environments or [],
            agent or (),
            tasks=task or tasks,
            split=split,
            trials=trials,
            seed=seed,
            options=parse_options(option),
            limits=EpisodeLimits(seconds=time_limit),
            name=name,
        )
    if dry_run:
        _show_plan(planned, db, as_json)
        return
    if any(_asks_a_person(p.agent) for p in planned):
        concurrency, progress = 1, Progress.none
    report = play_planned(
        planned,
        progress,
        db=db,
        concurrency=concurrency,
        retries=retries,
        max_cost=max_cost,
        max_tokens=max_tokens,
        retry_errors=retry_errors,
        cache=cache,
        rpm=rpm,
        tpm=tpm,
        batch=batch,
    )
    _show_report(report, db, as_json)
    for remark in report.remarks:
        note(f"{remark}.")
    show_remarks(planned)
    if report.tally.status != "finished" or any(row.invalid for row in report.rows):
        raise typer.Exit(1)


def _playable() -> list[str]:
    """The environments that this machine can play; of the others it says why not."""
    from palestra.envs import registered
    from palestra.envs.core import Unavailable
    from palestra.evals.plan import table_of

    names = []
    for env in registered().values():
        try:
            table_of(env.name, {})
        except Unavailable as missing:
            note(f"{env.name} is left out: {missing}")
        else:
            names.append(env.name)
    return names


def _asks_a_person(agent: Agent) -> bool:
    members = getattr(agent, "members", {"": agent})
    return any(member.uri == "human" for member in members.values())


def play_planned(
    planned: list[Planned],
    progress: Progress,
    *,
    retries: int,
    max_cost: float | None,
    max_tokens: int | None,
    rpm: list[str] | None = None,
    tpm: list[str] | None = None,
    **how: Any,
) -> Report:
    """Play a plan with its progress shown; Ctrl-C says how to go on and exits with 130.

    Args:
        planned: from `plan`.
        progress: how to show progress.
        retries: how often to ask again when a server fails.
        max_cost: US dollars after which no episode is started.
        max_tokens: tokens after which none is started.
        rpm, tpm: the values of `--rpm` and `--tpm`.
        how: further arguments of `evals.run`.
    """
    from palestra.agents.limits import parse_rates
    from palestra.cli.progress import Show
    from palestra.evals import Budget, Retry
    from palestra.evals import run as run_

    how |= {
        "retry": Retry(attempts=retries + 1),
        "budget": Budget(cost=max_cost, tokens=max_tokens),
        "rpm": parse_rates("--rpm", rpm),
        "tpm": parse_rates("--tpm", tpm),
    }
    with Show(stderr(), progress.value) as show:
        try:
            return asyncio.run(run_(planned, watch=show.watch, **how))
        except KeyboardInterrupt:
            tally = show.tally
    finished = tally.finished if tally else 0
    if tally is not None and tally.batches is not None and tally.batches.under_way:
        note(
            f"The provider works on ({tally.batches.waiting()}). The command below waits for it "
            "again and submits nothing twice."
        )
    note(
        f"Interrupted: {finished:,} episodes of this session are stored in {how['db']}. "
        f"Go on with:\n  {command_line()}"
    )
    raise SystemExit(130)


def play_sweeps(
    jobs: list[Job],
    progress: Progress,
    *,
    retries: int,
    max_cost: float | None,
    max_tokens: int | None,
    rpm: list[str] | None = None,
    tpm: list[str] | None = None,
    **how: Any,
) -> Tally:
    """Play sweeps as `play_planned` plays episodes."""
    from palestra.agents.limits import parse_rates
    from palestra.cli.progress import Show
    from palestra.evals import Budget, Retry
    from palestra.evals.sweeps import play_parts

    how |= {
        "retry": Retry(attempts=retries + 1),
        "budget": Budget(cost=max_cost, tokens=max_tokens),
        "rpm": parse_rates("--rpm", rpm),
        "tpm": parse_rates("--tpm", tpm),
    }
    with Show(stderr(), progress.value) as show:
        try:
            return play_parts(jobs, watch=show.watch, **how)
        except KeyboardInterrupt:
            tally = show.tally
    note(
        f"Interrupted: {tally.finished if tally else 0:,} predictions of this session are stored. "
        f"Go on with:\n  {command_line()}"
    )
    raise SystemExit(130)


def _show_plan(planned: list[Planned], db: Path, as_json: bool) -> None:
    cells: list[dict[str, Any]] = [
        {
            "environment": p.cell.environment,
            "split": p.cell.split,
            "agent": p.cell.agent,
            "run": p.cell.run,
            "tasks": len(p.tasks),
            "trials": p.trials,
            "episodes": len(p),
            "config": p.cell.config,
        }
        for p in planned
    ]
    if as_json:
        typer.echo(json.dumps(cells, indent=2))
        return
    from rich.table import Table

    from palestra.cli.common import stdout

    console = stdout()
    table = Table(title=f"Plan for {db} (nothing was run)", title_justify="left")
    columns = ("environment", "split", "agent", "tasks", "trials", "episodes")
    for column in columns:
        table.add_column(column, overflow="fold")
    for cell in cells:
        table.add_row(*(str(cell[column]) for column in columns))
    console.print(table)
    for config in dict.fromkeys(json.dumps(cell["config"]) for cell in cells):
        console.print(f"Config: {config}", markup=False, soft_wrap=True)
    console.print(f"{sum(map(len, planned)):,} episodes. Without --dry-run they are played.")


def _show_report(report: Report, db: Path, as_json: bool) -> None:
    from palestra.cli.board import as_records
    from palestra.cli.ranks import print_board
    from palestra.leaderboard import content_ids

    tally = report.tally
    if as_json:
        typer.echo(json.dumps(as_records(report.rows, content_ids(db)), indent=2))
    else:
        print_board(report.rows)
    if tally.finished == 0 and tally.before:
        note(f"Nothing to do: all {tally.before:,} episodes were in {db} already.")
    else:
        note(_summary(tally, db))
    if tally.waiting:
        note(f"{tally.waiting}\nThe episodes are safe in {db}.spool.")
    errors = sum(row.errors for row in report.rows)
    if tally.status == "out of budget":
        note(f"The budget is used up. To go on, raise it and repeat:\n  {command_line()}")
    elif errors:
        retry = "" if "--retry-errors" in sys.argv else " --retry-errors"
        note(f"To re-run the {errors:,} that failed:\n  {command_line()}{retry}")
    else:
        note(f"Next: palestra leaderboard --db {shlex.quote(str(db))}")


def show_remarks(planned: list[Planned]) -> None:
    """What scaffolds have to say about all that they did."""
    from palestra.agents.scaffolds import Scaffold

    agents = {p.agent.uri: p.agent for p in planned}
    for uri, agent in agents.items():
        for remark in agent.remarks() if isinstance(agent, Scaffold) else ():
            note(f"{uri}: {remark}.")


def _summary(tally: Tally, db: Path) -> str:
    import time

    seconds = time.monotonic() - tally.began
    many = "episode" if tally.finished == 1 else "episodes"
    parts = [f"{tally.finished:,} {many} played in {seconds:.1f} s"]
    if tally.before:
        parts.append(f"{tally.before:,} were stored before")
    if tally.errors or tally.invalid:
        parts.append(f"{tally.errors:,} errors, {tally.invalid:,} invalid")
    if tally.retries:
        parts.append(f"{tally.retries:,} calls repeated")
    return f"{'; '.join(parts)}. Stored in {db}."


def command_line() -> str:
    """The command that is running, to be given again."""
    return shlex.join(["palestra", *sys.argv[1:]])
