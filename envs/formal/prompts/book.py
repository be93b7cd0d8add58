"""A book of prompts: everything that the queries of one cell share, written once.

    book = Book("parity", style="description", shots=20)
    system, asked = book.opening(["0110"])

The exemplars stand in the user's message, not in turns of the assistant: what stands there would be
learned from, and replayed, as the agent's own words.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cached_property

from ...core import Message, UsageError, check_among, check_between, system, user
from ..data import Item, items
from ..exemplars import PER_QUERY, POLICIES, chosen
from ..languages import LANGUAGES
from .salad import salad, salted

__all__ = ["MOST_SHOTS", "STYLES", "TRACED", "Book"]

STYLES = {
    "examples": "exemplars only (modus ponens)",
    "description": "the rule and the form of the answer",
    "direct": "the rule, and the source of the generator",
    "cot": "the rule, and exemplars with worked answers (chain of thought)",
    "word_salad": "nonsense where the rule would be",
    "sot": "worked answers whose words are nonsense (salad of thought)",
    "apo": "an automatically optimised text where the rule would be",
}
"""The prompt styles (arXiv 2509.10414, prompts), in the paper's order but for the last two."""
TRACED = frozenset({"cot", "sot"})
"""Styles whose answers are worked out in text."""
MOST_SHOTS = 500
_BARE = "Answer with {what} alone, and nothing else."
_WORKED = "Work the answer out step by step, and end with: So the answer is A. Here A is {what}."


class Book:
    """The prompts of one setting.

    Args:
        language: one of `LANGUAGES`.
        mode: the generator's (see `languages.MODES`).
        style: one of `STYLES`.
        shots: how many exemplars.
        policy: which ones (see `exemplars.POLICIES`).
        noise: share of flipped labels among exemplars; None for the mode's own.
        seed: of the data and of everything random.
        prompt: the text of style `apo`; empty: the rule, where optimisation begins.

    Raises:
        UsageError: one of them does not exist or does not fit.
    """

    def __init__(
        self,
        language: str = "parity",
        *,
        mode: str = "hardened",
        style: str = "description",
        shots: int = 20,
        policy: str = "fixed_first",
        noise: float | None = None,
        seed: int = 0,
        prompt: str = "",
    ) -> None:
        check_among("style", style, STYLES)
        check_among("exemplars", policy, POLICIES)
        check_between("shots", shots, 0, MOST_SHOTS)
        if style == "examples" and shots < 1:
            raise UsageError(
                "style 'examples' shows nothing but exemplars; give shots of 1 or more"
            )
        if prompt and style != "apo":
            raise UsageError(f"a prompt is the text of style 'apo', not of {style!r}")
        self.train = items(language, mode, noise=noise, seed=seed)
        self.language, self.mode, self.style, self.shots = language, mode, style, shots
        self.policy, self.seed, self._prompt = policy, seed, prompt
        self.traced = style in TRACED
        self.shared = policy not in PER_QUERY
        """Whether every query is shown the same exemplars."""

    @cached_property
    def instruction(self) -> str:
        """The system message; empty for bare exemplars."""
        language = LANGUAGES[self.language]
        what = "0 or 1" if language.binary else "the number"
        if self.style == "examples":
            return ""
        if self.style == "word_salad":
            return salad(f"{self.language} {self.seed}")
        rule = self._prompt if self.style == "apo" and self._prompt else language.rule
        if self.traced:
            return f"{rule}\n\n{_WORKED.format(what=what)}"
        rule = f"{rule}\n\n{_BARE.format(what=what)}"
        if self.style == "direct":
            source = inspect.getsource(inspect.getmodule(language))  # type: ignore[arg-type]
            rule += f"\n\nThis code generates the entries (mode {self.mode}):\n\n{source}"
        return rule

    def exemplars(self, query: int = 0) -> list[Item]:
        """What the query of this number is shown."""
        return chosen(self.train, self.shots, self.policy, query=query, seed=self.seed)

    @cached_property
    def _shared_text(self) -> str:
        return self._written(self.exemplars())

    def text(self, queries: Sequence[str], number: int = 0) -> str:
        """The user's message: exemplars, then the queries.

        Args:
            queries: the strings to be answered.
            number: of the (first) query, for policies that show each something else.
        """
        shown = self._shared_text if self.shared else self._written(self.exemplars(number))
        asked = "\n\n".join([f"Entry:\n{query}\nAnswer:" for query in queries])
        if len(queries) > 1:
            asked += f"\n\nGive the {len(queries)} answers in order, one on each line."
        return shown + asked

    def opening(self, queries: Sequence[str], number: int = 0) -> tuple[Message, ...]:
        """The messages that begin an episode; see `text`."""
        asked = user(self.text(queries, number))
        return (system(self.instruction), asked) if self.instruction else (asked,)

    def _written(self, exemplars: Sequence[Item]) -> str:
        return "".join(
            f"Entry:\n{item.text}\nAnswer: {self.answer(item)}\n\n" for item in exemplars
        )

    def answer(self, item: Item) -> str:
        """An exemplar's answer as it is shown; a worked one follows the label, noise included."""
        if not self.traced:
            return str(item.label)
        steps = LANGUAGES[self.language].steps(item.text)
        if self.style == "sot":
            steps = salted(steps, item.text)
        return f"{' '.join(steps)} So the answer is {item.label}."
