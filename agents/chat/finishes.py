"""Why replies end: what a finish reason says of whose doing it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...envs.core import Message
from ...envs.core.thoughts import UNFINISHED
from ..base import InfrastructureError
from ..secrets import hide

_BROKEN_OFF = frozenset(
    {"abort", "aborted", "cancelled", "error", "insufficient_system_resource", "network_error",
     "server_error", "timeout", "unknown_error"}
)  # fmt: skip
"""Reasons that are the server's: what came before them is no reply."""
_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "MAX_TOKENS", "incomplete"})


def check_finish(choice: Mapping[str, Any]) -> None:
    """Check that a choice was not broken off by the server.

    Raises:
        InfrastructureError: it was.
    """
    error = choice.get("error")
    finish = str(choice.get("finish_reason") or "").lower()
    if error or finish in _BROKEN_OFF:
        why = f": {hide(str(error))[:300]}" if error else ""
        raise InfrastructureError(f"the server broke the reply off ({finish or 'error'}){why}")


def check_calls(choice: Mapping[str, Any], finish: str) -> None:
    """Check that a reply which is said to call tools calls some.

    Raises:
        InfrastructureError: it calls none, and says nothing either.
    """
    turn = choice.get("message") or {}
    says = any(turn.get(name) for name in ("content", "tool_calls", "function_call", "refusal"))
    if finish in ("tool_calls", "function_call") and not says:
        raise InfrastructureError("the reply is said to call tools, and holds no call")


def mark_unfinished(message: Message, finish: str) -> Message:
    """A reply that was cut off while the model still thought says so, and nothing else."""
    silent = not message["content"] and not message.get("tool_calls")
    if silent and finish in _CUT and message.get("thoughts"):
        message["parse_error"] = UNFINISHED
    return message
