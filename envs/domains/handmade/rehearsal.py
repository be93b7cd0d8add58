"""Plays a plan against a user in a world, with no environment around it.

    _, truth = HANDMADE["returns-desk"].tasks("test", 0)
    played = rehearse(HANDMADE["returns-desk"], truth)
    scored(truth, played, BREACHES["returns-desk"]).reward     # 1.0: the gold episode

For tests, for examples, and to see that a task can be done by talking alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ...core import Entry, Ledger, Score
from ..domain import Domain, DomainError, TaskTruth
from ..grading import score
from ..users import Memory, ScriptedUser, User
from ..world import World, open_world
from .drafts import Call


@dataclass
class Rehearsal:
    """What came of it."""

    before: World
    world: World
    ledger: Ledger = field(default_factory=Ledger)
    memory: Memory = field(default_factory=Memory)
    talk: list[tuple[str, str]] = field(default_factory=list)
    """(speaker, text); speakers are `user`, `agent` and, for calls and results, `tool`."""
    results: list[str] = field(default_factory=list)
    """What the user's own operations returned."""

    @property
    def conversation(self) -> list[tuple[str, str]]:
        """What user and agent said to each other."""
        return [(speaker, text) for speaker, text in self.talk if speaker != "tool"]


def rehearse(
    domain: Domain,
    truth: TaskTruth,
    plan: Iterable[str | Call] | None = None,
    user: User | None = None,
) -> Rehearsal:
    """Play `plan` (default: the task's own) until it ends or the user has left."""
    user = user or ScriptedUser()
    played = Rehearsal(open_world(domain, truth.seed), open_world(domain, truth.seed))
    played.talk.append(("user", user.open(truth.script, played.memory)))
    for turn, step in enumerate(truth.plan if plan is None else plan, 1):
        if not isinstance(step, str):
            _call(played, step[0], step[1], turn, "")
            continue
        played.talk.append(("agent", step))

        def hands(name: str, arguments: Mapping[str, Any], turn: int = turn) -> str:
            result = _call(played, name, arguments, turn, "user")
            played.results.append(result)
            return result

        reply = user.reply(truth.script, played.memory, step, hands, turn)
        if reply is None:
            break
        played.talk.append(("user", reply))
    return played


def scored(truth: TaskTruth, played: Rehearsal, find: Callable[..., Sequence[str]]) -> Score:
    """Grade a rehearsal; `find` is the domain's entry in `BREACHES`."""
    ledger = Ledger(entry for entry in played.ledger if entry.agent != "user")
    return score(
        truth,
        ledger,
        digest=played.world.digest(),
        said=[text for speaker, text in played.talk if speaker == "agent"],
        user_turns=played.memory.turns,
        breaches=find(played.before.db, played.world.db, ledger, played.memory.log),
        desk=True,
        refused=any(exchange.refused for exchange in played.memory.log),
    )


def _call(played: Rehearsal, name: str, arguments: Mapping[str, Any], turn: int, agent: str) -> str:
    result = error = None
    try:
        value = played.world.call(name, arguments)
        result = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    except DomainError as refused:
        error = str(refused)
    entry = Entry(
        turn=turn, tool=name, arguments=dict(arguments), result=result, error=error, agent=agent
    )
    played.ledger.append(entry)
    shown = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    played.talk.append(("tool", f"{name}({shown}) -> {result or error}"))
    return result or error or ""
