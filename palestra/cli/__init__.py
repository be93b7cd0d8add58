"""The command line: one module for each group of commands, joined here.

Commands import what they need when they run, so `palestra --help` stays quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

from palestra import __version__
from palestra.cli import (
    board,
    check,
    compare,
    doctor,
    domains,
    export,
    import_,
    judge,
    look,
    merge,
    models,
    play,
    power,
    run,
    sandboxes,
    select,
    standings,
    suite,
    train,
    verify,
    view,
)
from palestra.cli.flags import EnvironmentFlags

app = typer.Typer(
    name="palestra",
    help="A gym where language-model agents practise, are trained and are compared.\n\n"
    "Begin with `palestra run`: a tour of every environment that ends in a leaderboard.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"palestra {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    return None


app.command("list")(look.list_)
app.command("suite")(suite.suite)
app.command("run", cls=EnvironmentFlags)(run.run)
app.command("leaderboard")(board.leaderboard)
app.command("compare")(compare.compare)
app.command("rank")(standings.rank)
app.command("power")(power.power)
app.command("view")(view.view)
app.command("select")(select.select)
app.command("show")(board.show)
app.command("check", cls=EnvironmentFlags)(check.check)
app.command("doctor")(doctor.doctor)
app.command("sandboxes")(sandboxes.sandboxes)
app.command("play", cls=EnvironmentFlags)(play.play)
app.add_typer(domains.app, name="domains")
app.add_typer(models.app, name="models")
app.add_typer(train.app, name="train")
app.command("export")(export.export)
app.command("runs")(board.runs)
app.command("invalidate")(board.invalidate)
app.command("import")(import_.import_)
app.command("merge")(merge.merge)
app.command("verify")(verify.verify)
app.command("judge")(judge.judge)
