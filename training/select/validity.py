"""Whether the form of a conversation is one to learn from: the first of AgentScaler's filters."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

from ...envs.core import Entry, Message, images_in, text_in
from .conversations import arguments_of, simplified

LONGEST_LOOP = 10
"""A loop of more turns than this is not looked for."""


def problem(
    messages: Sequence[Message], ledger: Sequence[Entry], tools: Collection[str], times: int
) -> str | None:
    """What is wrong with a conversation, or None.

    Args:
        messages: the conversation.
        ledger: what the environment recorded of it.
        tools: the names of the environment's tools.
        times: so many equal rounds in a row are a loop.
    """
    if any(entry.malformed for entry in ledger):
        return "a format error"
    checks: tuple[Callable[[], str | None], ...] = (
        lambda: _ill_formed(messages, tools),
        lambda: _out_of_turn(messages),
        lambda: _unpaired(messages),
        lambda: "a repetition loop" if _loops(messages, times) else None,
    )
    return next((found for check in checks if (found := check())), None)


def _ill_formed(messages: Sequence[Message], tools: Collection[str]) -> str | None:
    for message in messages:
        if message.get("parse_error"):
            return "a format error"
        if not isinstance(message["content"], str | None) and not images_in(message):
            return "a message whose content is no text and no image"
        calls = message.get("tool_calls") or ()
        if message["role"] != "assistant":
            if calls:
                return "a tool call that is not the agent's"
            continue
        if not calls and not text_in(message).strip():
            return "an empty reply"
        for call in calls:
            if call["function"]["name"] not in tools:
                return "a call of an unknown tool"
            if not isinstance(arguments_of(call), Mapping):
                return "a call whose arguments are no mapping"
    return None


def _out_of_turn(messages: Sequence[Message]) -> str | None:
    """Opening, then by turns the agent and what it observes (results, or one user message)."""
    roles = [message["role"] for message in messages]
    if "assistant" not in roles:
        return "the agent says nothing"
    start = roles.index("assistant")
    if "user" not in roles[:start]:
        return "the agent speaks before the user"
    if "tool" in roles[:start] or "system" in roles[start:]:
        return "a message out of place"
    for before, after in pairwise(roles[start:]):
        if before == after and before in ("assistant", "user"):
            return f"two {before} messages in a row"
        if (before, after) == ("user", "tool"):
            return "a message out of place"
    return None


def _unpaired(messages: Sequence[Message]) -> str | None:
    """Each call is answered once, right after the message that makes it."""
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            answered = message.get("tool_call_id", "")
            if answered not in waiting:
                return "a result without its call"
            waiting.remove(answered)
        elif waiting:
            break
        else:
            waiting = [call["id"] for call in message.get("tool_calls") or ()]
            if len(set(waiting)) < len(waiting):
                return "two calls of one message with the same id"
    return "a call without its result" if waiting else None


def _loops(messages: Sequence[Message], times: int) -> bool:
    """Whether some actions with their answers come `times` times in a row."""
    turns: list[str] = []
    for message in messages:
        text = json.dumps(simplified(message), sort_keys=True)
        if message["role"] == "assistant":
            turns.append(text)
        elif turns:  # an answer belongs to the action before it
            turns[-1] += text
    for length in range(1, min(LONGEST_LOOP, len(turns) // times) + 1):
        run = 0  # how many turns in a row equal the one `length` before
        for turn, later in zip(turns, turns[length:], strict=False):
            run = run + 1 if turn == later else 0
            if run >= length * (times - 1):
                return True
    return False
