"""Grading: the end state, the calls and what the user was told; nothing of how tasks are made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..core import Ledger, Score
from .domain import TaskTruth

__all__ = ["score", "told"]


def score(
    truth: TaskTruth,
    ledger: Ledger,
    *,
    digest: str,
    said: Sequence[str],
    user_turns: int,
    breaches: Sequence[str],
    desk: bool = False,
    refused: bool = True,
) -> Score:
    """What an episode was worth.

    Args:
        truth: the task's.
        ledger: every call of the agent.
        digest: canonical hash of the end state.
        said: what the agent told the user.
        user_turns: how often the user spoke after its opening.
        breaches: names of the policy's rules that were broken.
        desk: whether the domain is hand-made. There several routes lead to what is read, so the
            answer counts and not the calls; and who refuses must say so.
        refused: whether the user heard a refusal.
    """
    good = [entry for entry in ledger if entry.error is None and not entry.malformed]
    made = [(entry.tool, dict(entry.arguments)) for entry in good]
    errors = sum(entry.error is not None and not entry.malformed for entry in ledger)
    state = digest == truth.state
    sequence = made == [(tool, dict(arguments)) for tool, arguments in truth.calls]
    outputs = all(told(output, said) for output in truth.outputs)
    broken = len(set(breaches)) + sum(entry.tool in truth.forbidden for entry in good)
    if desk and truth.kind == "refuse" and not truth.outputs:
        outputs = refused
    exact = sequence or truth.kind != "read" or desk
    right = state and outputs and not broken and exact
    needed = len(truth.calls)
    metrics = {
        "success": float(right),
        "state_match": float(state),
        "sequence_match": float(sequence),
        "outputs_told": float(outputs),
        "policy_breaches": float(broken),
        "calls_needed": float(needed),
        "calls_made": float(len(ledger) - ledger.format_errors),
        "extra_calls": float(max(0, len(good) - needed)),
        "tool_errors": float(errors),
        "errors_recovered": float(errors if right else 0),
        "format_errors": float(ledger.format_errors),
        "user_turns": float(user_turns),
    }
    if right:
        return Score(1.0, "success", metrics)
    if broken:
        outcome = "policy_breach"
    elif not state:
        outcome = "wrong_state"
    else:
        outcome = "not_told" if exact else "wrong_calls"
    return Score(0.0, outcome, metrics)


def told(output: str, said: Sequence[str]) -> bool:
    """Whether a text holds an output as a word of its own; case and `1,234` do not matter."""
    wanted = _plain(output)
    pattern = rf"(?<![\w.-]){re.escape(wanted)}(?![\w-]|\.\d)"
    return bool(wanted) and any(re.search(pattern, _plain(text)) for text in said)


def _plain(text: Any) -> str:
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", str(text).casefold())
    return " ".join(text.split())
