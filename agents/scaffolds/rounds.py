"""A conversation in rounds, and the two ways to make it shorter: drop results, or sum up rounds.

A round is an assistant message and all that answers it. What comes before the first round is the
task, which is never touched; neither are the last few rounds. Whatever is left is whole: every tool
result still answers its call, and assistant messages stay as they came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...envs.core import Message, ToolEnv, text_in, user
from .text import said

__all__ = ["Dropped", "begin_of_work", "round_starts", "with_notes", "without_rounds"]

_SHORTEST = 400
"""Characters of a result that is worth dropping."""
_CALLED = 120
"""Characters of a call that a notice shows."""
_AGAIN = "If you still need it, call the tool again with the same arguments."
_DONE = "The call was carried out. Do not repeat it just to see the result."
_REMOVED = "[The first {count:,} turns of this work were removed to save space.]"
_NOTES = (
    "[The earlier part of this conversation was removed to save space. These notes were taken from "
    "it.]\n\n{notes}"
)


def round_starts(messages: Sequence[Message]) -> list[int]:
    """Where each round begins."""
    return [index for index, message in enumerate(messages) if message["role"] == "assistant"]


def begin_of_work(messages: Sequence[Message]) -> int:
    """Where the first round begins."""
    return next(iter(round_starts(messages)), len(messages))


def with_notes(messages: Sequence[Message], upto: int, notes: str) -> list[Message]:
    """The task, notes on the rounds up to an index, and the messages from there on."""
    begin = begin_of_work(messages)
    if upto <= begin:
        return list(messages)
    return [*messages[:begin], user(_NOTES.format(notes=notes)), *messages[upto:]]


def without_rounds(messages: Sequence[Message], upto: int) -> list[Message]:
    """The task, a line that says how many turns are gone, and the messages from an index on."""
    begin = begin_of_work(messages)
    if upto <= begin:
        return list(messages)
    count = sum(begin <= at < upto for at in round_starts(messages))
    return [*messages[:begin], user(_REMOVED.format(count=count)), *messages[upto:]]


class Dropped:
    """The tool results of one conversation that were dropped; once dropped, they stay so.

    Args:
        env: says which tools change something, if it is one of ours.
    """

    def __init__(self, env: Any = None) -> None:
        self._tools = env.action_space.tools if isinstance(env, ToolEnv) else {}  # type: ignore[attr-defined]
        self._notices: dict[int, Message] = {}
        self.characters = 0

    def __len__(self) -> int:
        return len(self._notices)

    def view(self, messages: Sequence[Message]) -> list[Message]:
        """A conversation with short notices in place of the results."""
        return [self._notices.get(index, message) for index, message in enumerate(messages)]

    def drop(
        self, messages: Sequence[Message], keep: int, fits: Callable[[list[Message]], bool]
    ) -> bool:
        """Drop the oldest results until the conversation fits.

        Args:
            keep: how many of the last rounds stay whole.
            fits: says of a conversation whether it is short enough.

        Returns:
            whether anything was dropped.
        """
        starts = round_starts(messages)
        end = starts[-keep] if len(starts) >= keep else 0
        before = len(self)
        calls = {
            call["id"]: call for message in messages for call in message.get("tool_calls") or ()
        }
        for index in range(end):
            message = messages[index]
            length = len(text_in(message))
            if message["role"] != "tool" or index in self._notices or length < _SHORTEST:
                continue
            if fits(self.view(messages)):
                break
            call = calls.get(message.get("tool_call_id", ""))
            notice = self._notice(length, call, message.get("name", ""))
            self._notices[index] = {**message, "content": notice}
            self.characters += length - len(notice)
        return len(self) > before

    def _notice(self, length: int, call: Any, name: str) -> str:
        shown = said({"role": "assistant", "content": None, "tool_calls": [call]}) if call else name
        shown = shown if len(shown) <= _CALLED else f"{shown[:_CALLED]}..."
        tool = self._tools.get(name)
        after = _DONE if tool is not None and tool.writes else _AGAIN
        return f"[Removed to save space: {length:,} characters returned by {shown}. {after}]"
