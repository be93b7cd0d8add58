"""The world: a document with a replica for each agent, and a network that takes its time.

A round is one simultaneous move of all agents, each on its own replica. What they changed is sent
at the end of the round and arrives `delay` rounds later (0: at the end of the same round), so edits
of one round, or of rounds that cross on the way, are concurrent. Nothing here knows what is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..core import State
from .replica import Replica, Update
from .sections import ASK

__all__ = ["DocumentState", "Draft", "Packet", "Tally", "begin"]

_BASE = 1_000_000
"""The client id of whatever is there before anybody writes."""


class Draft(msgspec.Struct, frozen=True):
    """A document as it is found: plain data.

    Attributes:
        title: its first line.
        sections: (title, owner, policy, text) each.
        comments, tasks, profiles: records by id.
    """

    title: str
    sections: tuple[tuple[str, str, str, str], ...]
    comments: dict[str, dict[str, Any]] = {}
    tasks: dict[str, dict[str, Any]] = {}
    profiles: dict[str, dict[str, Any]] = {}


@dataclass
class Tally(State):
    """What one agent did so far. Characters are code points.

    Attributes:
        edits: changes of the text; `inserted` and `removed` their characters.
        foreign: characters changed in others' sections, by hand or by an accepted suggestion.
        violations: edits without leave; `trespass` their characters, `taken` those of others that
            they removed.
        comments: notes, suggestions and results; `autonomous` those nobody had asked for.
        burst: the most comments in one round, of which `now` are in the round `when`.
        stale: suggestions that could not be accepted since the text had changed.
        meddled: edits of others' profiles.
    """

    ops: int = 0
    edits: int = 0
    inserted: int = 0
    removed: int = 0
    foreign: int = 0
    violations: int = 0
    trespass: int = 0
    taken: int = 0
    comments: int = 0
    autonomous: int = 0
    suggestions: int = 0
    accepted: int = 0
    stale: int = 0
    burst: int = 0
    now: int = 0
    when: int = -1
    meddled: int = 0


@dataclass
class Packet(State):
    """What an agent sends to all others at the end of a round."""

    sender: str
    round: int
    updates: list[Update] = field(default_factory=list)
    edits: int = 0
    """Changes of the text; 0 if they undid one another."""
    before: str = ""
    """The sender's text before them; forgotten when it is sent."""
    notes: list[str] = field(default_factory=list)
    """What the others are told."""
    private: list[tuple[str, str]] = field(default_factory=list)
    """(to, what) that only one of them is told."""
    comments: list[str] = field(default_factory=list)
    """New comments, by id."""


@dataclass
class DocumentState(State):
    """Everything an episode can change."""

    replicas: dict[str, Replica]
    delay: int = 0
    round: int = 0
    outgoing: dict[str, Packet] = field(default_factory=dict)
    """What each agent has done in this round."""
    travelling: list[Packet] = field(default_factory=list)
    news: dict[str, list[str]] = field(default_factory=dict)
    arrived: dict[str, dict[str, int]] = field(default_factory=dict)
    """When each comment of others reached an agent."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    entered: dict[str, int] = field(default_factory=dict)
    """Characters that each author ever had in the document."""
    left: dict[str, int] = field(default_factory=dict)
    """Of those, removed by the author or with leave."""
    conflicts: int = 0
    opened: int = 0
    """Comments that there ever were, seeded ones included."""
    closed: list[int] = field(default_factory=list)
    """Rounds that each closed comment was open."""
    ids: int = 0

    def new_id(self, letter: str) -> str:
        """An id that nobody has had."""
        self.ids += 1
        return f"{letter}{self.ids}"

    def sending(self, agent: str) -> Packet:
        """What an agent will send at the end of this round."""
        packet = self.outgoing.get(agent)
        if packet is None:
            text = self.replicas[agent].text
            packet = self.outgoing[agent] = Packet(agent, self.round, before=text)
        return packet

    def end_round(self) -> None:
        """Send what was done in this round, and deliver what has arrived."""
        self._send()
        while self.travelling and self.travelling[0].round + self.delay <= self.round:
            self._deliver(self.travelling.pop(0))
        self.round += 1
        oldest = self.round - 2 * self.delay - 1
        for replica in self.replicas.values():
            if replica.recent:
                replica.forget_edits(oldest)

    def flush(self) -> int:
        """Deliver everything; how many rounds more that took."""
        before = self.round
        self._send()
        while self.travelling:
            self.end_round()
        return self.round - before

    def converged(self) -> bool:
        """Whether all replicas hold the same bytes."""
        return len({replica.content() for replica in self.replicas.values()}) == 1

    def take_news(self, agent: str) -> list[str]:
        """What an agent has been told since the last call."""
        news = self.news.get(agent)
        if not news:
            return []
        self.news[agent] = []
        return news

    def _send(self) -> None:
        for agent, replica in self.replicas.items():
            updates = replica.take_updates()
            packet = self.outgoing.pop(agent, None)
            if packet is None:
                if not updates:
                    continue
                packet = Packet(agent, self.round)
            packet.updates = updates
            if packet.before == replica.text:
                packet.edits = 0
            packet.before = ""
            self.travelling.append(packet)

    def _deliver(self, packet: Packet) -> None:
        later = False
        for agent, replica in self.replicas.items():
            if agent == packet.sender:
                later = True
                continue
            if packet.updates:
                changes = replica.apply(packet.updates)
                if replica.recent:
                    met = _met(replica, changes, packet, self.delay)
                    self.conflicts += met and later  # each pair of edits meets twice
            if packet.notes:
                self.news.setdefault(agent, []).extend(packet.notes)
            for to, note in packet.private:
                if to == agent:
                    self.news.setdefault(agent, []).append(note)
            for id in packet.comments:
                self.arrived.setdefault(agent, {})[id] = self.round


def _met(
    replica: Replica, changes: Iterable[tuple[int, int, int]], packet: Packet, delay: int
) -> bool:
    """Whether changes from elsewhere touch what was written here meanwhile; moves the latter."""
    met, felt = False, False
    for at, deleted, inserted in changes:
        felt = True
        for start, end, when in replica.recent:
            if abs(when - packet.round) <= delay and start <= at + deleted and at <= end:
                met = True
        replica.shift(at, deleted, inserted)
    # An edit that nothing is left of met a deletion of the same text.
    return met or (packet.edits > 0 and not felt)


def begin(draft: Draft, seats: Sequence[str], delay: int) -> DocumentState:
    """The state in which a draft is found by these agents."""
    base = Replica("", _BASE, seats)
    owner = draft.sections[0][1]
    base.insert(0, f"{draft.title}\n\n", owner)
    for title, owner, policy, text in draft.sections:
        base.insert(len(base.text), f"## {title}\n{text}\n\n", owner)
        base.put("sections", title, {"owner": owner, "policy": policy or ASK})
    for kind, records in (
        ("comments", draft.comments),
        ("tasks", draft.tasks),
        ("profiles", draft.profiles),
    ):
        for id, record in records.items():
            base.put(kind, id, record)
    start = base.state()
    state = DocumentState(
        {seat: Replica(seat, i, seats, start) for i, seat in enumerate(seats, start=1)}, delay
    )
    state.tallies = {seat: Tally() for seat in seats}
    state.entered = base.written()
    state.left = dict.fromkeys(seats, 0)
    state.opened = len(draft.comments)
    state.arrived = {seat: dict.fromkeys(draft.comments, -1) for seat in seats}
    return state
