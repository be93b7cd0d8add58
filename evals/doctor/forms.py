"""Each provider form in turn: is it played as it wants to be, and are its refusals understood?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...agents import Agent, InfrastructureError, resolve
from ...envs.core import Message, UsageError, tool_result, user
from . import relay
from .dialects import Dialect, Refusal
from .faults import ENDS, Fault, refusing
from .finding import LASTING, PASSING, Finding, play_once, wrong_with
from .limits import Limited
from .server import ChatServer, tool_call

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The smallest image, as PNG in base64."""
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Look a word up.",
            "parameters": {"type": "object", "properties": {"word": {"type": "string"}}},
        },
    }
    for name in ("look_up", "list_all")
]
CHECKS = ("plays", "streams", "parallel calls", "context", "quota", "limits", "images")
"""What is examined of each form, in the order of the table's columns."""


def examine_form(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> Iterator[Finding]:
    """Examine an adapter with one provider form.

    Args:
        dialect: the form.
        uri: of an agent that reaches the server.
        server: takes the form for the time being.
        runner: where the agents live.
    """
    server.dialect = dialect
    model = _model_of(uri)
    checks: dict[str, Callable[[], list[str] | str]] = {
        "plays": lambda: _plays(dialect, uri, server, runner),
        "streams": lambda: _streams(dialect, uri, server, runner),
        "parallel calls": lambda: _calls_in_parallel(dialect, uri, server, runner),
        "context": lambda: _own_end(dialect.context, uri, server, runner),
        "quota": lambda: _stops(dialect.quota, uri, server, runner),
        "limits": lambda: _limits(dialect, uri, server, runner),
        "images": lambda: _images(dialect, uri, server, runner),
    }
    for name in CHECKS:
        server.refused.clear()
        server.defects.clear()
        server.answer = model
        began = time.perf_counter()
        try:
            found = checks[name]()
        except (UsageError, InfrastructureError) as error:
            found = [str(error)]
        if isinstance(found, str):
            yield Finding(name, None, found, dialect.name)
            continue
        found += [f"the provider refused {why}" for why in server.refused if why not in _TAKEN]
        took = f"{time.perf_counter() - began:.1f} s"
        yield Finding(name, not found, "; ".join(dict.fromkeys(found))[:900] or took, dialect.name)


_TAKEN = ("a system role",)
"""Refusals that an adapter may find out by asking."""


def _model_of(uri: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The model behind a form: it writes its calls in text where the agent has them so."""
    options = dict(p.split("=", 1) for p in uri.partition("?")[2].split("&") if "=" in p)
    protocol = options.get("protocol", "native")
    return relay.runner if protocol == "native" else partial(relay.writing_runner, protocol)


def _plays(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    found = play_once(runner, uri, LASTING)
    problems = wrong_with(found, "read")
    problems += [f"{each.kind} {each.field} in a turn that came back" for each in server.defects]
    for each in found:
        used, counts = each.usage, [n * each.usage.calls for n in dialect.counts]
        if [used.input_tokens, used.output_tokens, used.cached_tokens] != counts and not problems:
            problems.append(
                f"{used.input_tokens} input, {used.output_tokens} output and {used.cached_tokens} "
                f"cached tokens were counted, where the provider said {counts}"
            )
        readable = "{thought}" in json.dumps([dialect.turn, list(dialect.before)])
        if readable and not problems and not any(m.get("thoughts") for m in each.messages):
            problems.append("the model's thoughts are not in the record")
    return problems


def _streams(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    if not uri.rpartition(":")[2].startswith("//") and _scheme(uri) != "openai":
        return f"{_scheme(uri)}/... does not stream"
    return _plays(dialect, f"{uri}&stream=true", server, runner)


def _scheme(uri: str) -> str:
    path = uri.partition("?")[0]
    return path.rpartition(":")[2].partition("/")[0] if ":" in path else path.partition("/")[0]


def _calls_in_parallel(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    if not dialect.parallel:
        return "one call a turn, in text"
    server.answer = _looks_up
    talk = runner.run(_talk(uri))
    calls = [len(m.get("tool_calls") or ()) for m in talk if m["role"] == "assistant"]
    problems = [] if calls == [2, 1, 0] else [f"turns with {calls} calls instead of [2, 1, 0]"]
    return [*problems, *(f"{each.kind} {each.field}" for each in server.defects)]


def _looks_up(request: dict[str, Any]) -> dict[str, Any]:
    """Two calls with text beside them, then one without arguments, then a word."""
    turn = sum(message["role"] == "assistant" for message in request["messages"])
    if turn == 0:
        word = json.dumps({"word": "naïve “x”"}, ensure_ascii=False)
        calls = [tool_call("look_up", word, "call_1"), tool_call("list_all", "{}", "call_2")]
        return {"content": "Let me see.", "tool_calls": calls}
    if turn == 1:
        return {"content": None, "tool_calls": [tool_call("list_all", "{}", "call_3")]}
    return {"content": "Done."}


async def _talk(uri: str) -> list[Message]:
    """A conversation of three turns, played with an agent alone."""
    agent = resolve(uri)
    talk: list[Message] = [user("Look it up.")]
    try:
        for seed in range(3):
            reply = await agent.act(talk, TOOLS, seed=seed)
            talk.append(reply.message)
            for call in reply.message.get("tool_calls") or ():
                talk.append(tool_result(call["id"], call["function"]["name"], "Nothing found."))
    finally:
        await agent.close()
    return talk


def _own_end(
    refusal: Refusal, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    """A full context is the agent's own end, and asked once."""
    model, refused = server.answer, 0

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal refused
        if not any(message["role"] == "assistant" for message in request["messages"]):
            return dict(model(request))
        refused += 1
        return {**model(request), "fault": _fault_of(refusal)}

    server.answer = answer
    problems = wrong_with(play_once(runner, uri, PASSING), "own end")
    return problems if refused == 2 else [*problems, f"asked {refused} times instead of 2"]


def _stops(
    refusal: Refusal, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    """An exhausted account ends the run at once."""
    served = server.served
    server.answer = lambda request: {"content": "", "fault": _fault_of(refusal)}
    try:
        found = play_once(runner, uri, PASSING)
    except UsageError as error:
        said = str(error)
        asked = server.served - served
        problems = [] if "quota" in said or "credit" in said else [f"it says only {said!r}"]
        return problems if asked <= 2 else [*problems, f"asked {asked} times instead of at most 2"]
    return wrong_with(found, "run stops") or [f"the run went on; expected: {ENDS['run stops']}"]


def _fault_of(refusal: Refusal) -> Fault:
    send = refusing(refusal.status, refusal.headers, refusal.body.encode())
    return Fault("refusal", "refuses", send)


def _limits(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    limited = Limited(server.answer, dialect.limit)
    server.answer = limited
    problems = wrong_with(play_once(runner, uri, limited.retry, tasks=4), "read")
    return problems if limited.refused else [*problems, "the limit was never reached"]


def _images(
    dialect: Dialect, uri: str, server: ChatServer, runner: asyncio.Runner
) -> list[str] | str:
    if not dialect.images:
        return "its models take none"
    seen: list[Any] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        seen.append(request["messages"][-1]["content"])
        return {"content": "A dot."}

    server.answer = answer
    runner.run(_show(resolve(uri)))
    whole = seen and isinstance(seen[-1], list) and PIXEL in json.dumps(seen[-1])
    return [] if whole else [f"the image did not arrive: {json.dumps(seen)[:200]}"]


async def _show(agent: Agent) -> None:
    url = f"data:image/png;base64,{PIXEL}"
    content: Any = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    try:
        await agent.act([{"role": "user", "content": content}], (), seed=0)
    finally:
        await agent.close()
