"""`palestra play`: a person plays one task at the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, parse_options, stdout
from palestra.cli.flags import check_flags


def play(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="An id or a name.")],
    task: Annotated[
        str | None, typer.Option("--task", metavar="ID", help="Default: the first one not played.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Default: test.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="NAME=VALUE", help="Or --NAME VALUE."),
    ] = None,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Play a task yourself, with the tools and the observations that agents get.

    The episode is stored, so you stand on the leaderboard as `human`.

    Examples:

        palestra play browse

        palestra play browse --task test/3
    """
    from palestra.cli.episode import print_episode
    from palestra.envs.core import UsageError
    from palestra.evals import plan
    from palestra.evals import run as run_
    from palestra.leaderboard import episodes

    check_flags([environment])
    planned = plan(
        [environment],
        ["human"],
        tasks=[task] if task else None,
        split=split,
        options=parse_options(option),
        name="played",
    )
    cell = planned[0].cell
    played: set[str] = set()
    if db.exists():
        where = "agent = 'human' and environment = ? and split = ?"
        stored = episodes(db, where=where, values=[cell.environment, cell.split], transcripts=False)
        played = {episode.task for episode in stored}
    chosen = next((id for id in planned[0].tasks if id not in played), None)
    if chosen is None:
        raise UsageError(
            f"{task or 'every task'} of {cell.environment} was played in {db} already; "
            "choose another --task, or another --db"
        )
    planned[0].tasks = [chosen]
    try:
        asyncio.run(run_(planned, db=db, concurrency=1))
    except KeyboardInterrupt:
        stdout().print("Left; nothing was stored.")
        raise SystemExit(130) from None
    where = "agent = 'human' and environment = ? and task = ?"
    for episode in episodes(db, where=where, values=[cell.environment, chosen]):
        episode.messages = ()
        print_episode(episode)
