"""The active variant of *formal*: the agent asks for the labels of strings of its own.

A membership oracle answers within a budget; the agent predicts a block of queries whenever it
likes. What counts is the area under its accuracy against the labels that it has asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from ..core import (
    Ledger,
    Length,
    Limits,
    Message,
    Reference,
    Score,
    State,
    Task,
    ToolEnv,
    ToolError,
    check_between,
    tool,
    user,
)
from .active_reference import REFERENCES
from .data import items
from .forms import well_formed
from .languages import LANGUAGES
from .tasks import formal_tasks
from .verify import verify

__all__ = ["ActiveFormalEnv", "ActiveState", "area"]

RULES = """\
There is a language of strings, and a hidden rule that gives each entry its {answer}. Find out the \
rule by asking, and answer the queries below.

- `ask` tells the {answer} of an entry of your own, up to {budget} times. Entries must have the \
form of the examples, and the queries themselves cannot be asked.
- `predict` notes your answers to all {queries} queries, in order; you may do so as often as you \
like. You are not told whether they are right.
- `finish` ends the task.

What counts is how soon you are right: the share of right answers in your latest prediction, \
averaged over the number of labels asked, from 0 to {budget}.

Examples

{examples}

Queries

{asked}"""


@dataclass
class ActiveState(State):
    """What an episode changes."""

    asked: int = 0
    predictions: list[tuple[int, list[int]]] = field(default_factory=list)
    """Labels asked by then, and the answers."""


def area(curve: list[tuple[int, float]], budget: int) -> float:
    """The mean of a step function over 0 to `budget` labels; 0 before its first step."""
    total, value, place = 0.0, 0.0, 0
    for asked in range(budget + 1):
        while place < len(curve) and curve[place][0] <= asked:
            value, place = curve[place][1], place + 1
        total += value
    return total / (budget + 1)


class ActiveFormalEnv(ToolEnv[ActiveState]):
    """Active learning: ask a membership oracle, and be right about queries as soon as possible.

    Description:
        A formal language without its rule: one example of each label, a block of queries, and an
        oracle that labels strings which the agent makes up. Few labels, good predictions: that is
        sample efficiency.

    Tools:
        `ask(entry)` the label of an entry of one's own (costs one of `budget`).
        `predict(answers)` note answers to all queries, as often as wanted.
        `finish()` end the episode.

    Observation:
        One user message with rules, examples and queries; then the tools' results.

    Reward:
        The area under the accuracy of the latest prediction against the labels asked for, from 0
        to 1.

    Metrics:
        area (headline), accuracy (of the last prediction), asked, predictions.

    Splits:
        As those of *formal*, in blocks.

    Episode end:
        Terminated by `finish`; truncated when the tool calls are used up. Outcomes: solved (the
        last prediction is all right), finished, no_answer, out_of_tool_calls, out_of_turns.

    Arguments:
        language: as *formal*'s.
        budget: labels that may be asked for, 1 to 500.
        queries: strings to predict, 2 to 100.
        delta, mode, seed: as *formal*'s.

    Version history:
        v0: first version.

    Source:
        Ours, after the frame of "Is In-Context Learning Learning?" (arXiv 2509.10414); membership
        queries after Angluin, "Learning Regular Sets from Queries and Counterexamples" (1987).
    """

    headline = "area"
    rate = False
    references: ClassVar[Mapping[str, Reference]] = REFERENCES

    def __init__(
        self,
        *,
        language: str = "parity",
        budget: int = 32,
        queries: int = 20,
        delta: float = 0.0,
        mode: str = "hardened",
        seed: int = 0,
        render_mode: str | None = None,
    ) -> None:
        """See the class.

        Raises:
            UsageError: an option is out of its range.
        """
        check_between("budget", budget, 1, 500)
        check_between("queries", queries, 2, 100)
        tasks = formal_tasks(language, mode, delta, 0.0, queries, seed)
        limits = Limits(turns=4 * budget + 32, tool_calls=4 * budget + 16)
        super().__init__(tasks=tasks, limits=limits, render_mode=render_mode)
        self.language, self._budget, self._queries = language, budget, queries
        train = items(language, mode, noise=0.0, seed=seed)
        by_answer = {item.clean: item for item in reversed(train[:100])}
        self._examples = [by_answer[answer] for answer in sorted(by_answer)[:2]]

    def initial_state(self, task: Task) -> ActiveState:
        return ActiveState()

    def opening(self, task: Task) -> tuple[Message, ...]:
        """Rules, one example of each label, and the queries."""
        return (
            user(
                RULES.format(
                    answer="label, 0 or 1" if LANGUAGES[self.language].binary else "number",
                    budget=self._budget,
                    queries=self._queries,
                    examples="\n\n".join(
                        f"Entry:\n{e.text}\nAnswer: {e.clean}" for e in self._examples
                    ),
                    asked="\n\n".join(f"Entry:\n{query}" for query in task.truth.queries),
                )
            ),
        )

    # -- tools -----------------------------------------------------------------------------------

    @tool
    def ask(self, entry: Annotated[str, Length(1, 20_000)]) -> str:
        """Ask for the label of an entry.

        Args:
            entry: The entry, in the form of the examples; none of the queries.
        """
        state = self.state
        if state.asked >= self._budget:
            raise ToolError(f"all {self._budget} labels are used up; predict and finish")
        entry = entry.strip("\n")
        if entry.strip() in {query.strip() for query in self.task.truth.queries}:
            raise ToolError("this is one of the queries; ask for another entry")
        if not well_formed(self.language, entry):
            raise ToolError("this does not have the form of the examples; nothing was used up")
        state.asked += 1
        return str(verify(self.language, entry))

    @tool
    def predict(self, answers: list[int]) -> str:
        """Note answers to all queries.

        Args:
            answers: One whole number for each query, in order.
        """
        if len(answers) != self._queries:
            raise ToolError(f"there are {self._queries} queries; {len(answers)} answers were given")
        self.state.predictions.append((self.state.asked, answers))
        return "Noted."

    @tool(final=True)
    def finish(self) -> str:
        """End the task; the latest prediction stands."""
        return "Finished."

    # -- grading ---------------------------------------------------------------------------------

    def grade(self, state: ActiveState, ledger: Ledger, task: Task) -> Score:
        """The area under the curve; see the class."""
        clean = task.truth.clean
        curve = [
            (asked, sum(a == c for a, c in zip(answers, clean, strict=True)) / len(clean))
            for asked, answers in state.predictions
        ]
        worth, last = area(curve, self._budget), curve[-1][1] if curve else 0.0
        metrics = {
            "area": worth,
            "accuracy": last,
            "asked": float(state.asked),
            "predictions": float(len(curve)),
        }
        outcome = "no_answer" if not curve else "solved" if last == 1.0 else "finished"
        return Score(worth, outcome, metrics)
