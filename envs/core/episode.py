"""The finished record of one attempt at one task: what evaluation stores and training reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from .ledger import Entry
from .messages import Message
from .score import Score

Status = Literal["scored", "invalid", "error"]
"""`scored`: graded. `invalid`: the environment or its grader failed. `error`: the infrastructure
failed (time-outs, 5xx, ...) in spite of retries. Only `scored` says anything about the agent."""


class Usage(msgspec.Struct, omit_defaults=True):
    """What an agent used up; adds up over calls. `cost` is in US dollars, None when unknown."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0

    def add(self, other: Usage) -> None:
        """Add what another call used."""
        self.calls += other.calls
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.cached_tokens += other.cached_tokens
        self.seconds += other.seconds
        if other.cost is not None:
            self.cost = (self.cost or 0.0) + other.cost


class Episode(msgspec.Struct, kw_only=True):
    """Everything about one episode. `key` names it: same key, same work."""

    key: str
    environment: str
    """The registered id, version included."""
    options: Mapping[str, Any] = {}
    """The options that the environment was made with."""
    task: str
    split: str = ""
    trial: int = 0
    attempt: int = 0
    """Counts up when an episode that ended in `error` is run again; the last one counts."""
    agent: str
    """The agent's URI."""
    seed: int = 0
    run: str = ""
    status: Status = "scored"
    score: Score | None = None
    headline: float | None = None
    """The value of the environment's headline metric; None unless scored."""
    messages: Sequence[Message] = ()
    ledger: Sequence[Entry] = ()
    notes: Sequence[Mapping[str, Any]] = ()
    """What the agent's replies rested on beside the messages (a plan), each with its `turn` and, in
    an arena, its `seat`; said again only where it changed."""
    difficulty: Mapping[str, float] = {}
    turns: int = 0
    usage: Usage = msgspec.field(default_factory=Usage)
    retries: int = 0
    """Calls of the agent that had to be repeated because the infrastructure failed."""
    started: float = 0.0
    """Unix time."""
    seconds: float = 0.0
    """Wall time from reset to grade."""
    error: str | None = None
    """The cause, when the status is not `scored`."""
