"""Reading and changing the text."""

from __future__ import annotations

from typing import Annotated

from ...core import Length, tool
from ..sections import outline
from .base import Index, SeatTools, Title, Words

__all__ = ["TextTools"]


class TextTools(SeatTools):
    """`read`, `insert`, `delete`, `replace`."""

    @tool
    def read(self, section: Annotated[str, Length(None, 200)] = "") -> str:
        """Read a section, with its authors and open comments; or, without one, the whole state.

        Args:
            section: Title of the section; empty for the outline, all tasks and all open comments.
        """
        replica = self.replica
        if section:
            found = self.section_of(section)
            text = replica.text[found.start : found.end].rstrip()
            authors: dict[str, int] = {}
            for part, author in replica.spans(found.start, found.start + len(text)):
                authors[author] = authors.get(author, 0) + len(part)
            wrote = ", ".join(f"{author} {count:,}" for author, count in authors.items())
            return (
                f"“{found.title}”: owner {found.owner}, {found.policy}, {len(text):,} characters "
                f"({wrote}); you {self.leave_of(found)}\n\n{text}{self.comments_in(found.title)}"
            )
        lines = [
            f"{i}. {s.title} ({s.owner}, {s.policy}; you {self.leave_of(s)})"
            for i, s in enumerate(outline(replica), start=1)
        ]
        lines += ["", "Tasks"] + [
            f"{id} {t['status']}: {t['requester']} asks {t['assignee']}: {t['spec']}"
            for id, t in replica.records("tasks").items()
        ]
        asked = replica.records("requests")
        lines += [f"{r['by']} asks for leave to change “{r['section']}”." for r in asked.values()]
        return "\n".join(lines) + self.comments_in()

    @tool(writes=True)
    def insert(self, section: Title, text: Words, at: Index = -1, after: Words = "") -> str:
        """Insert text into a section.

        Args:
            section: Title of the section.
            text: What to insert.
            at: Before which character of the section (from 0); -1 for its end.
            after: Or behind this text, quoted exactly.
        """
        found = self.section_of(section)
        if after:
            place = self.range_of(found, after, -1, -1)[1]
        elif at < 0:
            place = found.start + len(self.replica.text[found.start : found.end].rstrip())
        else:
            place = self.range_of(found, "", at, at)[0]
        return self.change(found, place, place, text)

    @tool(writes=True)
    def delete(self, section: Title, quote: Words = "", start: Index = -1, end: Index = -1) -> str:
        """Delete text from a section.

        Args:
            section: Title of the section.
            quote: The text, exactly; it must be in the section once.
            start: Or: its first character, counted from 0 within the section.
            end: And the first character that stays.
        """
        found = self.section_of(section)
        return self.change(found, *self.range_of(found, quote, start, end), "")

    @tool(writes=True)
    def replace(
        self, section: Title, text: Words, quote: Words = "", start: Index = -1, end: Index = -1
    ) -> str:
        """Replace text in a section. What old and new text share stays as it is.

        Args:
            section: Title of the section.
            text: The new text.
            quote: The old text, exactly; it must be in the section once.
            start: Or: its first character, counted from 0 within the section.
            end: And the first character behind it.
        """
        found = self.section_of(section)
        return self.change(found, *self.range_of(found, quote, start, end), text)
