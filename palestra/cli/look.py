"""`palestra list`: which environments, agents and tasks there are."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from palestra.cli.common import PluginOption, parse_options, stdout


def list_(
    tasks: Annotated[
        str | None,
        typer.Option("--tasks", metavar="ENV", help="List the tasks of one environment instead."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", metavar="NAME=VALUE", help="With --tasks: its options."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    plugin: PluginOption = None,
) -> None:
    """List environments and agents.

    Examples:

        palestra list

        palestra list --tasks browse

        palestra list --json --plugin my_environment.py
    """
    if tasks is not None:
        described = _tasks(tasks, parse_options(option))
        if as_json:
            typer.echo(json.dumps(described, indent=2))
        else:
            _show_tasks(described)
        return
    described = {"environments": _environments(), "agents": _agents()}
    if as_json:
        typer.echo(json.dumps(described, indent=2))
        return
    from rich.table import Table

    console = stdout()
    table = Table(
        "name", "id", "what it is", "reference agents", title="Environments", title_justify="left"
    )
    for env in described["environments"]:
        agents = ", ".join(a["name"] for a in env["agents"])
        table.add_row(f"[bold]{env['name']}[/]", env["id"], env["about"], agents)
    console.print(table)
    table = Table("agent", "what it is", title="Agents for every environment", title_justify="left")
    for agent in described["agents"]:
        table.add_row(f"[bold]{agent['name']}[/]", agent["about"])
    console.print(table)
    console.print("[dim]Next:[/] palestra run ENVIRONMENT --agent AGENT --tasks 20")


def _environments() -> list[dict[str, Any]]:
    from palestra.envs import registered

    return [
        {
            "name": env.name,
            "id": env.id,
            "kind": env.kind,
            "about": env.about,
            "headline": env.cls.headline,
            "options": {name: _plain(value) for name, value in env.options.items()},
            "agents": [
                {"name": name, "role": reference.role, "about": reference.about}
                for name, reference in env.cls.references.items()
            ],
        }
        for env in registered().values()
    ]


def _agents() -> list[dict[str, str]]:
    from palestra.agents import schemes

    return [{"name": name, "about": about} for name, about in schemes().items()]


def _tasks(name: str, options: dict[str, Any]) -> dict[str, Any]:
    from palestra.envs import find, make
    from palestra.envs.core import TaskList, UsageError

    found = find(name)
    if found is None:
        raise UsageError(f"{name} is Gymnasium's own: its tasks are seeds, any/0, any/1, ...")
    source = make(name, **options).unwrapped.tasks
    splits = dict(source.splits)
    described: dict[str, Any] = {
        "environment": found.id,
        "generated": not isinstance(source, TaskList),
        "splits": splits,
    }
    if isinstance(source, TaskList):
        described["tasks"] = [f"{split}/{i}" for split, size in splits.items() for i in range(size)]
    return described


def _show_tasks(described: dict[str, Any]) -> None:
    from rich.table import Table

    how = "made when asked for, from split and index" if described["generated"] else "a fixed list"
    table = Table("split", "tasks", "ids", title=f"Tasks of {described['environment']} ({how})")
    for split, size in described["splits"].items():
        table.add_row(split, f"{size:,}", f"{split}/0 ... {split}/{size - 1}")
    stdout().print(table)


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float, bool, type(None))) else repr(value)
