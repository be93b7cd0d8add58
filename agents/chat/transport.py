"""Streams that are closed whatever happens, and what the HTTP libraries under the clients raise."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["http_errors", "open_stream"]


@asynccontextmanager
async def open_stream(stream: Any) -> AsyncIterator[Any]:
    """A stream that is closed whatever happens while it is read."""
    try:
        yield stream
    finally:
        for part in (getattr(stream, "_iterator", None), stream):
            close = getattr(part, "aclose", None) or getattr(part, "close", None)
            if close is not None:
                with suppress(RuntimeError):  # it runs still: the task that reads it is cancelled
                    await close()


@cache
def http_errors() -> tuple[type[Exception], ...]:
    """What the HTTP libraries under the clients raise."""
    found: list[type[Exception]] = []
    for name in ("httpx", "httpx2"):
        with suppress(ImportError):
            found.append(import_module(name).HTTPError)
    return tuple(found)
