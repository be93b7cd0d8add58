"""`palestra check`: does an environment keep the contract?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from palestra.cli.common import PluginOption, parse_options, stdout
from palestra.cli.flags import check_flags


def check(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="An id or a name.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="NAME=VALUE", help="Or --NAME VALUE."),
    ] = None,
    tasks: Annotated[
        int, typer.Option("--tasks", "-n", min=1, help="Tasks of each split for the references.")
    ] = 50,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="CHECK", help="Leave out. Repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    plugin: PluginOption = None,
) -> None:
    """Check an environment, Palestra's or your own, against the contract.

    Exits with 1 when a check fails.

    Examples:

        palestra check browse

        palestra check my-env --plugin my_env.py --json
    """
    from rich.table import Table
    from rich.text import Text

    from palestra.evals.conformance import conformance

    check_flags([environment])
    findings = conformance(
        environment, parse_options(option), tasks=tasks, skip=skip or (), plugins=plugin or ()
    )
    passed = all(finding.passed is not False for finding in findings)
    if as_json:
        record = {"passed": passed, "checks": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(record, indent=2))
    else:
        table = Table("check", "", "what was found", "s", title=f"palestra check {environment}")
        for finding in findings:
            mark = {True: "[green]pass[/]", False: "[red]FAIL[/]", None: "[dim]skip[/]"}
            table.add_row(
                finding.check, mark[finding.passed], Text(finding.detail), f"{finding.seconds:.1f}"
            )
        stdout().print(table)
    if not passed:
        raise typer.Exit(1)
