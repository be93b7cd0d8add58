"""The *document* arena: several hands on one text, each on its own replica (PettingZoo)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ..core import (
    Ledger,
    Limits,
    Message,
    Reference,
    Score,
    Task,
    Tool,
    ToolArena,
    check_among,
    check_between,
    user,
)
from .grading import score_all
from .reference import REFERENCES
from .render import document_html, document_text
from .tasks import document_tasks
from .tools import DocumentTools, without_editing
from .world import DocumentState, begin

__all__ = ["DocumentArena", "seat_line"]

RIGHTS = ("comment", "edit")


def seat_line(seat: str, seats: tuple[str, ...], delay: int, turns: int) -> str:
    """Who one is, in the opening."""
    others = ", ".join(name for name in seats if name != seat)
    late = f" Changes arrive {delay} rounds late." if delay else ""
    return f"You are {seat}; the others are {others}. There are {turns} rounds.{late}\n\n"


class DocumentArena(DocumentTools, ToolArena[DocumentState]):
    """Collaborative writing: several agents edit one document, and mind whose text it is.

    Description:
        A report of 3,000 to 12,000 characters belongs to two or more writers, section by section.
        All see and change it at the same time through replicas of a CRDT, with assistants that
        comment and suggest. An order is to be carried out together: errors to be found, headings,
        a term or lengths to be mended, comments to be worked off, two drafts to be merged. Other
        people's text is changed with leave, or not without a trace.

    Tools:
        `read`, `insert`, `delete`, `replace`, `comment`, `suggest`, `accept`, `reject`, `resolve`,
        `assign`, `claim_task`, `complete_task`, `request_permission`, `grant`, `edit_profile`,
        `message`, `wait`, `finish`. Assistants have none of `insert`, `delete`, `replace`,
        `accept`, `reject` and `grant`, unless `rights` is "edit".

    Observation:
        First the norms, the document and the order; then the results of one's own calls, and one
        message with what the others did, as it arrives. Nothing is told twice: `read` shows a
        section as it is.

    Reward:
        At the end, to each seat: completion x (1 - its own violation rate).

    Metrics:
        score (headline: completion x (1 - violation rate) of the team), completion,
        violation_rate, violations, removed_without_leave, removed_share, edits,
        edited_characters, conflicts_per_100, lost_text, comments, comments_per_round, burst,
        suggestions, accepted, stale, resolved, rounds_to_resolve, autonomous, profiles_meddled,
        imbalance (Gini of inserted characters), converged, flush_rounds, rounds, format_errors;
        SEAT.violations and SEAT.characters of each seat.

    Splits:
        train (1000), validation (200), test (300); ood (300) has other topics, twice the length
        and twice as much to do.

    Episode end:
        When all have called `finish`, or after `turns` rounds. Outcomes: success, trespass (done,
        with violations), incomplete, no_answer, out_of_turns.

    Arguments:
        writers: who own sections, 2 to 6.
        assistants: who own none, 0 to 6.
        kind: of the tasks: errors, outline, term, length, comments, merge, or all in turn.
        delay: rounds until changes arrive, 0 (at the end of the round) to 20.
        turns: rounds of an episode, 8 to 10,000.
        rights: what assistants may do: "comment" (the paper's norm) or "edit".
        opening: what is told at the beginning: the whole document, or its "outline".
        seed: another seed gives other documents.

    Version history:
        v0: first version.

    Source:
        Lehmann, Shauchenka and Buschek, on collaborative document editing with multiple users and
        AI agents (arXiv 2509.11826). The paper gives norms and a design; all numbers are ours.
    """

    references: ClassVar[Mapping[str, Reference]] = REFERENCES
    headline = "score"
    rate = False
    stand_in = "polite"
    metadata = {"render_modes": ["ansi", "html"], "name": "document", "render_fps": 1}

    def __init__(
        self,
        *,
        writers: int = 2,
        assistants: int = 1,
        kind: str = "all",
        delay: int = 0,
        turns: int = 120,
        rights: str = "comment",
        opening: str = "document",
        seed: int = 0,
        render_mode: str | None = None,
    ) -> None:
        """See the class.

        Raises:
            UsageError: an option is out of its range.
        """
        check_between("delay", delay, 0, 20)
        check_between("turns", turns, 8, 10_000)
        check_among("rights", rights, RIGHTS)
        tasks = document_tasks(writers, assistants, kind, opening, seed)
        self._delay, self._rights = delay, rights
        super().__init__(agents=tasks.seats, tasks=tasks, limits=Limits(turns=turns))
        self.render_mode = render_mode

    def tools_for(self, agent: str) -> Mapping[str, Tool]:
        """Assistants comment; writers write."""
        if agent.startswith("assistant") and self._rights == "comment":
            return without_editing(self._tools)
        return self._tools

    def initial_state(self, task: Task) -> DocumentState:
        return begin(task.truth.draft, tuple(self.possible_agents), self._delay)

    def opening(self, task: Task, agent: str) -> tuple[Message, ...]:
        """Who one is, and what everybody is told."""
        seats = tuple(self.possible_agents)
        return (user(seat_line(agent, seats, self._delay, self.limits.turns) + task.prompt),)

    def after_round(self) -> None:
        """Send and deliver what was changed."""
        self.state.end_round()

    def news(self, agent: str) -> tuple[Message, ...]:
        """What has arrived of the others' doings."""
        lines = self.state.take_news(agent)
        return (user("\n".join(lines)),) if lines else ()

    def grade_all(self, state: DocumentState, ledger: Ledger, task: Task) -> dict[str, Score]:
        """See `grading.score_all`."""
        return score_all(state, ledger, task.truth)

    def render(self) -> Any:
        """The document with its authors, comments and timeline, as text or as a page of HTML."""
        if self.render_mode == "html":
            return document_html(self.state, self.ledger, self.task)
        return document_text(self.state, self.ledger, self.task) if self.render_mode else None
