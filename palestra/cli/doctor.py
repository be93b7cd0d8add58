"""`palestra doctor`: does an agent answer, and does its adapter bear a bad server?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from palestra.cli.common import PluginOption, note, stderr, stdout


def doctor(
    agent: Annotated[str, typer.Argument(metavar="URI", help="The agent.")],
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the agent itself, only test its adapter.")
    ] = False,
    faults: Annotated[
        bool,
        typer.Option(
            "--faults/--no-faults",
            help="Test how the adapter copes with each provider's form and with bad servers.",
        ),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    plugin: PluginOption = None,
) -> None:
    """Examine an agent: does it answer, and does its adapter fit its provider?

    The agent itself is asked about five times. Then a local server takes its model's place. It
    speaks as each provider does that such an agent can be sent to: what its turns carry and want
    back, its limits, and how it words a full context or an empty account. And it misbehaves in
    every way known: time-outs, cut connections, broken JSON and more. Last come proxies,
    certificates and keys. Exits with 1 if anything is wrong.

    Examples:

        palestra doctor openai/gpt-5-mini

        palestra doctor 'openai/my-model?base_url=http://localhost:8000/v1' --no-faults

        palestra doctor litellm/anthropic/claude-sonnet-4-5 --offline --json
    """
    from palestra.evals.doctor import Finding, examine

    found: list[Finding] = []
    chosen = {} if faults else {"faults": (), "dialects": (), "surroundings": False}
    with stderr().status(f"Examining {agent} ...") as status:
        for finding in examine(agent, live=not offline, **chosen):
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

    from palestra.evals.doctor import DIALECTS, SUMMED

    table = Table(title=escape(agent), title_justify="left")
    for column in ("examined", "", "finding"):
        table.add_column(column, overflow="fold")
    forms = [finding for finding in found if finding.group in DIALECTS]
    for finding in found:
        if finding.good is False or finding.group == "":
            name = f"{finding.group}: {finding.check}" if finding.group else finding.check
            table.add_row(escape(name), WORDS[finding.good], escape(finding.detail))
    for group in SUMMED:
        own = [finding for finding in found if finding.group == group]
        if own and all(finding.good is not False for finding in own):
            table.add_row(group, WORDS[True], f"{len(own)} examined")
    if forms:
        stdout().print(_table_of_forms(forms))
    stdout().print(table)
    bad = sum(finding.good is False for finding in found)
    note(f"{len(found):,} examined, {bad:,} bad.")


WORDS = {True: "[green]good[/]", False: "[red]bad[/]", None: "-"}


def _table_of_forms(forms: list) -> Any:
    """One row for each provider form, one column for each thing that was examined of it."""
    from rich.table import Table

    by_form: dict[str, dict[str, bool | None]] = {}
    for finding in forms:
        by_form.setdefault(finding.group, {})[finding.check] = finding.good
    checks = list(dict.fromkeys(finding.check for finding in forms))
    table = Table(title="Provider forms", title_justify="left")
    for column in ("form", *checks):
        table.add_column(column)
    for form, results in by_form.items():
        table.add_row(form, *(WORDS[results.get(check)] for check in checks))
    return table
