"""What stands around a model: proxies, certificates, keys, and replies that are kept."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from ...agents import ReplyCache, resolve
from ...envs.core import UsageError, user
from . import relay
from .finding import LASTING, Finding, environment, play_once, wrong_with
from .server import ChatServer

DEAD = "http://127.0.0.1:9"
"""An address where nobody answers."""
FAR = "https://palestra.invalid/v1"
"""An address that is not on this machine; nothing is sent there."""
KEY = "sk-doctor-Zt4/9+abc=="
GROUP = "surroundings"


def examine_surroundings(
    uri: str, key_name: str, server: ChatServer, runner: asyncio.Runner
) -> Iterator[Finding]:
    """Examine what an adapter makes of its surroundings.

    Args:
        uri: of the agent, up to its options.
        key_name: the environment variable that its key comes from.
        server: a server of the plain form.
        runner: where the agents live.
    """
    server.answer, server.dialect = relay.runner, None
    here, far = f"{uri}base_url={server.url}", f"{uri}base_url={FAR}"

    def plays(changes: dict[str, str]) -> list[str]:
        with environment(changes):
            return wrong_with(play_once(runner, here, LASTING), "read")

    def names(variable: str, value: str) -> list[str]:
        with environment({variable: value}):
            return _names(variable, far, runner)

    checks: dict[str, Callable[[], list[str]]] = {
        "proxy set, server on this machine": lambda: plays(
            {"HTTP_PROXY": DEAD, "ALL_PROXY": DEAD, "http_proxy": DEAD, "all_proxy": DEAD}
        ),
        "SSL_CERT_FILE names nothing": lambda: names("SSL_CERT_FILE", "/nope"),
        "key in typographic quotes": lambda: names(key_name, f"“{KEY}”"),
        "key with a line end": lambda: plays({key_name: f"{KEY}\n"}),
        "same request, another trial": lambda: runner.run(_trials_differ(here, server)),
    }
    if find_spec("socksio") is None:
        checks["SOCKS proxy"] = lambda: names("ALL_PROXY", "socks5://127.0.0.1:9")
    for name, check in checks.items():
        try:
            problems = check()
        except UsageError as error:
            problems = [str(error)]
        said = "; ".join(problems)[:600]
        yield Finding(name, not problems, said.replace(KEY, "[key]") or "as it should be", GROUP)


def _names(variable: str, uri: str, runner: asyncio.Runner) -> list[str]:
    """Whether making an agent fails in one line that names a variable."""
    try:
        agent = resolve(uri)
    except UsageError as error:
        said = str(error)
        if variable not in said or "\n" in said:
            return [f"the message does not name {variable} in one line: {said[:200]}"]
        return ["the message shows the key"] if KEY in said else []
    except Exception as error:
        return [f"{type(error).__name__} instead of a message that names {variable}: {error}"[:300]]
    runner.run(agent.close())
    return [f"nothing was said of {variable}; every call would have failed later"]


async def _trials_differ(uri: str, server: ChatServer) -> list[str]:
    """Whether another trial asks again, where replies are kept and no seed is sent."""
    answered = 0

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal answered
        answered += 1
        return {"content": f"Reply {answered}."}

    server.answer = answer
    takes = "api=responses" not in uri  # an API that has no seeds anyway
    agent = resolve(f"{uri}&seed=false" if takes else uri)
    with tempfile.TemporaryDirectory() as folder:
        cache = ReplyCache(folder)
        agent.cached_in(cache)
        try:
            asked = [(await agent.act([user("?")], (), seed=s)).message for s in (1, 2, 1)]
        finally:
            await agent.close()
            cache.close()
    one, other, again = (message["content"] for message in asked)
    if one == other:
        return ["another trial got the same reply out of the cache; its seed is not in the key"]
    return [] if one == again else ["the same trial was asked again in spite of the cache"]


@contextmanager
def collect_noise() -> Iterator[list[str]]:
    """What would be written to stderr behind everybody's back, as it comes."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage().partition("\n")[0])

    listener, hook = Listener(logging.WARNING), sys.unraisablehook
    logger = logging.getLogger("asyncio")
    logger.addHandler(listener)
    sys.unraisablehook = lambda unraisable: heard.append(str(unraisable.exc_value))
    try:
        yield heard
    finally:
        logger.removeHandler(listener)
        sys.unraisablehook = hook
