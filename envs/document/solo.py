"""The solo view of *document*: one learner among scripted partners (Gymnasium)."""

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
    ToolEnv,
    check_among,
    check_between,
    user,
)
from .env import RIGHTS, seat_line
from .grading import score_all
from .partners import PARTNERS
from .reference import SOLO_REFERENCES
from .render import document_html, document_text
from .tasks import document_tasks
from .tools import DocumentTools, without_editing
from .world import DocumentState, begin

__all__ = ["DocumentSoloEnv"]


class DocumentSoloEnv(DocumentTools, ToolEnv[DocumentState]):
    """Collaborative writing as one of several: the others are scripted owners and assistants.

    Description:
        The world of *document*, seen from one seat. The partners own their sections: they grant
        what they are asked for, accept suggestions that they have asked for soon and others late,
        and ignore floods (see `partners.py`). They repair nothing themselves.

    Tools:
        As *document*'s for the seat.

    Observation:
        As *document*'s.

    Reward:
        completion x (1 - violation rate), of the learner.

    Metrics:
        As *document*'s; score is the headline.

    Splits:
        As *document*'s.

    Episode end:
        Terminated by `finish`; truncated after `turns`. Outcomes: success, trespass, incomplete,
        no_answer, out_of_turns.

    Arguments:
        role: the learner's seat, such as writer_0 or assistant_0.
        partners: owner (they answer) or silent.
        writers, assistants, kind, delay, turns, rights, opening, seed: as *document*'s.

    Version history:
        v0: first version.

    Source:
        As *document*'s (arXiv 2509.11826).
    """

    references: ClassVar[Mapping[str, Reference]] = SOLO_REFERENCES
    headline = "score"
    rate = False
    metadata = {"render_modes": ["ansi", "html"], "render_fps": 1}

    def __init__(
        self,
        *,
        role: str = "writer_0",
        partners: str = "owner",
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
        check_among("partners", partners, tuple(PARTNERS))
        check_between("delay", delay, 0, 20)
        check_between("turns", turns, 8, 10_000)
        check_among("rights", rights, RIGHTS)
        tasks = document_tasks(writers, assistants, kind, opening, seed)
        self.seats = tasks.seats
        check_among("role", role, self.seats)
        self.seat, self._delay, self._partners = role, delay, PARTNERS[partners]
        if rights == "comment":
            free = dict(self._tools)
            self._by_seat = {
                name: without_editing(free) if name.startswith("assistant") else free
                for name in self.seats
            }
        else:
            self._by_seat = dict.fromkeys(self.seats, self._tools)
        if role.startswith("assistant") and rights == "comment":
            self._tools = self._by_seat[role]  # type: ignore[misc] - fewer than the class has
        super().__init__(tasks=tasks, limits=Limits(turns=turns), render_mode=render_mode)

    @property
    def me(self) -> str:
        """The learner is "" to the episode loop."""
        return self.acting or self.seat

    def _tools_for(self, agent: str) -> Mapping[str, Tool]:
        return self._by_seat[agent or self.seat]

    def _begin(self, task: Task, agents: tuple[str, ...]) -> None:
        others = tuple(seat for seat in self.seats if seat != self.seat)
        super()._begin(task, (*agents, *others))

    def initial_state(self, task: Task) -> DocumentState:
        return begin(task.truth.draft, self.seats, self._delay)

    def opening(self, task: Task) -> tuple[Message, ...]:
        """Who one is, and what everybody is told."""
        line = seat_line(self.seat, self.seats, self._delay, self.limits.turns)
        return (user(line + task.prompt),)

    def after_action(self) -> tuple[Message, ...]:
        """The partners move in the same round, and what arrives is observed."""
        for seat in self.seats:
            if seat != self.seat:
                kind = seat.partition("_")[0]
                move = self._partners[kind](self.state, seat, self.np_random)
                self._answer(seat, move)
        self.acting = ""
        self.state.end_round()
        lines = self.state.take_news(self.seat)
        return (user("\n".join(lines)),) if lines else ()

    def _show(self, messages: tuple[object, ...]) -> None:
        """What is rendered is the document, not the conversation."""

    def grade(self, state: DocumentState, ledger: Ledger, task: Task) -> Score:
        """The learner's own score, with the team's metrics beside it."""
        score = score_all(state, ledger, task.truth)[self.seat]
        return Score(score.reward, score.outcome, {**score.metrics, "score": score.reward})

    def render(self) -> Any:
        """The document with its authors, comments and timeline, as text or as a page of HTML."""
        if self.render_mode == "html":
            return document_html(self.state, self.ledger, self.task)
        return document_text(self.state, self.ledger, self.task) if self.render_mode else None
