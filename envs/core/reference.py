"""Reference agents: scripted policies that prove an environment.

A policy is a generator function. It is given a `Seat`, yields actions and receives observations:

    def one_guess(seat):
        observation = yield call("guess", number=7)

An oracle shows that every task can be solved, baselines that cheap tricks do not solve it, and
adversaries that cheating scores 0. `palestra check` runs them all against the bounds given here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from .messages import Message, Observation

Script: TypeAlias = Generator[Message, Observation, None]
"""Yields actions, is sent observations; returning before the end means giving up."""


class Seat(msgspec.Struct, frozen=True):
    """What a policy may use in one episode."""

    opening: Observation
    """The first observation."""
    tools: Sequence[dict[str, Any]]
    """The tools in OpenAI's format."""
    rng: random.Random
    """The policy's own source of chance."""
    env: Any = None
    """The environment itself, hidden truth included: for privileged references, else None."""
    agent: str = ""
    """Whose seat it is, where there are several."""


class Reference(msgspec.Struct, frozen=True):
    """One reference agent of an environment, and what its mean headline must be."""

    policy: Callable[[Seat], Script]
    role: Literal["oracle", "baseline", "adversary"]
    about: str = ""
    """One line on what it does."""
    privileged: bool = False
    """Whether it may see the environment (oracles do)."""
    at_least: float = 0.0
    at_most: float = 1.0

    def __post_init__(self) -> None:
        bound = {"oracle": (1.0, 1.0), "adversary": (0.0, 0.0)}.get(self.role)
        if bound and (self.at_least, self.at_most) == (0.0, 1.0):
            msgspec.structs.force_setattr(self, "at_least", bound[0])
            msgspec.structs.force_setattr(self, "at_most", bound[1])
