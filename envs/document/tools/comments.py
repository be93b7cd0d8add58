"""Comments and suggestions, and what becomes of them."""

from __future__ import annotations

from ...core import ToolError, tool
from ..editing import add_comment, close_comment, edit, find_quote
from .base import Id, Index, SeatTools, Title, Words, plain

__all__ = ["CommentTools"]


class CommentTools(SeatTools):
    """`comment`, `suggest`, `accept`, `reject`, `resolve`."""

    @tool(writes=True)
    def comment(
        self, section: Title, text: Words, quote: Words = "", start: Index = -1, end: Index = -1
    ) -> str:
        """Comment on a text.

        Args:
            section: Title of the section.
            text: What to say.
            quote: The text, exactly; it must be in the section once.
            start: Or: its first character, counted from 0 within the section.
            end: And the first character behind it.
        """
        found, meant = self.meant(section, quote, start, end)
        id = add_comment(self.state, self.me, found, "note", meant, plain(text))
        self.note_change(comment=id, by=self.me, section=found.title)
        return f"Comment {id} added."

    @tool(writes=True)
    def suggest(
        self,
        section: Title,
        replacement: Words,
        quote: Words = "",
        start: Index = -1,
        end: Index = -1,
    ) -> str:
        """Suggest to replace a text; it is changed when the suggestion is accepted.

        Args:
            section: Title of the section.
            replacement: The new text; empty to suggest a deletion.
            quote: The old text, exactly; it must be in the section once.
            start: Or: its first character, counted from 0 within the section.
            end: And the first character behind it.
        """
        found, meant = self.meant(section, quote, start, end)
        new = plain(replacement)
        id = add_comment(self.state, self.me, found, "suggestion", meant, "", new)
        self.note_change(suggestion=id, by=self.me, section=found.title)
        return f"Suggestion {id} made; {found.owner} can accept it."

    @tool(writes=True)
    def accept(self, comment: Id) -> str:
        """Accept a suggestion: its text takes the place of the old one.

        Args:
            comment: Id of the suggestion, such as c3.
        """
        record = self.open_comment(comment)
        if "replacement" not in record:
            raise ToolError(f"{comment} suggests nothing; resolve it instead")
        state, section = self.state, self.section_of(record["section"])
        place = find_quote(self.replica.text, section, record["quote"])
        if isinstance(place, int):
            state.tallies[self.me].stale += 1
            raise ToolError(
                f"the text that {comment} is about is no longer there as it was; reject it"
            )
        self.check_locked(section)
        self.check_room(len(record["replacement"]))
        author = record["author"]
        done = edit(state, self.me, section, *place, record["replacement"], author)
        close_comment(state, self.me, comment, "accepted")
        if done is None or not done.trespass:
            theirs = state.tallies[author]
            theirs.accepted += 1
            if done is not None and author != self.me and section.owner != author:
                theirs.foreign += len(done.removed) + len(done.inserted)
        self.note_change(accepted=comment, by=self.me)
        return f"Accepted {comment}. {self.done_in_words(section, done)}"

    @tool(writes=True)
    def reject(self, comment: Id) -> str:
        """Reject a suggestion.

        Args:
            comment: Its id, such as c3.
        """
        self.open_comment(comment)
        close_comment(self.state, self.me, comment, "rejected")
        self.note_change(rejected=comment, by=self.me)
        return f"Rejected {comment}."

    @tool(writes=True)
    def resolve(self, comment: Id) -> str:
        """Mark a comment as done.

        Args:
            comment: Its id, such as c3.
        """
        self.open_comment(comment)
        close_comment(self.state, self.me, comment, "resolved")
        self.note_change(resolved=comment, by=self.me)
        return f"Resolved {comment}."
