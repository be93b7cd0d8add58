"""The examination itself; `palestra doctor` prints what it finds."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ...envs.core import UsageError
from ..plan import plan
from ..rollout import Retry
from . import relay
from .dialects import DIALECTS
from .faults import ENDS, FAULTS, Fault
from .finding import LASTING, PASSING, Finding, environment, play_relay, wrong_with
from .forms import examine_form
from .reach import Reach, reach_of
from .server import ChatServer
from .surroundings import GROUP, KEY, collect_noise, examine_surroundings

SERVERS = "servers"
"""The group of what any server may do wrong."""
SUMMED = (SERVERS, GROUP)
"""Groups of findings that a table may sum up where all are good."""
PATIENCE = {True: 0.5, False: 10.0}
"""Seconds for one call while faults are examined, by whether the fault is one of time. The others
get more than any sound reply takes, also on a busy machine."""
MOST_SECONDS = 30.0
"""For all episodes of one fault; what takes longer hangs."""


def examine(
    uri: str,
    *,
    live: bool = True,
    faults: Iterable[str] = tuple(FAULTS),
    dialects: Iterable[str] | None = None,
    surroundings: bool = True,
) -> Iterator[Finding]:
    """Examine an agent, one finding after the other.

    Args:
        uri: of the agent.
        live: whether to ask the agent itself; a model is asked about five times.
        faults: which ways of a bad server to try on its adapter (see `FAULTS`).
        dialects: which provider forms to play with it (see `DIALECTS`); None means all that an
            agent of this kind can be sent to.
        surroundings: whether to try proxies, certificates and keys as well.

    Raises:
        UsageError: the URI names no agent.
    """
    if live:
        yield from _ask_itself(uri)
    chosen = [FAULTS[name] for name in faults]
    forms = tuple(DIALECTS) if dialects is None else tuple(dialects)
    if not (chosen or forms or surroundings):
        return
    reach = reach_of(uri)
    if reach is None:
        yield Finding("bad servers", None, "not examined: the agent is in this process")
        return
    with (
        collect_noise() as noise,
        environment({reach.key_name: KEY}),
        ChatServer(relay.runner, keep=False) as server,
        asyncio.Runner() as runner,
    ):
        for name in forms:
            if address := reach.form(DIALECTS[name]):
                with environment(DIALECTS[name].env):
                    address = address.replace("{url}", _url(server, name))
                    yield from examine_form(DIALECTS[name], address, server, runner)
        if surroundings:
            yield from examine_surroundings(reach.plain, reach.key_name, server, runner)
        if chosen:
            yield from _examine_faults(reach, chosen, server, runner)
        gc.collect()
    if surroundings:
        said = "; ".join(dict.fromkeys(noise))[:300]
        detail = f"streams or tasks were left open: {said}" if said else "as it should be"
        yield Finding("nothing on stderr", not said, detail, GROUP)


def _url(server: ChatServer, name: str) -> str:
    server.dialect = DIALECTS[name]
    return server.url


def _ask_itself(uri: str) -> Iterator[Finding]:
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
            (each,) = runner.run(play_relay(planned, Retry(attempts=2, first=0.5)))
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


def _examine_faults(
    reach: Reach, faults: Iterable[Fault], server: ChatServer, runner: asyncio.Runner
) -> Iterator[Finding]:
    """How the adapter copes with each fault, when it passes and when it stays."""
    server.dialect = None
    suffixes = {"": "", " (stream)": "stream=true&"} if reach.streams else {"": ""}
    for suffix, option in suffixes.items():
        there = f"{reach.plain}{option}base_url={server.url}&timeout="
        agents = {
            slow: plan([relay.ID], [f"{there}{s}"], tasks=2)[0] for slow, s in PATIENCE.items()
        }
        for fault in faults:
            if option and fault.alike:
                continue
            planned = agents[fault.slow]
            problems: list[str] = []
            began = time.perf_counter()
            for lasting in (False, True):
                server.answer = _Faulty(fault, lasting)
                found = runner.run(play_relay(planned, LASTING if lasting else PASSING))
                when = "while it lasts: " if lasting else "once it is over: "
                problems += wrong_with(found, fault.end if lasting else "read", when)
                if any(KEY in str(each.error) for each in found):
                    problems.append(f"{when}the error shows the key")
            took = time.perf_counter() - began
            if took > MOST_SECONDS:
                problems.append(f"took {took:.0f} s")
            detail = "; ".join(problems) or ENDS[fault.end]
            yield Finding(fault.name + suffix, not problems, detail, SERVERS)
        for planned in agents.values():
            runner.run(planned.agent.close())


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
