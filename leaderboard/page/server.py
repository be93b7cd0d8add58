"""The page over HTTP: the answers of `Page` as JSON, the files of `static/`, and nothing to write.

Addresses are those of files (`api/board.json`, `api/episode/3f2a.json`), so that the same page runs
from a server and from a folder that `site.export` made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ...envs.core import UsageError
from ..errors import Locked
from .headers import Guarded
from .page import Page

STATIC = Path(__file__).parent / "static"


def app(page: Page, hosts: Iterable[str] = ()) -> Starlette:
    """The application.

    Args:
        page: answers.
        hosts: further names that it may be asked by (`headers.Guarded`).
    """

    async def index(request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    async def missing(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": "there is no such page"}, 404)

    def answers(ask: Callable[[Request], bytes | None]) -> Callable[[Request], object]:
        return partial(_answer, ask)

    routes = [
        Route("/", index),
        Route("/api/state.json", answers(lambda _: page.state())),
        Route("/api/board.json", answers(lambda _: page.board())),
        Route("/api/episodes.json", answers(lambda r: page.episodes(dict(r.query_params)))),
        Route("/api/episode/{key}.json", answers(lambda r: page.episode(r.path_params["key"]))),
        Route(
            "/api/pair/{before:int}-{after:int}.json",
            answers(lambda r: page.pair(r.path_params["before"], r.path_params["after"])),
        ),
        Route("/api/family/{cells}.json", answers(lambda r: page.family(_cells(r)))),
        Route("/api/curves.json", answers(lambda _: page.curves())),
        Route("/api/cards.json", answers(lambda _: page.cards())),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    middleware = [
        Middleware(Guarded, hosts=hosts),
        Middleware(GZipMiddleware, minimum_size=2000, compresslevel=1),
    ]
    return Starlette(routes=routes, middleware=middleware, exception_handlers={404: missing})


def _cells(request: Request) -> list[int]:
    """Ids of cells, as in `3-5-9`."""
    words = request.path_params["cells"].split("-")
    if not all(word.isascii() and word.isdigit() and len(word) < 10 for word in words):
        raise UsageError("expected the numbers of rows, joined by -, as in 3-5-9")
    return [int(word) for word in words]


async def _answer(ask: Callable[[Request], bytes | None], request: Request) -> Response:
    """An answer in a thread of its own; 304 if the browser has it already."""
    try:
        body = await run_in_threadpool(ask, request)
    except Locked as error:
        return JSONResponse({"error": str(error)}, 503, {"retry-after": "2"})
    except UsageError as error:
        return JSONResponse({"error": str(error)}, 400)
    if body is None:
        return JSONResponse({"error": "there is no such result"}, 404)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
