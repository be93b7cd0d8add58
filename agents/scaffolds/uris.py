"""Scaffolds in URIs: `name:AGENT` or `name(key=value,...):AGENT`, nested as deep as one likes.

    best(n=3,by=king,judge=openai/gpt-5):plan:openai/my-model?temperature=1

Only what stands before the first colon decides, and only where it is a scaffold's name, so a colon
in the name of a model means nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ...envs.core import UsageError
from ..base import Agent
from ..uri import take_options
from .again import Check, Retry
from .base import helper
from .best import Best
from .candidates import Chance, Fewest, First, Majority, OracleBound, Selector, Verifier
from .compact import WAYS, Compact
from .judging import Judged, King, Knockout, RoundRobin
from .plan import Plan
from .steering import SENTENCES, Insert, Unaware

Resolve = Callable[[str], Agent]
Options = dict[str, Any]


class Kind(NamedTuple):
    """One scaffold: how it is made from an agent and options, which ones, and a line on it."""

    make: Callable[[Agent, Options], Agent]
    options: tuple[str, ...]
    about: str


SELECTORS: Mapping[str, type[Selector]] = {
    "king": King,
    "round_robin": RoundRobin,
    "knockout": Knockout,
    "majority": Majority,
    "fewest": Fewest,
    "verifier": Verifier,
    "first": First,
    "random": Chance,
    "oracle": OracleBound,
    OracleBound.name: OracleBound,
}


def resolve_scaffold(uri: str, resolve: Resolve) -> Agent | None:
    """The scaffold with this URI; None where it names none.

    Args:
        uri: of any agent.
        resolve: finds inner agents, planners and judges.

    Raises:
        UsageError: the scaffold, an option or an inner agent does not exist or does not fit.
    """
    match = re.match(r"\s*([A-Za-z_]\w*)\s*([:(])", uri)
    if match is None:
        return None
    name, sign = match[1], match[2]
    if name not in KINDS and sign == ":":
        return None
    inside, rest = "", uri[match.end() :]
    if sign == "(":
        inside, rest = _bracketed(uri, match.end())
        if not rest.startswith(":"):
            if name not in KINDS:
                return None  # whatever it is, it does not wrap an agent
            raise UsageError(f"scaffold {uri!r} wraps no agent; write {uri}:AGENT")
        rest = rest[1:]
    if name not in KINDS:
        close = difflib.get_close_matches(name, KINDS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise UsageError(f"there is no scaffold {name!r}.{hint} Scaffolds: {', '.join(KINDS)}.")
    kind = KINDS[name]
    converters = _converters(resolve)
    taken = {o: converters.get(f"{name}.{o}") or converters[o] for o in kind.options}
    given = take_options(name, _pairs(name, inside), taken)
    if not rest:
        raise UsageError(f"scaffold {uri!r} wraps no agent; write {uri}AGENT")
    return kind.make(resolve(rest), given)


def scaffolds() -> dict[str, str]:
    """Each scaffold with one line on what it is."""
    return {name: kind.about for name, kind in KINDS.items()}


def _bracketed(uri: str, begin: int) -> tuple[str, str]:
    """What stands between the bracket that was opened before `begin` and its partner, and after."""
    depth = 1
    for index in range(begin, len(uri)):
        depth += {"(": 1, ")": -1}.get(uri[index], 0)
        if depth == 0:
            return uri[begin:index], uri[index + 1 :]
    raise UsageError(f"in agent {uri!r} a bracket is not closed")


def _pairs(name: str, text: str) -> dict[str, str]:
    """`a=1,b=best(n=2,by=first):x` at its outermost commas."""
    pairs: dict[str, str] = {}
    depth, item = 0, ""
    for sign in [*text, ","] if text.strip() else "":
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign != "," or depth:
            item += sign
            continue
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"scaffold {name!r}: option {item!r}: expected key=value")
        pairs[key.strip()] = value.strip()
        item = ""
    return pairs


def _converters(resolve: Resolve) -> dict[str, Callable[[str], Any]]:
    return {
        "n": int,
        "by": _one_of(SELECTORS),
        "scope": _one_of(("auto", "episode", "reply")),
        "patience": float,
        "key": str,
        "verifier": str,
        "judge": resolve,
        "planner": resolve,
        "what": _one_of(SENTENCES),
        "at": int,
        "context": int,
        "compact.by": _one_of(WAYS),
        "model": resolve,
    }


def _one_of(known: Any) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in known:
            raise ValueError(f"expected one of {', '.join(known)}")
        return text

    return convert


def _best(agent: Agent, options: Options) -> Agent:
    kind = SELECTORS[options.get("by", "king")]
    judge, verifier, key = (options.get(name) for name in ("judge", "verifier", "key"))
    fitting = {"judge": Judged, "verifier": Verifier, "key": Majority}
    for name, base in fitting.items():
        if options.get(name) is not None and not issubclass(kind, base):
            takers = [by for by, each in SELECTORS.items() if issubclass(each, base)]
            raise UsageError(f"best: {name}= is for by={' or by='.join(takers)}")
    if issubclass(kind, Judged):
        selector: Selector = kind(helper(judge, agent, "judge"))
    elif issubclass(kind, Majority):
        selector = kind(key)
    elif issubclass(kind, Verifier):
        selector = kind(_function(verifier))
    else:
        selector = kind()
    return Best(
        agent,
        options.get("n", 3),
        selector,
        scope=options.get("scope", "auto"),
        patience=options.get("patience"),
        judge=None if judge is None else judge.uri,
        key=key,
        verifier=verifier,
    )


def _function(named: str | None) -> Any:
    module, _, name = (named or "").partition(":")
    if not module or not name:
        raise UsageError("by=verifier needs verifier=MODULE:FUNCTION")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"verifier={named}: {error}") from error


_DRAWS = ("n", "scope", "patience")
KINDS: Mapping[str, Kind] = {
    "plan": Kind(
        lambda agent, options: Plan(agent, options.get("planner")),
        ("planner",),
        "a plan first, that does not give the answer away; then the agent acts on it",
    ),
    "best": Kind(
        _best,
        ("n", "by", "judge", "verifier", "key", "scope", "patience"),
        "n samples, one of which is picked and played",
    ),
    "majority": Kind(
        lambda agent, options: _best(agent, {**options, "by": "majority"}),
        (*_DRAWS, "key"),
        "n samples; the most common answer",
    ),
    "fewest": Kind(
        lambda agent, options: _best(agent, {**options, "by": "fewest"}),
        (*_DRAWS, "key"),
        "n samples; of those with the most common answer the one with the fewest tool calls",
    ),
    "retry": Kind(
        lambda agent, options: Retry(agent, **options),
        ("n",),
        "asks again after a reply that cannot be carried out",
    ),
    "check": Kind(
        lambda agent, options: Check(agent),
        (),
        "the agent reviews each reply once and may revise it",
    ),
    "compact": Kind(
        lambda agent, options: Compact(agent, **options),
        ("context", "by", "model"),
        "keeps long episodes inside a context: drops old tool results, or sums up old turns",
    ),
    "insert": Kind(
        lambda agent, options: Insert(agent, **options),
        ("what", "at"),
        "one reply begins with a sentence that takes the work for a test, or with another one",
    ),
    "unaware": Kind(
        lambda agent, options: Unaware(agent, **options),
        ("n",),
        "asks again until a reply does not take the work for a test",
    ),
}
"""Every scaffold by its name."""
