"""`palestra domains`: look inside the domains, build a library of them, try its gates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from palestra.cli.common import note, stderr, stdout

app = typer.Typer(
    help="Domains: databases and tools made from real APIs, and those written by hand.",
    no_args_is_help=True,
)

LibraryOption = Annotated[
    str, typer.Option("--library", metavar="FILE", help="A file of domains of your own.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command("list")
def list_(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Only those with these words.")
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="How the library came about.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = "",
) -> None:
    """List domains.

    Examples:

        palestra domains list

        palestra domains list calendar event

        palestra domains list --table
    """
    index = _library(library).index
    if table:
        if as_json:
            typer.echo(json.dumps(index["table"], indent=2))
        else:
            _show_table(index["table"])
        return
    listed = _handmade() + index["domains"] if not library else index["domains"]
    if words:
        wanted = [word.lower() for word in words]
        listed = [d for d in listed if all(w in f"{d['id']} {d['title']}".lower() for w in wanted)]
    if as_json:
        typer.echo(json.dumps(listed, indent=2))
        return
    from rich.markup import escape
    from rich.table import Table

    shown = Table("id", "what it is", "tools", "writers", "tables", "split")
    for domain in listed:
        shown.add_row(
            f"[bold]{domain['id']}[/]", escape(domain["title"]), str(domain["tools"]),
            str(domain["writers"]), str(domain["tables"]),
            "ood" if domain["ood"] else "train, test",
        )  # fmt: skip
    stdout().print(shown)
    first = listed[0]["id"] if listed else "ID"
    count = "1 domain" if len(listed) == 1 else f"{len(listed):,} domains"
    note(f"{count}. Next: palestra domains show {first}")


@app.command("show")
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="The domain.")],
    rows: Annotated[int, typer.Option(help="Rows of each table to show.", min=0)] = 2,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw its tool graph.")
    ] = None,
    as_json: JsonOption = False,
    library: LibraryOption = "",
) -> None:
    """Show a domain: its tables, its tools, some rows, and its tool graph as a picture.

    Examples:

        palestra domains show airline-desk

        palestra domains show ID --svg graph.svg
    """
    from palestra.envs.domains.tasks import find_domain
    from palestra.envs.domains.world import open_world

    domain = find_domain(id, library)
    world = open_world(domain, 0)
    if svg is not None:
        svg.write_text(_picture(domain, library), encoding="utf-8")
        note(f"{svg} is written")
        return
    described = {
        "id": domain.id,
        "title": domain.title,
        "family": domain.family,
        "from": list(domain.about),
        "schema": domain.ddl,
        "policy": domain.policy,
        "tools": [
            {"name": o.name, "effect": o.effect, "side": o.side, "description": o.description,
             "parameters": o.parameters, "from": o.provenance}
            for o in domain.operations.values()
        ],
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(described, indent=2))
        return
    _show_domain(described, world, rows)
    note(f"Next: palestra play domains --option domains={domain.id}")


@app.command("build")
def build(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where it goes.")],
    catalogue: Annotated[
        str, typer.Option(help="A catalogue file, or `packages` to read botocore and Google's.")
    ] = "",
    openapi: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="OpenAPI documents (JSON) instead.")
    ] = None,
    mcp: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="MCP tool lists (JSON) instead.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Domains examined side by side.")] = 1,
    save_catalogue: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the operations that were read.")
    ] = None,
) -> None:
    """Build a library of domains: tool graph, communities, schemas, tools, gates.

    Examples:

        palestra domains build -o domains.zip --workers 2

        palestra domains build -o mine.zip --openapi petstore.json
    """
    from palestra.envs.domains.build import build as make
    from palestra.envs.domains.catalogue import read_catalogue, write_catalogue

    if openapi or mcp:
        apis, sources = _own(openapi or [], mcp or [])
    elif catalogue == "packages":
        apis, sources = _packages()
    else:
        apis, sources = read_catalogue(Path(catalogue) if catalogue else None), {}
    if save_catalogue is not None:
        write_catalogue(save_catalogue, apis, sources)
    console = stderr()
    table = make(apis, out, workers=workers, say=lambda text: console.print(text, markup=False))
    _show_table(table)
    note(f"Next: palestra domains list --library {out}")


@app.command("check")
def check(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Which; default: a sample.")
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="How many, where none is named.")] = 20,
    as_json: JsonOption = False,
    library: LibraryOption = "",
) -> None:
    """Try the quality gates on domains of a library. Exits with 1 if any fails.

    Examples:

        palestra domains check --sample 50

        palestra domains check ID
    """
    import random

    from palestra.envs.domains.gates import GATES, examine

    known = _library(library)
    chosen = list(ids or ())
    if not chosen:
        every = known.ids()
        chosen = random.Random(0).sample(every, min(sample, len(every)))
    found = [examine(known.plan(id))[1] for id in chosen]
    if as_json:
        typer.echo(
            json.dumps([{"id": f.id, "failed": f.failed, "checks": f.checks} for f in found])
        )
    else:
        from rich.table import Table

        shown = Table("gate", "what must hold", "checks", "domains that pass")
        for gate, about in GATES.items():
            checks = sum(f.checks.get(gate, 0) for f in found)
            passed = sum(gate not in f.failed for f in found)
            shown.add_row(gate, about, f"{checks:,}", f"{passed} of {len(found)}")
        stdout().print(shown)
        for each in found:
            for gate, problems in each.failed.items():
                stdout().print(f"{each.id}: {gate}: {problems[0]}", markup=False)
    if any(not each.passed for each in found):
        raise typer.Exit(1)


# -- parts ---------------------------------------------------------------------------------------


def _library(name: str) -> Any:
    from palestra.envs.domains.generated.library import LIBRARY, read_library

    return read_library(Path(name).expanduser().absolute() if name else LIBRARY)


def _handmade() -> list[dict[str, Any]]:
    from palestra.envs.domains.handmade import HANDMADE

    return [
        {"id": d.id, "title": d.title, "tools": len(d.operations),
         "writers": sum(o.effect == "write" for o in d.operations.values()),
         "tables": d.ddl.lower().count("create table"), "ood": False}
        for d in HANDMADE.values()
    ]  # fmt: skip


def _own(openapi: list[Path], mcp: list[Path]) -> tuple[list[Any], dict[str, str]]:
    from palestra.envs.domains.catalogue import from_mcp, from_openapi

    apis = [api for path in openapi for api in from_openapi(_json(path))]
    apis += [api for path in mcp for api in from_mcp(_json(path), path.stem)]
    return apis, {path.name: "" for path in [*openapi, *mcp]}


def _json(path: Path) -> Any:
    from palestra.envs.core import UsageError

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path} as JSON: {error}") from None


def _packages() -> tuple[list[Any], dict[str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    from palestra.envs.core import UsageError
    from palestra.envs.domains.catalogue.aws import from_botocore
    from palestra.envs.domains.catalogue.google import from_google

    names = ("botocore", "google-api-python-client")
    try:
        sources = {name: version(name) for name in names}
    except PackageNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed: pip install 'palestra[domains]'"
        ) from None
    return [*from_botocore(), *from_google()], sources


def _show_table(table: dict[str, Any]) -> None:
    from rich.table import Table

    shown = Table("what", "how many")
    for name, value in table.items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            for key, inner in value.items():
                shown.add_row(f"{label}: {key}", f"{inner:,}")
        else:
            shown.add_row(label, f"{value:,}")
    stdout().print(shown)


def _show_domain(described: dict[str, Any], world: Any, rows: int) -> None:
    from rich.markup import escape
    from rich.table import Table

    console = stdout()
    console.print(f"[bold]{escape(described['title'])}[/] ({described['id']})")
    for line in described["from"]:
        console.print(f"  from {line}", markup=False)
    console.print(described["schema"], markup=False)
    for table, found in world.rows().items():
        for row in found[:rows]:
            console.print(f"  {table}: {row}", markup=False, soft_wrap=True)
    shown = Table("tool", "effect", "what it does")
    for tool in described["tools"]:
        side = " (user's)" if tool["side"] == "user" else ""
        shown.add_row(f"[bold]{tool['name']}[/]{side}", tool["effect"], escape(tool["description"]))
    console.print(shown)
    if described["policy"]:
        console.print(described["policy"], markup=False)


def _picture(domain: Any, library: str) -> str:
    from palestra.envs.core import UsageError
    from palestra.envs.domains.graph import draw

    if domain.family != "generated":
        raise UsageError(f"{domain.id} is written by hand and has no tool graph")
    plan = _library(library).plan(domain.id)
    effects = {name: o.effect for name, o in domain.operations.items()}
    return draw([tool.name for tool in plan.tools], effects, plan.edges, plan.title)
