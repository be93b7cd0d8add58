"""A call on its way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Sent:
    """When a call was sent, and among how many."""

    when: float
    epoch: int
    """How often the number of calls had been reduced before."""
    level: int
    """Calls under way with it."""
    probe: bool
    """Whether it finds out if the provider takes calls again."""
    requested: list[float] | None = None
    """Its entry in the allowance of requests."""
    taken: list[float] | None = None
    """Its entry in the allowance of tokens."""
