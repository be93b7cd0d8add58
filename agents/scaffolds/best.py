"""`best`, `majority` and `fewest`: several samples of an agent, one of which is played.

In an environment that forks, a sample is a whole episode: before the first action the environment
is forked, each fork is played to its end, a selector that sees no reward picks one, and what was
done there is done again in the real environment, which must answer the same. Elsewhere, or with
`scope=reply`, a sample is one reply.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Literal

import msgspec

from ...envs.core import Message, ToolEnv, UsageError
from ..base import Agent, Reply
from .base import Place, Player, Scaffold, Turn, head_of
from .candidates import Choice, Majority, Selector
from .samples import Sample, drawn, one_reply, whole_episode

Scope = Literal["auto", "episode", "reply"]


class Diverged(RuntimeError):
    """An environment answered otherwise than its fork did."""


class Best(Scaffold):
    """Best of n.

    With n = 1 there is nothing to choose, and the agent plays as if it were alone.

    Args:
        agent: who is sampled.
        n: how many samples.
        selector: who picks.
        scope: `episode` samples episodes, `reply` single replies; `auto` episodes where the
            environment can be forked.
        patience: after so many seconds the samples that have finished are enough (K2-Think's soft
            time-out). Makes results depend on the clock.
        judge: the URI that was given for the judge, for the scaffold's own.

    Raises:
        UsageError: an option does not fit.
    """

    def __init__(
        self,
        agent: Agent,
        n: int,
        selector: Selector,
        *,
        scope: Scope = "auto",
        patience: float | None = None,
        judge: str | None = None,
        key: str | None = None,
        verifier: str | None = None,
    ) -> None:
        if n < 1:
            raise UsageError(f"n is {n}; expected at least 1")
        if patience is not None and patience <= 0:
            raise UsageError(f"patience is {patience:g}; expected more than 0 seconds")
        if scope == "reply" and selector.privileged:
            raise UsageError(f"{selector.name} needs rewards, which only whole episodes have")
        self.n, self.selector, self.scope, self.patience = n, selector, scope, patience
        self.lost = self.drawn = 0
        own = isinstance(selector, Majority)
        options = {
            "n": n,
            "by": None if own else selector.name,
            "judge": judge,
            "verifier": verifier,
            "key": key,
            "scope": None if scope == "auto" else scope,
            "patience": None if patience is None else f"{patience:g}",
        }
        head = head_of(selector.name if own else "best", options)
        super().__init__(agent, head, selector.helpers)

    def player(self, place: Place) -> Agent:
        forks = isinstance(place.env, ToolEnv)
        if not forks and (self.scope == "episode" or self.selector.privileged):
            raise UsageError(
                f"{self.uri} samples whole episodes, and {type(place.env).__name__} cannot be "
                "forked; use scope=reply and a selector that needs no reward"
            )
        if self.n == 1:
            return place.sit(self.agent)
        return _Episodes(self, place) if forks and self.scope != "reply" else _Replies(self, place)

    async def draw(
        self, turn: Turn, sample: Callable[[int, Turn], Coroutine[Any, Any, Sample]]
    ) -> list[Sample]:
        """The samples that finished.

        Args:
            sample: draws the i-th, at a turn with a seed and a meter of its own.

        Raises:
            InfrastructureError: none finished.
        """
        turns = [turn.sample(i) for i in range(self.n)]
        try:
            samples = await drawn([sample(i, own) for i, own in enumerate(turns)], self.patience)
        finally:
            for own in turns:
                turn.meter.usage.add(own.meter.usage)
        self.drawn += self.n
        self.lost += self.n - len(samples)
        return samples

    async def pick(self, turn: Turn, samples: Sequence[Sample]) -> Sample:
        """The chosen sample."""
        if len(samples) == 1:
            return samples[0]
        rewards = None
        if self.selector.privileged:
            rewards = [each.reward or 0.0 for each in samples]
        candidates = [each.candidate for each in samples]
        choice = Choice(turn.messages, candidates, turn.seed, turn.meter, rewards)
        return _noted(samples[await self.selector.choose(choice)], choice)

    def remarks(self) -> list[str]:
        own = []
        if self.lost:
            own.append(
                f"{self.lost:,} of {self.drawn:,} samples did not finish (infrastructure or "
                "patience); the choice was among the others"
            )
        return own + self.selector.remarks() + super().remarks()


def _noted(sample: Sample, choice: Choice) -> Sample:
    """The sample whose replies carry the verdicts of a judge, in the order of their candidates.

    All of them do: a note that stays the same is stored once.
    """
    if not choice.verdicts:
        return sample
    said = {"verdicts": [list(each) for each in sorted(choice.verdicts)]}
    replies = (
        msgspec.structs.replace(reply, notes={**reply.notes, **said}) for reply in sample.replies
    )
    return replace(sample, replies=tuple(replies))


class _Replies(Player):
    """Samples replies, turn by turn; each sample has a player of its own."""

    def __init__(self, scaffold: Best, place: Place) -> None:
        self._scaffold = scaffold
        self._players = [place.sit(scaffold.agent, i) for i in range(scaffold.n)]

    async def answer(self, turn: Turn) -> Reply:
        scaffold = self._scaffold
        samples = await scaffold.draw(turn, lambda i, own: one_reply(self._players[i], own))
        return (await scaffold.pick(turn, samples)).replies[0]


class _Episodes(Player):
    """Samples episodes on forks before the first action, then plays the chosen one."""

    def __init__(self, scaffold: Best, place: Place) -> None:
        self._scaffold, self._place = scaffold, place
        self._chosen: Sample | None = None
        self._turn = self._read = 0

    async def answer(self, turn: Turn) -> Reply:
        if self._chosen is None:
            samples = await self._scaffold.draw(turn, self._sample)
            self._chosen = await self._scaffold.pick(turn, samples)
        else:
            self._compare(turn.messages)
        reply = self._chosen.replies[self._turn]
        self._turn += 1
        self._read = len(turn.messages)
        return reply

    def _sample(self, i: int, turn: Turn) -> Coroutine[Any, Any, Sample]:
        """The i-th sample; the environment is forked at once, and played when it is awaited."""
        fork = self._place.env.fork()
        player = replace(self._place, env=fork).sit(self._scaffold.agent, i)
        return whole_episode(fork, player, turn)

    def _compare(self, messages: Sequence[Message]) -> None:
        """Hold the environment to what its fork answered.

        Raises:
            Diverged: it answered something else, or went on where the fork had ended.
        """
        assert self._chosen is not None
        observations = self._chosen.observations
        expected = list(observations[self._turn - 1])
        got = list(messages[self._read + 1 :])
        if got != expected:
            raise Diverged(
                f"{type(self._place.env).__name__} answered action {self._turn} with {got!r:.300}; "
                f"its fork answered {expected!r:.300}. Its forks must go on as it does "
                "(`palestra check` tests that); scope=reply needs no forks."
            )
        if self._turn == len(self._chosen.replies):
            raise Diverged(f"{type(self._place.env).__name__} goes on where its fork had ended")
