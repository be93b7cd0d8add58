"""`palestra view`: the leaderboard, its comparisons and every episode in a browser."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palestra.cli.common import DEFAULT_DB, DbOption, PluginOption, note
from palestra.envs.core import UsageError

if TYPE_CHECKING:
    from palestra.leaderboard.page import Card, Page

_PORT = 8470
_TRIED = 20


def view(
    db: DbOption = Path(DEFAULT_DB),
    host: Annotated[
        str,
        typer.Option(help="The address to listen at. Any other lets others in: there is no login."),
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Default: {_PORT}, or the next that is free."),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    export: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a static site into this folder instead."),
    ] = None,
    episodes: Annotated[
        int, typer.Option(min=0, help="With --export: episodes of each row, at most.")
    ] = 100,
    runs: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder of training runs, for their curves.")
    ] = Path("runs"),
    plugin: PluginOption = None,
) -> None:
    """Look at a leaderboard in a browser: ranks, comparisons, curves, cards, every episode.

    The page only reads, also while a run writes, and answers to this machine alone. Nothing is
    loaded from anywhere else.

    Examples:

        palestra view --db results.duckdb

        palestra view --export site && python -m http.server -d site
    """
    from palestra.evals.statistics import family, paired
    from palestra.leaderboard.page import Page
    from palestra.leaderboard.page import export as write
    from palestra.leaderboard.queries import reading

    with reading(db):  # brings home what a killed run left, and says at once what is wrong
        pass
    page = Page(db, cards=cards, pairwise=paired, family=family, runs=runs)
    if export is not None:
        count = write(page, export, episodes=episodes)
        note(f"Wrote {export}, with {count:,} episodes. Next: python -m http.server -d {export}")
        return
    _serve(page, host, port, browser)


def cards() -> Sequence[Card]:
    """The cards of all registered environments: the `README.md` beside each."""
    from palestra.envs import registered
    from palestra.leaderboard.page import Card

    found = []
    for env in registered().values():
        file = getattr(sys.modules.get(env.cls.__module__), "__file__", None)
        readme = Path(file).parent / "README.md" if file else None
        found.append(
            Card(
                id=env.id,
                name=env.name,
                about=env.about,
                headline=env.cls.headline,
                text=readme.read_text(encoding="utf-8") if readme and readme.is_file() else "",
            )
        )
    return found


def _serve(page: Page, host: str, port: int | None, browser: bool) -> None:
    try:
        import uvicorn

        from palestra.leaderboard.page.server import app
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the page needs the package `{error.name}`: pip install 'palestra[web]' "
            "(`palestra view --export DIR` needs nothing)"
        ) from None
    listening = _listen(host, port)
    number = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{'localhost' if host in ('0.0.0.0', '::') else shown}:{number}/"
    note(f"{page.source.path} is at {address} (Ctrl-C ends)")
    if host not in ("127.0.0.1", "::1", "localhost"):
        note(f"Listening at {host}: whoever reaches this machine can read every episode.")
    config = uvicorn.Config(
        app(page, hosts=[host]),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    threading.Thread(target=_warm, args=(page,), daemon=True).start()
    if browser:
        webbrowser.open(address)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        return


def _warm(page: Page) -> None:
    """Ask the first question before anybody does: it is the one that imports SciPy."""
    with contextlib.suppress(UsageError):
        page.board()


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens; of the default ports, the first that is free."""
    wanted = range(_PORT, _PORT + _TRIED) if port is None else (port,)
    problem: OSError | None = None
    for number in wanted:
        try:
            family, kind, _, _, place = socket.getaddrinfo(
                host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listening = socket.socket(family, kind)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(place)
            listening.listen(128)
        except OSError as error:
            problem = error
            continue
        return listening
    raise UsageError(
        f"cannot listen at {host} port {wanted[0]}: {problem}; name another --port (0: any)"
    )
