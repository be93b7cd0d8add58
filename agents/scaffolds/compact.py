"""`compact(context=N,by=drop|summary):AGENT` keeps a long episode inside a context of N tokens.

`drop` replaces the oldest tool results by a line that says what stood there and how to get it
again. `summary` replaces the oldest turns by notes that a model takes of them; notes are extended,
not written anew, so most of the conversation stays the same from turn to turn.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...envs.core import Message, UsageError, check_among, check_between, user
from ..base import CONTEXT_FULL, Agent, Reply
from .base import Place, Player, Scaffold, Turn, head_of, helper
from .gauge import Gauge
from .notes import Notes
from .rounds import Dropped, begin_of_work, round_starts, with_notes, without_rounds

__all__ = ["Compact"]

WAYS = ("drop", "summary")
_KEPT = 3
"""Rounds at the end that stay as they are."""
_REPLY = 2_048
"""Tokens that are left for a reply where the agent does not say how long it may be."""
_FULL, _LOW = 0.95, 0.6
"""Shares of the room: above the first the conversation is made shorter, to below the second."""
_HARDER = 0.75
"""What is left of the room each time that the agent says its context is full."""
_ATTEMPTS = 6


class Compact(Scaffold):
    """Keeps the conversation of its agent inside a context.

    Args:
        agent: who is asked.
        context: tokens of prompt and reply together.
        by: `drop` (the oldest tool results) or `summary` (the oldest turns).
        model: who takes the notes of a summary. Default: the agent itself.

    Raises:
        UsageError: an option is out of range, or nobody can take notes.
    """

    def __init__(
        self, agent: Agent, context: int = 32_000, by: str = "drop", model: Agent | None = None
    ) -> None:
        check_between("context", context, 500, 100_000_000)
        check_among("by", by, WAYS)
        if model is not None and by != "summary":
            raise UsageError("compact: model= is for by=summary")
        self.context = context
        self.writer = helper(model, agent, "model") if by == "summary" else None
        self.episodes = self.compacted = self.dropped = self.characters = self.summed = 0
        named = {
            "context": context,
            "by": by if by != "drop" else None,
            "model": None if model is None else model.uri,
        }
        super().__init__(agent, head_of("compact", named), [self.writer] if self.writer else [])

    def player(self, place: Place) -> Agent:
        return _Compacting(self, place)

    def remarks(self) -> list[str]:
        done = f"{self.compacted:,} of {self.episodes:,} episodes were compacted"
        if self.writer is not None:
            done += f": {self.summed:,} turns became notes"
        else:
            done += f": {self.dropped:,} tool results dropped ({self.characters:,} characters)"
        return [done, *super().remarks()]


class _Compacting(Player):
    def __init__(self, scaffold: Compact, place: Place) -> None:
        self._scaffold = scaffold
        self._player = place.sit(scaffold.agent)
        self._gauge = Gauge(scaffold.agent)
        reply = self._gauge.max_tokens or _REPLY
        self._room = scaffold.context - min(reply, scaffold.context // 4)
        self._dropped = Dropped(place.env)
        self._notes = Notes(scaffold.writer) if scaffold.writer else None
        self._removed = 0  # where the conversation goes on after rounds that were dropped whole
        self._asked_again = 0
        self._counted = self._compacted = False
        self._told = (0, 0, 0)  # what the scaffold has heard of this episode

    async def answer(self, turn: Turn) -> Reply:
        sent = await self._shortened(turn, _KEPT)
        reply = await turn.ask(self._player, sent)
        keep = _KEPT
        for _ in range(_ATTEMPTS):
            if reply.finish != CONTEXT_FULL:
                break
            self._room = int(min(self._room, self._gauge.tokens(sent, turn.tools)) * _HARDER)
            shorter = sent
            while shorter == sent and keep > 0:
                shorter = await self._shortened(turn, keep, harder=True)
                keep -= shorter == sent
            if shorter == sent:
                break
            sent = shorter
            self._asked_again += 1
            reply = await turn.ask(self._player, sent)
        self._gauge.learn(sent, turn.tools, reply.usage)
        self._tell()
        done = self._done(turn.messages)
        return msgspec.structs.replace(reply, notes={**reply.notes, **done}) if done else reply

    async def _shortened(self, turn: Turn, keep: int, *, harder: bool = False) -> list[Message]:
        """The conversation as the agent is to see it."""
        view = self._view(turn.messages)
        if self._fits(turn, view, _FULL):
            return view
        if self._notes is not None:
            await self._sum_up(turn, self._notes, keep)
        if self._notes is None or harder:
            self._drop(turn, keep)
        return self._view(turn.messages)

    def _drop(self, turn: Turn, keep: int) -> None:
        """Drop the oldest results; where that is not enough, whole rounds, without a trace."""
        self._dropped.drop(
            turn.messages, keep, lambda each: self._fits(turn, self._noted(each), _LOW)
        )
        if self._fits(turn, self._view(turn.messages), _FULL) or self._notes is not None:
            return
        for end in _ends(turn.messages, self._removed, keep):
            self._removed = end
            if self._fits(turn, self._view(turn.messages), _LOW):
                break

    def _view(self, messages: Sequence[Message]) -> list[Message]:
        return self._noted(self._dropped.view(messages))

    def _noted(self, messages: Sequence[Message]) -> list[Message]:
        """A conversation with notes in place of the turns that they cover."""
        if self._notes is None:
            return without_rounds(messages, self._removed)
        return with_notes(messages, self._notes.upto, self._notes.text)

    def _fits(self, turn: Turn, messages: Sequence[Message], share: float) -> bool:
        return self._gauge.tokens(messages, turn.tools) <= self._room * share

    async def _sum_up(self, turn: Turn, notes: Notes, keep: int) -> None:
        """Turn the oldest rounds into notes, as many as it takes."""
        words = max(40, self._room // 16)  # what one summary may add
        begin = upto = notes.upto
        for upto in _ends(turn.messages, begin, keep):
            expected = f"{notes.text} {'word ' * words}"
            if self._fits(turn, with_notes(turn.messages, upto, expected), _LOW):
                break
        if upto > begin:
            await notes.extend(turn, upto, words, most=2 * self._room)
        longest = self._room // 4
        if self._gauge.tokens([user(notes.text)], ()) > longest:
            await notes.shorten(turn, longest // 2)

    def _done(self, messages: Sequence[Message]) -> dict[str, object]:
        """What was done so far, for the episode's notes."""
        again = {"asked_again": self._asked_again} if self._asked_again else {}
        done: dict[str, int] = {}
        notes: dict[str, object] = {}
        if self._notes is not None and self._notes.times:
            done = {"summaries": self._notes.times, "turns": self._notes.rounds}
            notes = {"summary": self._notes.text}
        if len(self._dropped):
            done |= {"results": len(self._dropped), "characters": self._dropped.characters}
        removed = sum(at < self._removed for at in round_starts(messages))
        done |= {"turns": removed} if removed else {}
        done |= again
        return {"compact": done, **notes} if done else {}

    def _tell(self) -> None:
        """Add what this turn did to what the scaffold says of the whole run."""
        scaffold = self._scaffold
        rounds = self._notes.rounds if self._notes else 0
        now = (len(self._dropped), self._dropped.characters, rounds)
        results, characters, summed = (new - old for new, old in zip(now, self._told, strict=True))
        scaffold.dropped += results
        scaffold.characters += characters
        scaffold.summed += summed
        scaffold.episodes += not self._counted
        scaffold.compacted += any(now) and not self._compacted
        self._counted, self._compacted, self._told = True, any(now), now


def _ends(messages: Sequence[Message], after: int, keep: int) -> list[int]:
    """Where rounds end that may go, beyond an index; the last few stay."""
    starts = round_starts(messages)
    beyond = max(after, begin_of_work(messages))
    return [at for at in starts[: len(starts) - keep + 1] if at > beyond]
