"""`palestra export`: episodes as records or tables, or as conversations to train on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from palestra.cli.board import id_of
from palestra.cli.common import (
    DEFAULT_DB,
    DbOption,
    OutcomeOption,
    PluginOption,
    SaysOption,
    Thoughts,
    ThoughtsOption,
    ToldOption,
    note,
    parse_options,
)


class Format(StrEnum):
    """How `export` writes."""

    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"
    sft = "sft"
    hf = "hf"
    inspect = "inspect"
    eee = "eee"


CONVERSATIONS = (Format.sft, Format.hf)
"""They go through `training.select`, and so hold nothing of a held-out task."""
ROWS = (Format.inspect, Format.eee)
"""They write whole rows of the leaderboard into a folder."""


def export(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="A file; for hf, inspect, eee a folder. Default: stdout."
        ),
    ] = None,
    format: Annotated[
        Format,
        typer.Option(
            help="jsonl: whole episodes. csv, parquet: a row an episode, no messages. "
            "sft: conversations to train on, as JSON lines. hf: the same, for `datasets`. "
            "inspect: logs for Inspect's viewer. eee: records of Every Eval Ever."
        ),
    ] = Format.jsonl,
    environment: Annotated[
        str | None, typer.Option("--env", "--environment", help="Only this environment.")
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", "-a", help="Only this agent. Repeatable.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Only this split. sft, hf: `train`, there is no other.")
    ] = None,
    success: Annotated[
        bool | None,
        typer.Option(
            "--success/--no-success",
            help="Only successes. Default: for sft and hf.",
            show_default=False,
        ),
    ] = None,
    at_least: Annotated[
        float, typer.Option(metavar="HEADLINE", help="From where on it is a success.")
    ] = 1.0,
    dedupe: Annotated[bool, typer.Option(help="sft, hf: one of those that say the same.")] = True,
    balance: Annotated[
        str | None,
        typer.Option(metavar="DIFFICULTY", help="sft, hf: its values equally often, e.g. hops."),
    ] = None,
    grounded: Annotated[
        bool,
        typer.Option(help="sft, hf: only if each call passes what was read before (for oracles)."),
    ] = False,
    outcome: OutcomeOption = None,
    says: SaysOption = None,
    told: ToldOption = None,
    thoughts: ThoughtsOption = Thoughts.drop,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    seed: Annotated[int, typer.Option(help="sft, hf: of which --balance and --limit take.")] = 0,
    db: DbOption = Path(DEFAULT_DB),
    plugin: PluginOption = None,
) -> None:
    """Write episodes out of a leaderboard file.

    sft and hf hold conversations of the split `train` alone: what belongs to any other split of its
    environment is left out, whatever is asked for. What was dropped, and why, is said on stderr.

    Examples:

        palestra export --format jsonl --agent oracle --out episodes.jsonl

        palestra export --format parquet --success --out episodes.parquet

        palestra export --format sft --env browse --balance hops --out browse.jsonl

        palestra export --format sft --env covert-candid --says AS1 --told spec=none

        palestra export --format hf --limit 1000 --out browse-dataset

        palestra export --format inspect --out logs
    """
    from palestra.envs.core import UsageError

    environment = id_of(environment, db)
    if format not in CONVERSATIONS:
        chosen_by = (balance is not None, not dedupe, grounded, outcome, says, told)
        if any(chosen_by) or thoughts is not Thoughts.drop:
            raise UsageError(
                "--balance, --grounded, --outcome, --says, --told, --thoughts and --no-dedupe go "
                "with --format sft or hf"
            )
        if format in ROWS:
            if out is None or success is not None or limit is not None:
                raise UsageError(
                    f"--format {format} writes whole rows into a folder: name it with --out, and "
                    "leave out --success and --limit"
                )
            from palestra.leaderboard import exchange

            write = exchange.write_inspect if format is Format.inspect else exchange.write_eee
            files = write(db, out, environment=environment, agents=agent, split=split)
            note(f"{len(files):,} rows in {out}")
            if format is Format.inspect:
                note(f"Next: inspect view --log-dir {out}")
            return
        from palestra.leaderboard import write_episodes

        count = write_episodes(
            db,
            out,
            format.value,
            environment=environment,
            agent=agent,
            split=split,
            at_least=at_least if success else None,
            limit=limit,
        )
        note(f"{count:,} episodes" + (f" in {out}" if out else ""))
        return
    if format is Format.hf and out is None:
        raise UsageError("--format hf writes a folder: name it with --out")
    from palestra.training.select import filters_of, select, write_hf, write_sft

    chosen = select(
        db,
        environment=environment,
        agents=agent,
        split=split or "train",
        filters=filters_of(
            at_least=None if success is False else at_least,
            grounded=grounded,
            outcomes=outcome or (),
            says=says or (),
        ),
        told=parse_options(told),
        thoughts=thoughts.value,
        dedupe=dedupe,
        balance=balance,
        limit=limit,
        seed=seed,
    )
    for line in chosen.report.lines():
        note(line)
    if not chosen:
        note("Nothing is left to write. Episodes to learn from: palestra run ENV --split train")
        raise typer.Exit(1)
    if format is Format.hf and out is not None:
        write_hf(chosen, out)
    else:
        write_sft(chosen, out)
    if out is not None:
        note(f"In {out}")
