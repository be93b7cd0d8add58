"""The *formal* environment: learn a formal language from exemplars in the prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..core import (
    Ledger,
    Limits,
    Message,
    Reference,
    Score,
    State,
    Task,
    ToolEnv,
    UsageError,
    check_between,
)
from .grading import score
from .prompts import Book, read_answer, read_answers
from .reference import REFERENCES
from .tasks import formal_tasks

__all__ = ["FormalEnv", "FormalState"]


@dataclass
class FormalState(State):
    """What an episode changes."""

    reply: str | None = None


class FormalEnv(ToolEnv[FormalState]):
    """In-context learning: label strings of a formal language after some exemplars.

    Description:
        The prompt shows labelled strings of one of nine languages, in one of seven styles, and one
        string to label (or a block of them). Strings to label may come from a shifted distribution:
        the automaton that writes them moves with other probabilities.

    Tools:
        None. The answer is the text of one message.

    Observation:
        A system message (unless the style is `examples`) and one user message with the exemplars
        and the query.

    Reward:
        The share of queries answered with the clean label (one query: 1 or 0).

    Metrics:
        success (headline; on the clean label), parsed (share of readable answers), punished (on the
        data set's noisy label, unreadable ones wrong), unpunished (of readable ones alone).

    Splits:
        train (1000), validation (500), test (1000, shifted by `delta`), ood (1000, the four shifts
        in turn). No string of one is, or is a twin of, an exemplar.

    Episode end:
        Terminated by the first message with text and no tool call. Outcomes: success,
        wrong_answer, unparsable, no_answer, out_of_turns.

    Arguments:
        language: one of parity, pattern, vending, vending_sum, maze_complete, maze_solve, stack,
            reversal, hamiltonian (arXiv 2509.10414, the tasks).
        shots: exemplars, 0 to 500; the paper's are 0 (2 for `examples`), 5, 10, 20, 50 and 100 (the
            experimental setup).
        style: examples, description, direct, cot, word_salad, sot or apo (the prompts).
        delta: shift of the test strings, 0, 0.2, 0.45, 0.65 or 0.85 (out-of-distribution sets).
        mode: hardened (headlines), paper, or released with its defects (the data sets; see the
            card).
        noise: share of flipped labels, 0 to 0.5 (the data sets: 5% on everything); None: none when
            hardened, the paper's else.
        exemplars: fixed_first, random_per_query, balanced, shuffled, imbalanced or random_labels
            (the ablations).
        queries: strings to label in one episode, 1 to 100 (ours; the paper asks one).
        prompt: the text of style `apo`; empty: the rule, where optimisation begins (the prompts).
        seed: another seed gives other strings.

    Version history:
        v0: first version.

    Source:
        "Is In-Context Learning Learning?" (arXiv 2509.10414).
    """

    references: ClassVar[Mapping[str, Reference]] = REFERENCES
    text_actions = True
    single_reply = True
    chance = 0.5

    def __init__(
        self,
        *,
        language: str = "parity",
        shots: int = 20,
        style: str = "description",
        delta: float = 0.0,
        mode: str = "hardened",
        noise: float | None = None,
        exemplars: str = "fixed_first",
        queries: int = 1,
        prompt: str = "",
        seed: int = 0,
        render_mode: str | None = None,
    ) -> None:
        """See the class.

        Raises:
            UsageError: an option is out of its range.
        """
        if noise is not None:
            check_between("noise", noise, 0, 0.5, whole=False)
        check_between("queries", queries, 1, 100)
        tasks = formal_tasks(language, mode, delta, noise, queries, seed)
        self.book = Book(
            language, mode=mode, style=style, shots=shots, policy=exemplars, noise=noise,
            seed=seed, prompt=prompt,
        )  # fmt: skip
        if queries > 1 and self.book.traced:
            raise UsageError(f"style {style!r} works out one answer; queries must be 1")
        super().__init__(tasks=tasks, limits=Limits(turns=4), render_mode=render_mode)
        self.language, self._queries = language, queries
        # A share of several queries is no longer 0 or 1.
        self.rate = queries == 1  # type: ignore[misc]

    def initial_state(self, task: Task) -> FormalState:
        return FormalState()

    def opening(self, task: Task) -> tuple[Message, ...]:
        """The instruction of the style, the exemplars and the query."""
        return self.book.opening(task.truth.queries, task.truth.number)

    def on_text(self, text: str) -> str | None:
        """The answer, whatever it says."""
        self.state.reply = text
        return None

    def grade(self, state: FormalState, ledger: Ledger, task: Task) -> Score:
        """The share of right answers; see `grading.score`."""
        if state.reply is None:
            return score(None, task.truth)
        if self._queries > 1:
            return score(read_answers(state.reply, self._queries), task.truth)
        return score([read_answer(state.reply, self.book.traced)], task.truth)
