"""The examination itself; `palestra doctor` prints what it finds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...envs.core import Episode, UsageError
from ..games import Games
from ..plan import Planned, plan
from ..rollout import Retry, play
from . import relay
from .faults import FAULTS, Fault
from .server import ChatServer

EXAMINED = ("openai", "litellm", "vllm")
"""Schemes whose adapter speaks one of OpenAI's APIs and can be sent to another server."""
KEPT = ("temperature", "top_p", "api")
"""Options that an agent keeps when it is sent there."""
PATIENCE = {True: 1.0, False: 10.0}
"""Seconds for one call while faults are examined, by whether the fault is one of time. The others
get more than any sound reply takes, also on a busy machine."""
PASSING = Retry(attempts=3, first=0.05, longest=0.5)
LASTING = Retry(attempts=2, first=0.05, longest=0.5)
MOST_SECONDS = 30.0
"""For all episodes of one fault; what takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined.

    Attributes:
        check: what.
        good: whether it is as it should be; None if it could not be examined.
        detail: figures, or what is wrong and what to do.
    """

    check: str
    good: bool | None
    detail: str


def examine(
    uri: str, *, live: bool = True, faults: Iterable[str] = tuple(FAULTS)
) -> Iterator[Finding]:
    """Examine an agent, one finding after the other.

    Args:
        uri: of the agent.
        live: whether to ask the agent itself; a model is asked about five times.
        faults: which ways of a bad server to try on its adapter (see `FAULTS`).

    Raises:
        UsageError: the URI names no agent.
    """
    if live:
        yield from _live(uri)
    chosen = [FAULTS[name] for name in faults]
    if not chosen:
        return
    tried = _beside(uri)
    if tried is None:
        yield Finding("bad servers", None, "not examined: the agent is in this process")
        return
    yield from _bears(tried, chosen, "")
    if tried.partition("/")[0] == "openai":  # the others do not stream
        yield from _bears(f"{tried}stream=true&", chosen, " (stream)")


def _live(uri: str) -> Iterator[Finding]:
    """Whether the agent answers, and what it makes of a game that a faultless model wins."""
    began = time.perf_counter()
    try:
        (planned,) = plan([relay.ID], [uri], tasks=1)
    except UsageError as error:
        yield Finding("answers", False, str(error))
        return
    with asyncio.Runner() as runner:
        try:
            runner.run(planned.agent.check())
            yield Finding("answers", True, f"ready after {time.perf_counter() - began:.1f} s")
            (each,) = runner.run(_played(planned, Retry(attempts=2, first=0.5)))
        except UsageError as error:
            yield Finding("answers", False, str(error))
            return
        finally:
            runner.run(planned.agent.close())
    if each.status != "scored":
        yield Finding("plays", False, f"{each.status}: {(each.error or '').strip()[-500:]}")
        return
    used = each.usage
    per_call = used.seconds / max(1, used.calls)
    cost = "price unknown" if used.cost is None else f"${used.cost:.5f}"
    outcome = each.score.outcome if each.score else ""
    yield Finding(
        "plays",
        True,
        f"{outcome} after {each.turns} turns; {used.input_tokens:,} tokens in, "
        f"{used.output_tokens:,} out, {per_call:.2f} s a call, {cost}",
    )
    calls = any(message.get("tool_calls") for message in each.messages)
    advice = "" if calls else "; for a model without tool calls of its own try ?protocol=hermes"
    yield Finding("calls tools", calls, f"{'yes' if calls else 'none in its reply'}{advice}")


def _beside(uri: str) -> str | None:
    """The agent's URI as it is sent to another server, open for options; None if it asks none."""
    path, _, query = uri.partition("?")
    head, colon, inner = path.rpartition(":") if ":" in path else ("", "", path)
    scheme, _, name = inner.partition("/")
    if scheme not in EXAMINED:
        return None
    if scheme == "litellm" and not name.startswith("openai/"):
        inner = f"litellm/openai/{name.rpartition('/')[2]}"  # the one wire that is spoken here
    kept = [p for p in query.split("&") if p.partition("=")[0] in KEPT]
    return f"{head}{colon}{inner}?" + "".join(f"{option}&" for option in kept)


def _bears(uri: str, faults: Iterable[Fault], suffix: str) -> Iterator[Finding]:
    """How the adapter bears each fault, when it passes and when it stays."""
    with ChatServer(relay.runner, keep=False) as server, asyncio.Runner() as runner:
        there = f"{uri}base_url={server.url}&timeout="
        agents = {
            slow: plan([relay.ID], [f"{there}{s}"], tasks=2)[0] for slow, s in PATIENCE.items()
        }
        for fault in faults:
            planned = agents[fault.slow]
            problems: list[str] = []
            began = time.perf_counter()
            for lasting in (False, True):
                server.answer = _Faulty(fault, lasting)
                found = runner.run(_played(planned, LASTING if lasting else PASSING))
                problems += _wrong(found, fault, lasting)
            took = time.perf_counter() - began
            if took > MOST_SECONDS:
                problems.append(f"took {took:.0f} s")
            good = "read all the same" if fault.harmless else "asked again, then an error"
            yield Finding(fault.name + suffix, not problems, "; ".join(problems) or good)
        for planned in agents.values():
            runner.run(planned.agent.close())


def _wrong(found: list[Episode], fault: Fault, lasting: bool) -> list[str]:
    """What is wrong with how episodes ended under a fault."""
    when = "while it lasts" if lasting else "once it is over"
    wanted = "error" if lasting and not fault.harmless else "scored"
    problems: list[str] = []
    for each in found:
        if each.status != wanted:
            problems.append(f"{when}: {each.status} instead of {wanted}: {each.error or ''}"[:300])
        elif wanted == "scored" and each.headline != 1.0:
            problems.append(f"{when}: scored {each.headline} instead of 1")
        elif wanted == "error" and not each.error:
            problems.append(f"{when}: an error without a cause")
    return sorted(set(problems))


async def _played(planned: Planned, retry: Retry) -> list[Episode]:
    """The planned episodes of the relay, all at once, stored nowhere."""
    games = Games(relay.ID, {})
    return await asyncio.gather(
        *(play(games.take(), planned.agent, work, planned, retry) for work in planned.work())
    )


class _Faulty:
    """A faultless model, and a fault: always, or once in each turn but the first."""

    def __init__(self, fault: Fault, lasting: bool) -> None:
        self._fault, self._lasting = fault, lasting
        self._seen: set[str] = set()

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = relay.runner(request)
        task = next(m["content"] for m in request["messages"] if m["role"] == "user")
        turn = sum(m["role"] == "assistant" for m in request["messages"])
        new = f"{turn} {task}" not in self._seen
        self._seen.add(f"{turn} {task}")
        last = 1 if self._fault.slow else relay.LEGS
        if self._lasting or (new and 1 <= turn <= last):
            return {**answer, "fault": self._fault}
        return answer
