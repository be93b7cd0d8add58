"""What a selector chooses from and with; its base, and the selectors that only look or draw."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ...envs.core import Message, Usage
from ...leaderboard.answers import calls_of, final_answer, most_common
from ..base import Agent
from .base import Meter


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sample: a reply, or an episode to its end. It holds no reward."""

    messages: tuple[Message, ...]
    """What the agent said and, over an episode, what the environment answered."""
    usage: Usage
    answered: bool = True
    """False where the episode was cut short, given up or ended by a format error."""

    def answer(self, argument: str | None = None) -> str | None:
        """The final answer, normalised; None where there is none."""
        return final_answer(self.messages, argument) if self.answered else None

    @property
    def effort(self) -> tuple[int, int]:
        """Tool calls, then tokens."""
        return calls_of(self.messages), self.usage.input_tokens + self.usage.output_tokens


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice to make: at least two candidates for the same conversation."""

    question: Sequence[Message]
    candidates: Sequence[Candidate]
    seed: int
    meter: Meter
    """Whoever is asked is asked through this."""
    rewards: Sequence[float] | None = None
    """Of each candidate; only for a privileged selector."""
    verdicts: list[tuple[int, int, int]] = field(default_factory=list)
    """What a judge said: the candidates shown as reply 0 and 1, and the one that it preferred."""


class Selector(ABC):
    """Picks one of several candidates.

    Attributes:
        name: in a URI.
        privileged: whether it sees rewards, which makes the result a bound and no agent's score.
        helpers: agents that it asks.
    """

    name: ClassVar[str]
    privileged: ClassVar[bool] = False
    helpers: Sequence[Agent] = ()

    @abstractmethod
    async def choose(self, choice: Choice) -> int:
        """The index of the chosen candidate."""

    def remarks(self) -> list[str]:
        """What the selector has to say about all its choices, a sentence each."""
        return []


class First(Selector):
    """The first sample, which is the bare agent's."""

    name = "first"

    async def choose(self, choice: Choice) -> int:
        return 0


class Chance(Selector):
    """One at random; the same seed draws the same."""

    name = "random"

    async def choose(self, choice: Choice) -> int:
        return random.Random(f"{choice.seed}/choice").randrange(len(choice.candidates))


class OracleBound(Selector):
    """The one with the highest reward: best-of-n's upper bound, not a result."""

    name = "oracle-upper-bound"
    privileged = True

    async def choose(self, choice: Choice) -> int:
        if choice.rewards is None:
            raise ValueError("a bound is taken over episodes, and there are no rewards here")
        return max(range(len(choice.rewards)), key=choice.rewards.__getitem__)


class Majority(Selector):
    """The most common answer; among equally common ones, the one that was given first.

    Args:
        argument: compare this argument of the final tool call only.
    """

    name = "majority"

    def __init__(self, argument: str | None = None) -> None:
        self._argument = argument

    async def choose(self, choice: Choice) -> int:
        group = self._largest(choice.candidates)
        return group[0] if group else 0

    def _largest(self, candidates: Sequence[Candidate]) -> list[int]:
        return most_common([each.answer(self._argument) for each in candidates])


class Fewest(Majority):
    """Of those with the most common answer: fewest tool calls, then fewest tokens."""

    name = "fewest"

    async def choose(self, choice: Choice) -> int:
        group = self._largest(choice.candidates) or range(len(choice.candidates))
        return min(group, key=lambda i: choice.candidates[i].effort)


class Verifier(Selector):
    """The one that a public check likes best; of equals, the first.

    Args:
        check: given the conversation before and a candidate, says how well it passes. It has what
            the agent has: a unit test from the task's text, a parser, a re-computation.
    """

    name = "verifier"

    def __init__(self, check: Callable[[Sequence[Message], Candidate], float]) -> None:
        self._check = check

    async def choose(self, choice: Choice) -> int:
        passed = [float(self._check(choice.question, each)) for each in choice.candidates]
        return max(range(len(passed)), key=passed.__getitem__)
