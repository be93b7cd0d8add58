"""`palestra doctor`: does an agent answer, and does its adapter bear a bad server?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from palestra.cli.common import PluginOption, note, stderr, stdout


def doctor(
    agent: Annotated[str, typer.Argument(metavar="URI", help="The agent.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the agent itself, only try its adapter.")
    ] = False,
    faults: Annotated[
        bool, typer.Option("--faults/--no-faults", help="Try how the adapter bears a bad server.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    plugin: PluginOption = None,
) -> None:
    """Examine an agent: does it answer and call tools, and does it bear a bad server?

    The agent itself is asked about five times. Then a local server that misbehaves in every way
    known takes its model's place: 429, 5xx, time-outs, cut connections, broken JSON and more. Each
    must end as the right score or as an `error` with its cause. Exits with 1 if anything is wrong.

    Examples:

        palestra doctor openai/gpt-5-mini

        palestra doctor 'openai/my-model?base_url=http://localhost:8000/v1' --no-faults

        palestra doctor litellm/anthropic/claude-sonnet-4-5 --offline --json
    """
    from palestra.evals.doctor import FAULTS, Finding, examine

    found: list[Finding] = []
    with stderr().status(f"Examining {agent} ...") as status:
        for finding in examine(agent, live=not offline, faults=FAULTS if faults else ()):
            found.append(finding)
            status.update(f"Examining {agent}: {finding.check} ...")
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        _show(agent, found)
    if any(finding.good is False for finding in found):
        raise typer.Exit(1)
    if not as_json:
        note(f"Next: palestra run --agent '{agent}' --tasks 20")


def _show(agent: str, found: list) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(agent), title_justify="left")
    for column in ("examined", "", "finding"):
        table.add_column(column, overflow="fold")
    words = {True: "[green]good[/]", False: "[red]bad[/]", None: "-"}
    for finding in found:
        table.add_row(escape(finding.check), words[finding.good], escape(finding.detail))
    stdout().print(table)
    bad = sum(finding.good is False for finding in found)
    note(f"{len(found):,} examined, {bad:,} bad.")
