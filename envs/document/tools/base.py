"""What the tools share: whose seat it is, finding places, and refusing what cannot be."""

from __future__ import annotations

from typing import Annotated, Any

from ...core import Length, Range, ToolError, ToolWorld
from ..editing import Edit, edit, find_quote
from ..replica import Replica
from ..sections import LOCKED, Section, find_section, may_edit, outline
from ..world import DocumentState

__all__ = ["MOST_CHARACTERS", "Id", "Index", "SeatTools", "Title", "Words", "plain"]

MOST_CHARACTERS = 200_000
"""A body may not grow beyond this."""

# Each bound is in every prompt, often over; what is long is bounded by the limits of an action.
Title = Annotated[str, Length(None, 200)]
Words = str
Index = Annotated[int, Range(-1, 1_000_000)]
Id = Annotated[str, Length(None, 20)]


class SeatTools(ToolWorld[DocumentState]):
    """Whoever acts, what they see of the document, and the refusals that tools share."""

    @property
    def me(self) -> str:
        """The seat of the agent that acts."""
        return self.acting

    @property
    def replica(self) -> Replica:
        """Its copy of the document."""
        return self.state.replicas[self.me]

    def section_of(self, title: str) -> Section:
        found = find_section(self.replica, title.removeprefix("## ").strip())
        if found is None:
            known = ", ".join(f"“{section.title}”" for section in outline(self.replica))
            raise ToolError(f"there is no section “{title[:80]}”; there are {known[:1500]}")
        return found

    def range_of(self, section: Section, quote: str, start: int, end: int) -> tuple[int, int]:
        size = section.end - section.start
        if quote:
            place = find_quote(self.replica.text, section, quote)
            if not isinstance(place, int):
                return place
            if place == 0:
                raise ToolError(
                    f"“{section.title}” does not have this text; quote it exactly as `read` "
                    "shows it"
                )
            raise ToolError(f"“{section.title}” has this text {place} times; quote more of it")
        if not 0 <= start <= end <= size:
            raise ToolError(
                f"give `quote`, or `start` and `end` with 0 <= start <= end <= {size} (the "
                f"characters of “{section.title}”)"
            )
        return section.start + start, section.start + end

    def meant(self, title: str, quote: str, start: int, end: int) -> tuple[Section, str]:
        found = self.section_of(title)
        if not quote:
            first, last = self.range_of(found, "", start, end)
            quote = self.replica.text[first:last]
            if not quote:
                raise ToolError("an empty text cannot be commented on; quote some characters")
        self.range_of(found, quote, -1, -1)
        return found, quote

    def change(self, section: Section, start: int, end: int, text: str) -> str:
        text = plain(text)
        self.check_locked(section)
        self.check_room(len(text))
        return self.done_in_words(section, edit(self.state, self.me, section, start, end, text))

    def done_in_words(self, section: Section, done: Edit | None) -> str:
        if done is None:
            return "Nothing was to change."
        self.note_change(**done.note(self.me))
        if not done.trespass:
            return "Done."
        return (
            f"Done, without leave: “{section.title}” belongs to {section.owner}, and "
            f"{done.trespass} characters were not yours to change."
        )

    def check_locked(self, section: Section) -> None:
        if section.policy == LOCKED and section.owner != self.me:
            raise ToolError(
                f"“{section.title}” is locked: only {section.owner} changes it; suggest the change"
            )

    def check_room(self, more: int) -> None:
        if len(self.replica.text) + more > MOST_CHARACTERS:
            raise ToolError(f"the document would be longer than {MOST_CHARACTERS:,} characters")

    def leave_of(self, section: Section) -> str:
        if section.owner == self.me:
            return "own it"
        locked = section.policy == LOCKED
        may = may_edit(self.replica, self.me, section) and not locked
        return "may change it" if may else "need leave to change it"

    def comments_in(self, title: str = "") -> str:
        lines = []
        for id, record in self.replica.records("comments").items():
            if record["status"] == "open" and title in ("", record["section"]):
                about = f"on “{record['quote'][:80]}”"
                where = "" if title else f" in “{record['section']}”"
                new = record.get("replacement")
                what = record["text"] if new is None else f"replace it by “{new}”"
                lines.append(f"{id} by {record['author']} {about}{where}: {what}")
        return "\n\nOpen comments\n" + "\n".join(lines) if lines else ""

    def open_comment(self, id: str) -> dict[str, Any]:
        record = self.replica.records("comments").get(id)
        if record is None or record["status"] != "open":
            open_ = [
                i for i, c in self.replica.records("comments").items() if c["status"] == "open"
            ]
            known = ", ".join(open_[:20]) or "none"
            raise ToolError(f"there is no open comment {id!r}; open are {known}")
        return record

    def own_task(self, id: str, status: str) -> dict[str, Any]:
        record = self.replica.records("tasks").get(id)
        if record is None or record["assignee"] != self.me or record["status"] != status:
            mine = [
                i
                for i, t in self.replica.records("tasks").items()
                if t["assignee"] == self.me and t["status"] == status
            ]
            known = ", ".join(mine) or "none"
            raise ToolError(f"you have no {status} task {id!r}; yours are {known}")
        return record

    def note_task(self, id: str, record: dict[str, Any], said: str) -> str:
        self.replica.put("tasks", id, record)
        self.state.sending(self.me).notes.append(said)
        self.note_change(task=id, status=record["status"], by=self.me)
        return f"{id} is {record['status']}."

    def check_person(self, name: str) -> None:
        if name not in self.state.replicas:
            raise ToolError(
                f"there is nobody called {name!r}; there are {', '.join(self.state.replicas)}"
            )


def plain(text: str) -> str:
    """Raises ToolError where a text cannot be written down at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ToolError(
            "this text has half a character (a lone surrogate); send whole ones"
        ) from None
    return text
