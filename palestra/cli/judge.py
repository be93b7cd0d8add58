"""`palestra judge`: ask a model about stored episodes, beside the verdict from state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palestra.cli.board import id_of
from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, note, stderr, stdout
from palestra.cli.playing import Rpm, Tpm
from palestra.cli.run import command_line

if TYPE_CHECKING:
    from palestra.envs.core import Question, Usage
    from palestra.leaderboard.opinions import Beside

_SHOWN = 5


def judge(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Id or name.")],
    by: Annotated[str, typer.Option(metavar="URI", help="Who is asked: any agent.")],
    agent: Annotated[
        list[str] | None, typer.Option("--agent", "-a", help="Only its episodes. Repeatable.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    most: Annotated[
        int | None, typer.Option("--episodes", "-n", min=1, help="At most so many more.")
    ] = None,
    question: Annotated[
        str | None, typer.Option(help="Another one, with the answer yes or no; with --metric.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="The metric of 0 and 1 that answers stand beside.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Questions at the same time.")] = 16,
    max_cost: Annotated[
        float | None, typer.Option(help="Ask no more after so many US dollars.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="Ask no more after so many tokens.")
    ] = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Ask a model about stored episodes: a second column beside the verdict from state.

    It reads the conversation, not ledger and state, and answers the environment's question (of
    covert and shutdown) or yours. No score changes. What it answered before is kept and not asked
    again. Exits with 1 where an episode got no answer.

    Examples:

        palestra judge covert --by openai/gpt-5-mini --db x.duckdb

        palestra judge browse --by smollm2 --metric success --question "Is the answer right?"
    """
    import asyncio

    from palestra.agents import resolve
    from palestra.agents.limits import parse_rates
    from palestra.envs.core import UsageError
    from palestra.evals import Budget
    from palestra.evals.opinions import Asked, ask

    id = id_of(environment, db) or environment
    asked = _question(id, question, metric)
    judge = resolve(by)

    async def go() -> Asked:
        try:
            return await ask(
                db, judge, asked, id, agents=agent or (), split=split, most=most,
                at_once=at_once, budget=Budget(cost=max_cost, tokens=max_tokens), watch=watch,
                rpm=parse_rates("--rpm", rpm), tpm=parse_rates("--tpm", tpm),
            )  # fmt: skip
        finally:
            await judge.close()

    with stderr().status("Asking ...") as status:

        def watch(so_far: Asked, all: int) -> None:
            done = so_far.answered + so_far.failed
            status.update(f"{done:,} of {all:,} episodes, {so_far.failed:,} without an answer ...")

        came = asyncio.run(go())
    found = _found(db, id, judge.uri, asked.text, agent or (), split)
    if not found:
        raise UsageError(
            f"{db} holds no scored episode of {id} to ask about; `palestra run` plays some"
        )
    note(
        f"{came.answered:,} new answers of {judge.uri}{_used(came.usage)}; {len(found):,} episodes "
        "asked about so far"
    )
    for remark in came.remarks:
        note(f"{remark}.")
    _show([each for each in found if each.answer is not None and each.value is not None], asked)
    if came.left:
        note(
            f"The budget is used up; {came.left:,} episodes were not asked about. To go on, raise "
            f"it and repeat:\n  {command_line()}"
        )
    failed = [each for each in found if each.answer is None]
    if failed:
        note(f"{len(failed):,} got no answer, such as {failed[0].key[:12]}: {failed[0].error}")
        note("The same command asks about them again.")
        raise typer.Exit(1)


def _used(usage: Usage) -> str:
    tokens = usage.input_tokens + usage.output_tokens
    said = [f"{tokens:,} tokens"] if tokens else []
    if usage.cost is not None:
        said.append(f"${usage.cost:.4f}")
    return f" ({', '.join(said)})" if said else ""


def _question(id: str, text: str | None, metric: str | None) -> Question:
    from palestra.envs import find
    from palestra.envs.core import Question, UsageError

    if (text is None) != (metric is None):
        raise UsageError("--question and --metric go together: what is asked, and beside what")
    if text is not None and metric is not None:
        return Question(metric, text)
    found = find(id)
    own = getattr(found.cls, "question", None) if found else None
    if own is None:
        raise UsageError(f"{id} has no question of its own; add --question TEXT and --metric NAME")
    return own


def _found(
    db: Path, id: str, judge: str, text: str, agents: Sequence[str], split: str | None
) -> list[Beside]:
    from palestra.leaderboard.opinions import opinions

    found = opinions(
        db,
        where="r.environment = ? and o.judge = ? and o.question = ?",
        values=[id, judge, text],
    )
    return [
        each
        for each in found
        if (not agents or each.agent in agents) and split in (None, each.split)
    ]


def _show(found: Sequence[Beside], asked: Question) -> None:
    from rich.markup import escape
    from rich.table import Table

    from palestra.evals.statistics import agreement

    if not found:
        return
    console = stdout()
    table = Table(title=f"{asked.metric}: the state, and a judge", title_justify="left")
    groups = {
        key: list(group)
        for key, group in groupby(found, key=lambda each: (each.agent, each.run, each.split))
    }
    labels = [
        (place, name)
        for place, name in enumerate(("agent", "run", "split"))
        if place == 0 or len({key[place] for key in groups}) > 1
    ]
    for _, name in labels:
        table.add_column(name, overflow="fold")
    for column in ("state", "judge", "both", "alike", "kappa", "95% interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for key, group in groups.items():
        rated = [(each.task, bool(each.value), bool(each.answer)) for each in group]
        a = agreement(rated)
        cells: list[Any] = [
            f"{a.both + a.first:,}/{a.n:,}", f"{a.both + a.second:,}/{a.n:,}", f"{a.both:,}",
            f"{a.alike:.0%}", _number(a.kappa), f"{_number(a.low)} to {_number(a.high)}",
        ]  # fmt: skip
        table.add_row(*(escape(key[place]) or "-" for place, _ in labels), *cells)
    console.print(table)
    console.print("[dim]The state is the verdict; the judge has read the conversation alone.[/]")
    apart = [each for each in found if bool(each.value) != each.answer]
    for each in apart[:_SHOWN]:
        console.print(
            f"palestra show {each.key[:12]}: state {_yes(bool(each.value))}, judge "
            f"{_yes(bool(each.answer))}: {escape(each.why)}",
            soft_wrap=True,
        )
    if len(apart) > _SHOWN:
        console.print(f"... and {len(apart) - _SHOWN:,} more on which they differ")


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
