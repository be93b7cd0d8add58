"""The final answer in a conversation, so that answers of several trials can be compared.

It is the last tool call of the last assistant message, or that message's text where it calls
nothing. Case and white space do not count.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..envs.core import Message, text_in

CUT_SHORT = frozenset({"out_of_turns", "out_of_tool_calls", "out_of_time", "no_answer"})
"""Outcomes of episodes that ended before an answer was given."""
NO_ANSWER = CUT_SHORT | {"format_error"}
"""Outcomes with which there is no answer that could be counted."""

_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)\s*>", re.IGNORECASE)


def after_thinking(text: str) -> str | None:
    """What follows the last tag that closes a thought; None where there is no such tag."""
    ends = [match.end() for match in _THOUGHT.finditer(text)]
    return text[ends[-1] :].strip() if ends else None


def final_answer(messages: Iterable[Message], argument: str | None = None) -> str | None:
    """The final answer, normalised: equal texts are equal answers.

    Args:
        messages: a conversation, or a part of it.
        argument: compare this argument of the final tool call only, where it has it.

    Returns:
        None where the agent said nothing, or nothing that could be read.
    """
    last = None
    for message in messages:
        if message["role"] == "assistant":
            last = message
    if last is None or last.get("parse_error"):
        return None
    calls = last.get("tool_calls")
    if not calls:
        text = text_in(last)
        after = after_thinking(text)
        return _text(text if after is None else after) or None
    function = calls[-1]["function"]
    arguments: Any = function["arguments"]
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            return None
    if argument is not None and isinstance(arguments, Mapping) and argument in arguments:
        return json.dumps(_plain(arguments[argument]), sort_keys=True)
    return f"{function['name']} {json.dumps(_plain(arguments), sort_keys=True)}"


def calls_of(messages: Iterable[Message]) -> int:
    """How many tool calls the agent made."""
    return sum(len(m.get("tool_calls") or ()) for m in messages if m["role"] == "assistant")


def most_common(answers: Sequence[str | None]) -> list[int]:
    """Where the most common answer stands; of equally common ones, the one met first."""
    votes = Counter(answer for answer in answers if answer is not None)
    if not votes:
        return []
    winner = votes.most_common(1)[0][0]
    return [index for index, answer in enumerate(answers) if answer == winner]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _text(text: str) -> str:
    return " ".join(text.casefold().split())
