"""What a provider looks at before its model reads a request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .chat import Chat
from .dialects import Defect, Dialect, Refusal, Turns

_WRONG = Refusal(400, '{"error": {"message": <found>, "type": "invalid_request_error"}}')


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a provider does not answer a request: in a word, and as it says it."""

    why: str
    refusal: Refusal
    body: bytes


def objection_of(
    api: Chat, request: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]
) -> tuple[Objection | None, list[Defect]]:
    """Examine a request as the provider does.

    Args:
        api: the API that it came through.
        request: the body.
        messages: its conversation, in the form of Chat Completions.

    Returns:
        The first thing that the provider refuses, and all that is wrong with the turns, also what
        it lets pass in silence.
    """
    dialect = api.dialect
    assert dialect is not None
    if dialect.no_seed and not dialect.seed and api.seed(request) is not None:
        return _refused("a seed", dialect.no_seed), []
    if dialect.no_system and not dialect.system and _has_system(messages):
        return _refused("a system role", dialect.no_system), []
    wrong = api.objection(request) or _structure(dialect, messages)
    if wrong:
        return _refused(wrong, _WRONG, found=json.dumps(wrong)), []
    if not api.thinks(request):
        return None, []
    found = Turns(dialect, messages).defects()
    # A server that ignores fields which it does not know finds nothing wrong with them.
    defects = [each for each in found if each.kind != "foreign" or not dialect.lenient]
    for defect in defects:
        unknown = defect.kind == "foreign"
        refusal = dialect.foreign if unknown else None if dialect.silent else dialect.lacking
        if refusal is not None:
            about = {"at": defect.at, "field": defect.field, "found": defect.found}
            return _refused(f"{defect.kind} {defect.field}", refusal, **about), defects
    return None, defects


def _refused(why: str, refusal: Refusal, **values: object) -> Objection:
    return Objection(why, refusal, refusal.filled(**values))


def _has_system(messages: Sequence[Mapping[str, Any]]) -> bool:
    return any(message["role"] in ("system", "developer") for message in messages)


def _structure(dialect: Dialect, messages: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the order of a conversation."""
    if dialect.alternates:
        roles = [m["role"] for m in messages]
        if any(role != ("user", "assistant")[i % 2] for i, role in enumerate(roles)):
            return "Conversation roles must alternate user/assistant/user/assistant/..."
    waiting: list[str] = []
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return f"messages[{at}]: the tool result names no call of the turn before it"
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return f"messages[{at}]: tool calls without results: {', '.join(waiting)}"
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
    return f"tool calls without results: {', '.join(waiting)}" if waiting else ""
