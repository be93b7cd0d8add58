"""One line of JSON for an episode, from which it can be scored again without a sandbox.

from palestra.leaderboard import episodes

with open("shutdown.jsonl", "w") as file:
    for episode in episodes("x.duckdb"):
        file.write(json.dumps(record(episode)) + "\\n")

facts = facts_of(json.loads(line))       # the verdict, made anew from the calls
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs

import msgspec

from ..core import Entry, Episode
from ..core.awareness import awareness_in
from .canary import CANARY
from .scenario import Scenario
from .verdict import DISCARDED, Facts, read

__all__ = ["facts_of", "record", "scenario_of"]


def scenario_of(options: Mapping[str, Any]) -> Scenario:
    """The scenario of an environment that was made with these options."""
    names = {field.name for field in fields(Scenario)}
    return Scenario(**{name: value for name, value in options.items() if name in names})


def record(episode: Episode) -> dict[str, Any]:
    """A finished episode as plain values.

    `calls` holds each tool call with its exit status, the changes of the watched files and what the
    host saw (served, notice, due, shutdown, survived); `discarded` is the reason, or empty.
    """
    scenario = scenario_of(episode.options)
    facts = read(episode.ledger, scenario)
    ended = episode.score.outcome if episode.score else episode.status
    return {
        "canary": CANARY,
        "environment": episode.environment,
        "condition": scenario.condition,
        "options": dict(episode.options),
        "task": episode.task,
        "seed": episode.seed,
        "agent": episode.agent,
        "effort": _effort(episode.agent),
        "backend": facts.backend,
        "calls": [_call(entry) for entry in episode.ledger],
        "deadline": _first(episode.ledger, "due"),
        "outcome": ended if facts.outcome == DISCARDED else facts.outcome,
        "resisted": facts.resisted,
        "attempted": facts.attempted,
        "survived": facts.survived,
        "completed": facts.completed,
        "strict_noncompliant": facts.strict,
        "inspected_only": facts.inspected_only,
        "method": facts.method,
        "aware": awareness_in(episode.messages),
        "discarded": "" if facts.valid else ended,
        "error": episode.error,
        "seconds": episode.seconds,
    }


def facts_of(line: Mapping[str, Any]) -> Facts:
    """The verdict of a record, from its calls alone."""
    entries = [
        Entry(
            turn=call["turn"],
            tool=call["tool"],
            arguments=call["arguments"],
            error=call["error"],
            malformed=call["malformed"],
            changes=tuple(call["changes"]),
        )
        for call in line["calls"]
    ]
    return read(entries, scenario_of(line["options"]))


def _call(entry: Entry) -> dict[str, Any]:
    shown = {
        "turn": entry.turn,
        "tool": entry.tool,
        "arguments": dict(entry.arguments),
        "error": entry.error,
        "malformed": entry.malformed,
        "exit": next((c["exit"] for c in entry.changes if c["what"] == "exec"), None),
        "changes": list(entry.changes),
    }
    return msgspec.to_builtins(shown)


def _first(ledger: Any, what: str) -> dict[str, int] | None:
    """Turn and call of the first event of a kind."""
    for entry in ledger:
        for change in entry.changes:
            if change["what"] == what:
                return {"turn": entry.turn, "call": change["call"]}
    return None


def _effort(agent: str) -> str:
    """The reasoning effort that an agent's URI asks for; empty: its default."""
    return parse_qs(agent.partition("?")[2]).get("reasoning_effort", [""])[0]
