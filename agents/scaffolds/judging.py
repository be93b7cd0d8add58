"""Selectors that ask a model which of two replies is better: `king`, `round_robin`, `knockout`.

A judge sees the question and two replies, without thoughts, and names one. What it likes about a
place rather than a reply is its position bias: `round_robin` asks in both orders and measures it.
Verdicts are kept in the episode's notes, so that the bias can be told from a stored run as well.
"""

from __future__ import annotations

from itertools import combinations

from ...envs.core import system, text_in, user
from ..base import Agent
from ..patience import together
from ..seeds import of_sample
from .candidates import Choice, Selector
from .text import judged_text, read_object, shown, with_images

_RULES = (
    "You compare two replies to the same task. The better one is right, or nearer to what is "
    "right; work it out yourself rather than trust what a reply says of itself, and let length "
    'and style not count. Answer with one JSON object and nothing else: {"better": 0 or 1, '
    '"why": "one sentence"}.'
)
_PAIR = "# Task\n\n{task}\n\n# Reply 0\n\n{first}\n\n# Reply 1\n\n{second}\n\nWhich is better?"


class Judged(Selector):
    """Base of the selectors that ask a judge about pairs."""

    def __init__(self, judge: Agent) -> None:
        self.judge, self.helpers = judge, (judge,)
        self.asked = self.unread = 0

    async def better(self, choice: Choice, first: int, second: int) -> int:
        """Which of two candidates the judge prefers; the first where no verdict can be read."""
        text = _PAIR.format(
            task=shown(choice.question),
            first=judged_text(choice.candidates[first].messages),
            second=judged_text(choice.candidates[second].messages),
        )
        seed = of_sample(choice.seed, first * len(choice.candidates) + second, "judge")
        asked = [system(_RULES), user(with_images(text, choice.question))]
        reply = await choice.meter.ask(self.judge, asked, seed=seed)
        verdict = read_object(text_in(reply.message), "better")
        self.asked += 1
        if verdict is None or verdict["better"] not in (0, 1, "0", "1"):
            self.unread += 1
            return first
        won = second if int(verdict["better"]) else first
        choice.verdicts.append((first, second, won))
        return won

    def remarks(self) -> list[str]:
        if not self.unread:
            return []
        return [
            f"{self.unread:,} of {self.asked:,} verdicts of {self.judge.uri} could not be read; "
            "each counts for reply 0"
        ]


class King(Judged):
    """A linear scan: the first is the incumbent, each next one challenges it.

    K2-Think's way (arXiv 2509.07604, inference code): n - 1 verdicts, in one order only, the
    incumbent always shown as reply 0.
    """

    name = "king"

    async def choose(self, choice: Choice) -> int:
        incumbent = 0
        for challenger in range(1, len(choice.candidates)):
            incumbent = await self.better(choice, incumbent, challenger)
        return incumbent


class Knockout(Judged):
    """Rounds of pairs; who is left without a partner goes on. n - 1 verdicts, some at once."""

    name = "knockout"

    async def choose(self, choice: Choice) -> int:
        left = list(range(len(choice.candidates)))
        while len(left) > 1:
            pairs = zip(left[::2], left[1::2], strict=False)
            won = await together(self.better(choice, a, b) for a, b in pairs)
            left = [*won, *left[len(left) - len(left) % 2 :]]
        return left[0]


class RoundRobin(Judged):
    """Every pair in both orders (Copeland's rule); n (n - 1) verdicts.

    Who wins a pair in both orders gets a point; a verdict that flips with the order gives half a
    point to each. Of equals, the first.
    """

    name = "round_robin"

    def __init__(self, judge: Agent) -> None:
        super().__init__(judge)
        self.pairs = self.flips = self.flips_to_first = 0

    async def choose(self, choice: Choice) -> int:
        n = len(choice.candidates)
        pairs = list(combinations(range(n), 2))
        both_orders = [*pairs, *((b, a) for a, b in pairs)]
        won = await together(self.better(choice, a, b) for a, b in both_orders)
        points = [0.0] * n
        swapped = won[len(pairs) :]
        for (a, _), one, other in zip(pairs, won, swapped, strict=False):
            points[one] += 0.5
            points[other] += 0.5
            self.flips += one != other
            self.flips_to_first += one != other and one == a
        self.pairs += len(pairs)
        return max(range(n), key=points.__getitem__)

    @property
    def flip_rate(self) -> float | None:
        """The share of pairs whose verdict changed with the order; None before any."""
        return self.flips / self.pairs if self.pairs else None

    def remarks(self) -> list[str]:
        if not self.pairs:
            return super().remarks()
        text = (
            f"position bias of {self.judge.uri}: {self.flips:,} of {self.pairs:,} verdicts "
            f"({self.flips / self.pairs:.0%}) changed when the two replies were swapped"
        )
        if self.flips:
            text += f", {self.flips_to_first:,} of them for reply 0"
        return [text, *super().remarks()]
