"""What a simulated user is given, and what it remembers.

A `Script` never changes during an episode; everything that does stands in `Memory`, which is a
`State`, so an environment that holds it can be snapshotted and forked in the middle of a talk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import msgspec

from ...core import Message, State


class Fact(msgspec.Struct, frozen=True):
    """One thing that the user knows, told only when it is asked for."""

    name: str
    """As the domain's parameters are called: `reservation_id`, `dateOfBirth`."""
    value: str
    """As the user says it."""
    words: tuple[str, ...] = ()
    """Further phrases by which it may be asked for; those made from the name are always known."""
    says: str = ""
    """How it is told, with `{value}`; empty: one of the usual ways."""


class Decision(msgspec.Struct, frozen=True):
    """What the user answers to a proposal in which one of these phrases occurs."""

    about: tuple[str, ...]
    agree: bool
    says: str = ""
    """Said beside yes or no."""


class Gesture(msgspec.Struct, frozen=True):
    """Something that the user can do itself when it is guided to (dual control).

    `needs` are alternatives separated by `|`; one of each must be in the same clause of what the
    agent says: `("airplane mode|flight mode", "off|disable")`.
    """

    operation: str
    needs: tuple[str, ...]
    arguments: Mapping[str, Any] = {}
    looks: bool = False
    """Whether it only looks: done when the agent asks how something is, or has it checked."""
    guide: str = ""
    """How an agent may ask for it: `turn off airplane mode`."""


class Script(msgspec.Struct, frozen=True):
    """A user's part: goal, knowledge and decisions."""

    opening: str
    """The goal, in the user's own words. All that it says is known to the agent from the start."""
    facts: tuple[Fact, ...] = ()
    requests: tuple[str, ...] = ()
    """Further goals, each told when the one before it is done."""
    decisions: tuple[Decision, ...] = ()
    """Looked through in order; a proposal that none is about is answered by `agrees`."""
    agrees: bool = True
    guards: tuple[str, ...] = ()
    """Facts that identify what the user means. A proposal that names something of the same form,
    but not it, is declined."""
    insists: tuple[str, ...] = ()
    """What the user says, one after another, when it is refused."""
    gestures: tuple[Gesture, ...] = ()
    seed: int = 0
    """Chooses among paraphrases."""

    def fact(self, name: str) -> Fact | None:
        """The fact of this name, if the user knows it."""
        return next((fact for fact in self.facts if fact.name == name), None)


class Exchange(msgspec.Struct, frozen=True):
    """What happened in one turn of the user, as the user saw it."""

    turn: int
    """The episode's turn, as the environment counts it."""
    asked: tuple[str, ...] = ()
    """Names of facts that the agent asked for."""
    told: tuple[str, ...] = ()
    consent: bool | None = None
    """What a proposal was answered with; None if there was none."""
    did: tuple[str, ...] = ()
    """Operations that the user carried out."""
    refused: bool = False
    """Whether the agent was understood to refuse."""


@dataclass
class Memory(State):
    """Everything about a user that changes during an episode."""

    turns: int = 0
    requests: int = 0
    """How many of the further goals were told."""
    insisted: int = 0
    idle: int = 0
    """How often in a row the agent said nothing that calls for an answer."""
    done: bool = False
    log: list[Exchange] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    """The talk as a language model in the user's place sees it."""

    def copy(self) -> Memory:
        """An independent copy (exchanges are immutable, messages are never changed)."""
        return Memory(
            self.turns,
            self.requests,
            self.insisted,
            self.idle,
            self.done,
            self.log.copy(),
            self.messages.copy(),
        )


Hands: TypeAlias = Callable[[str, Mapping[str, Any]], str]
"""Runs an operation on the user's side of the world: name, arguments -> result as text."""


class User(Protocol):
    """Whoever talks to the agent in the user's place."""

    def open(self, script: Script, memory: Memory) -> str:
        """The first message."""
        ...

    def reply(
        self, script: Script, memory: Memory, text: str, hands: Hands | None = None, turn: int = 0
    ) -> str | None:
        """What the user answers to `text`; None when the talk is over.

        Args:
            hands: runs operations on the user's side; None where there are none.
            turn: the episode's turn, for the memory's log.
        """
        ...
