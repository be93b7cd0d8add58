"""LiteLLM's own way from a request to Anthropic's form, and from a message to its reply.

LiteLLM is asked twice, each time with an HTTP client of ours: the first takes what would be posted,
the second answers with the message that the batch brought. So both are what a live call makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Posted", "captured", "read_message"]


@dataclass(slots=True)
class Posted:
    """What LiteLLM would have posted."""

    url: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class _Captured(Exception):
    """Nothing is posted."""


async def captured(litellm: Any, arguments: Mapping[str, Any]) -> Posted:
    """What a completion with these arguments posts, without posting it.

    Raises:
        Exception: whatever LiteLLM raises before it posts.
    """
    found: list[Posted] = []

    async def post(url: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        found.append(Posted(url, dict(headers), body))
        raise _Captured

    try:
        await litellm.acompletion(**arguments, client=_client(post))
    except Exception:
        if not found:
            raise
    return found[0]


async def read_message(litellm: Any, arguments: Mapping[str, Any], message: Any) -> Any:
    """The completion with these arguments that a message is the answer to."""
    import httpx

    async def post(url: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        return httpx.Response(200, json=message, request=httpx.Request("POST", url))

    return await litellm.acompletion(**arguments, client=_client(post))


def _client(answer: Any) -> Any:
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    class Client(AsyncHTTPHandler):
        """Posts nothing."""

        def __init__(self) -> None:
            return

        def __del__(self) -> None:
            return

        async def post(self, url: str, *_: Any, **given: Any) -> Any:  # type: ignore[override]
            return await answer(url, given.get("json") or {}, given.get("headers") or {})

    return Client()
