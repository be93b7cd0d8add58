"""Notes that a model takes of the older turns of a conversation; they grow from time to time."""

from __future__ import annotations

from collections.abc import Sequence

from ...envs.core import Message, system, text_in, user
from ..base import Agent
from ..seeds import of_sample
from .base import Turn
from .rounds import begin_of_work, round_starts
from .text import said, shown, without_thoughts

__all__ = ["Notes"]

_TAKE = (
    "You keep notes for a colleague who is working on the task below and can no longer see the "
    "earlier part of the work. You are given the notes so far, if there are any, and the messages "
    "that follow them. Write down what these messages add: what was found out, with exact names, "
    "numbers, identifiers and addresses; what was done and whether it worked; what was ruled out; "
    "and what is still to be done. Record only what the messages say, and do not repeat what the "
    "notes already contain. Be brief, with one point on a line and at most {words:,} words in all. "
    "Reply with the new notes and nothing else."
)
_SHORTEN = (
    "The notes below, on work that a colleague has done so far, have become too long. Rewrite them "
    "in at most {words:,} words. Keep everything that the task may still depend on, with exact "
    "names, numbers, identifiers and addresses, and leave out what no longer matters. Reply with "
    "the notes and nothing else."
)
_TASK, _SO_FAR, _MESSAGES = "# Task", "# Notes so far", "# Messages"
_CALLS = "Calls made: {calls}."
"""What is noted where the model says nothing."""
_WIDE = 12
"""Characters of a word, at most: notes that are much longer than was asked for are cut."""


class Notes:
    """The notes on one episode.

    Args:
        writer: the model that takes them.

    Attributes:
        text: the notes.
        upto: the index of the first message that they do not cover.
        times: how often they were extended.
        rounds: how many rounds they cover.
    """

    def __init__(self, writer: Agent) -> None:
        self._writer = writer
        self.text = ""
        self.upto = self.times = self.rounds = 0

    async def extend(self, turn: Turn, upto: int, words: int, most: int) -> None:
        """Have notes taken of the messages up to an index, and add them to the others.

        Args:
            turn: whose messages.
            upto: the first message that stays.
            words: of the notes that are added, at most.
            most: characters of these messages that the writer reads; longer texts are cut.

        Raises:
            InfrastructureError: nobody answered, in spite of retries.
        """
        begin = max(self.upto, begin_of_work(turn.messages))
        part = turn.messages[begin:upto]
        about = [f"{_TASK}\n\n{shown(turn.messages[: begin_of_work(turn.messages)])}"]
        about += [f"{_SO_FAR}\n\n{self.text}"] if self.text else []
        about += [f"{_MESSAGES}\n\n{shown([_cut(each, most // len(part)) for each in part])}"]
        added = await self._written(turn, _TAKE.format(words=words), "\n\n".join(about))
        added = _cut_text(added, words * _WIDE) or _CALLS.format(
            calls="; ".join(_calls(part)) or "none"
        )
        self.text = f"{self.text}\n{added}" if self.text else added
        self.upto = upto
        self.times += 1
        self.rounds += len(round_starts(part))

    async def shorten(self, turn: Turn, words: int) -> None:
        """Have the notes rewritten; where that makes them no shorter, the oldest half goes.

        Raises:
            InfrastructureError: nobody answered, in spite of retries.
        """
        task = shown(turn.messages[: begin_of_work(turn.messages)])
        about = f"{_TASK}\n\n{task}\n\n{_SO_FAR}\n\n{self.text}"
        shorter = await self._written(turn, _SHORTEN.format(words=words), about)
        if not shorter or len(shorter) > 0.9 * len(self.text):
            lines = self.text.splitlines()
            shorter = "\n".join(lines[len(lines) // 2 :])[-len(self.text) // 2 :]
        self.text = shorter

    async def _written(self, turn: Turn, rules: str, about: str) -> str:
        seed = of_sample(turn.seed, self.times, "notes")
        reply = await turn.meter.ask(self._writer, [system(rules), user(about)], seed=seed)
        return "" if reply.stop else without_thoughts(text_in(reply.message)).strip()


def _cut(message: Message, most: int) -> Message:
    """A message whose text has at most this number of characters, if all of them are long."""
    text, most = text_in(message), max(most, 500)
    return message if len(text) <= most else {**message, "content": _cut_text(text, most)}


def _cut_text(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [cut]"


def _calls(messages: Sequence[Message]) -> list[str]:
    """The calls of some messages, each cut to a line."""
    calls = [call for message in messages for call in message.get("tool_calls") or ()]
    lines = [said({"role": "assistant", "content": None, "tool_calls": [call]}) for call in calls]
    return [line if len(line) <= 120 else f"{line[:120]}..." for line in lines]
