"""`palestra sandboxes`: which backends of the sandbox are here, and what the others miss."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from palestra.cli.common import note, stdout


def sandboxes(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the sandboxes that environments with a command line can use.

    None is needed to run anything else; `tools-only` is always there.

    Examples:

        palestra sandboxes

        palestra sandboxes --json
    """
    from rich.markup import escape
    from rich.table import Table

    from palestra.envs.sandbox import backends

    found = backends()
    if as_json:
        rows = [{**asdict(each), "available": each.available} for each in found]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table(title="Sandboxes", title_justify="left")
    for column in ("backend", "", "what it is", "version, or what is missing"):
        table.add_column(column, overflow="fold")
    for each in found:
        here = "[green]here[/]" if each.available else "[yellow]missing[/]"
        table.add_row(each.name, here, escape(each.about), escape(each.missing or each.version))
    stdout().print(table)
    first = next((each.name for each in found if each.available), "tools-only")
    note(f"`auto` takes {first} here." if first != "tools-only" else "No shell is here.")
