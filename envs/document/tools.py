"""What an agent can do to a document: the tools that the arena and the solo view share."""

from __future__ import annotations

from typing import Annotated, Any

from ..core import Length, Range, Tool, ToolError, ToolWorld, tool
from .editing import Edit, add_comment, close_comment, edit, find_quote
from .replica import Replica
from .sections import LOCKED, Section, find_section, may_edit, outline
from .world import DocumentState

__all__ = ["EDITING", "MOST_CHARACTERS", "DocumentTools", "without_editing"]

EDITING = ("insert", "delete", "replace", "accept", "reject", "grant")
"""Tools that assistants do not have: in the paper they answer as comments, never in the text."""
MOST_CHARACTERS = 200_000
"""A body may not grow beyond this."""

Title = Annotated[str, Length(1, 200)]
Words = Annotated[str, Length(0, 10_000)]
Quote = Annotated[str, Length(0, 10_000)]
Index = Annotated[int, Range(-1, 1_000_000)]
Id = Annotated[str, Length(1, 20)]


class DocumentTools(ToolWorld[DocumentState]):
    """The tools. `self.me` is whoever called."""

    @property
    def me(self) -> str:
        """The seat of the agent that acts."""
        return self.acting

    @property
    def replica(self) -> Replica:
        """Its copy of the document."""
        return self.state.replicas[self.me]

    # -- looking ---------------------------------------------------------------------------------

    @tool
    def read(self, section: Annotated[str, Length(0, 200)] = "") -> str:
        """Read a section, with its authors and open comments; or, without one, the whole state.

        Args:
            section: Title of the section; empty for the outline, all tasks and all open comments.
        """
        replica = self.replica
        if section:
            found = self._section(section)
            text = replica.text[found.start : found.end].rstrip()
            authors: dict[str, int] = {}
            for part, author in replica.spans(found.start, found.start + len(text)):
                authors[author] = authors.get(author, 0) + len(part)
            wrote = ", ".join(f"{author} {count:,}" for author, count in authors.items())
            return (
                f"“{found.title}”: owner {found.owner}, {found.policy}, {len(text):,} characters "
                f"({wrote}); you {self._leave(found)}\n\n{text}{self._comments(found.title)}"
            )
        lines = [
            f"{i}. {s.title} ({s.owner}, {s.policy}; you {self._leave(s)})"
            for i, s in enumerate(outline(replica), start=1)
        ]
        lines += ["", "Tasks"] + [
            f"{id} {t['status']}: {t['requester']} asks {t['assignee']}: {t['spec']}"
            for id, t in replica.records("tasks").items()
        ]
        asked = replica.records("requests")
        lines += [f"{r['by']} asks for leave to change “{r['section']}”." for r in asked.values()]
        return "\n".join(lines) + self._comments()

    # -- the text --------------------------------------------------------------------------------

    @tool(writes=True)
    def insert(self, section: Title, text: Words, at: Index = -1, after: Quote = "") -> str:
        """Insert text into a section.

        Args:
            section: Title of the section.
            text: What to insert.
            at: Before which character of the section (from 0); -1 for its end.
            after: Or behind this text, quoted exactly.
        """
        found = self._section(section)
        if after:
            place = self._range(found, after, -1, -1)[1]
        elif at < 0:
            place = found.start + len(self.replica.text[found.start : found.end].rstrip())
        else:
            place = self._range(found, "", at, at)[0]
        return self._edit(found, place, place, text)

    @tool(writes=True)
    def delete(self, section: Title, quote: Quote = "", start: Index = -1, end: Index = -1) -> str:
        """Delete text from a section. Give the text, or the numbers of its characters.

        Args:
            section: Title of the section.
            quote: The text, exactly as it is; it must be in the section once.
            start: Or: number of its first character within the section.
            end: And the number of the first character that stays.
        """
        found = self._section(section)
        return self._edit(found, *self._range(found, quote, start, end), "")

    @tool(writes=True)
    def replace(
        self, section: Title, text: Words, quote: Quote = "", start: Index = -1, end: Index = -1
    ) -> str:
        """Replace text in a section. What old and new text share stays as it is.

        Args:
            section: Title of the section.
            text: The new text.
            quote: The old text, exactly as it is; it must be in the section once.
            start: Or: number of its first character within the section.
            end: And the number of the first character behind it.
        """
        found = self._section(section)
        return self._edit(found, *self._range(found, quote, start, end), text)

    # -- comments --------------------------------------------------------------------------------

    @tool(writes=True)
    def comment(
        self, section: Title, text: Words, quote: Quote = "", start: Index = -1, end: Index = -1
    ) -> str:
        """Comment on a text.

        Args:
            section: Title of the section.
            text: What to say.
            quote: The text that is meant, exactly; it must be in the section once.
            start: Or: number of its first character within the section.
            end: And the number of the first character behind it.
        """
        found, meant = self._meant(section, quote, start, end)
        id = add_comment(self.state, self.me, found, "note", meant, _plain(text))
        self.note_change(comment=id, by=self.me, section=found.title)
        return f"Comment {id} added."

    @tool(writes=True)
    def suggest(
        self,
        section: Title,
        replacement: Words,
        quote: Quote = "",
        start: Index = -1,
        end: Index = -1,
    ) -> str:
        """Suggest to replace a text; it is changed when the suggestion is accepted.

        Args:
            section: Title of the section.
            replacement: The new text; empty to suggest a deletion.
            quote: The old text, exactly; it must be in the section once.
            start: Or: number of its first character within the section.
            end: And the number of the first character behind it.
        """
        found, meant = self._meant(section, quote, start, end)
        new = _plain(replacement)
        id = add_comment(self.state, self.me, found, "suggestion", meant, "", new)
        self.note_change(suggestion=id, by=self.me, section=found.title)
        return f"Suggestion {id} made; {found.owner} can accept it."

    @tool(writes=True)
    def accept(self, comment: Id) -> str:
        """Accept a suggestion: its text takes the place of the old one.

        Args:
            comment: Id of the suggestion, such as c3.
        """
        record = self._comment(comment)
        if "replacement" not in record:
            raise ToolError(f"{comment} suggests nothing; resolve it instead")
        state, section = self.state, self._section(record["section"])
        place = find_quote(self.replica.text, section, record["quote"])
        if isinstance(place, int):
            state.tallies[self.me].stale += 1
            raise ToolError(
                f"the text that {comment} is about is no longer there as it was; reject it"
            )
        self._check_locked(section)
        self._check_room(len(record["replacement"]))
        author = record["author"]
        done = edit(state, self.me, section, *place, record["replacement"], author)
        close_comment(state, self.me, comment, "accepted")
        if done is None or not done.trespass:
            theirs = state.tallies[author]
            theirs.accepted += 1
            if done is not None and author != self.me and section.owner != author:
                theirs.foreign += len(done.removed) + len(done.inserted)
        self.note_change(accepted=comment, by=self.me)
        return f"Accepted {comment}. {self._done(section, done)}"

    @tool(writes=True)
    def reject(self, comment: Id) -> str:
        """Reject a suggestion.

        Args:
            comment: Its id, such as c3.
        """
        self._comment(comment)
        close_comment(self.state, self.me, comment, "rejected")
        self.note_change(rejected=comment, by=self.me)
        return f"Rejected {comment}."

    @tool(writes=True)
    def resolve(self, comment: Id) -> str:
        """Mark a comment as done.

        Args:
            comment: Its id, such as c3.
        """
        self._comment(comment)
        close_comment(self.state, self.me, comment, "resolved")
        self.note_change(resolved=comment, by=self.me)
        return f"Resolved {comment}."

    # -- tasks, permissions, people --------------------------------------------------------------

    @tool(writes=True)
    def assign(self, assignee: Id, spec: Annotated[str, Length(1, 1000)]) -> str:
        """Ask somebody to do something; everybody sees the task.

        Args:
            assignee: Who, such as assistant_0.
            spec: What is to be done.
        """
        self._person(assignee)
        id = self.state.new_id("t")
        record = {
            "requester": self.me,
            "assignee": assignee,
            "spec": _plain(spec),
            "trigger": "autonomous" if assignee == self.me else "manual",
            "status": "waiting",
        }
        return self._note_task(id, record, f"{self.me} asks {assignee}: {record['spec']} ({id})")

    @tool(writes=True)
    def claim_task(self, task: Id) -> str:
        """Begin to work on a task that you were asked to do.

        Args:
            task: Its id, such as t2.
        """
        record = self._own_task(task, "waiting")
        said = f"{self.me} works on {task}."
        return self._note_task(task, {**record, "status": "claimed"}, said)

    @tool(writes=True)
    def complete_task(self, task: Id, result: Annotated[str, Length(0, 1000)] = "") -> str:
        """Say that a task is done.

        Args:
            task: Its id, such as t2.
            result: What came of it.
        """
        record = self._own_task(task, "claimed")
        done = {**record, "status": "done", "result": _plain(result)}
        return self._note_task(task, done, f"{self.me} has done {task}. {done['result']}".strip())

    @tool(writes=True)
    def request_permission(
        self, section: Title, reason: Annotated[str, Length(0, 500)] = ""
    ) -> str:
        """Ask the owner of a section for leave to change it.

        Args:
            section: Title of the section.
            reason: What for.
        """
        found = self._section(section)
        if may_edit(self.replica, self.me, found):
            return "You may change it already."
        record = {"section": found.title, "by": self.me, "round": self.state.round}
        self.replica.put("requests", f"{found.title}\n{self.me}", record)
        asked = f"{self.me} asks for leave to change “{found.title}”. {_plain(reason)}".strip()
        self.state.sending(self.me).private.append((found.owner, asked))
        self.note_change(asks=found.title, by=self.me)
        return f"{found.owner} was asked."

    @tool(writes=True)
    def grant(self, section: Title, to: Id) -> str:
        """Give somebody leave to change a section of yours.

        Args:
            section: Title of the section.
            to: Who, such as writer_1.
        """
        found = self._section(section)
        self._person(to)
        if found.owner != self.me:
            raise ToolError(f"“{found.title}” belongs to {found.owner}; only they can grant that")
        key = f"{found.title}\n{to}"
        self.replica.put("grants", key, {"by": self.me, "round": self.state.round})
        said = f"{self.me} lets you change “{found.title}”."
        self.state.sending(self.me).private.append((to, said))
        self.note_change(grants=found.title, by=self.me, to=to)
        return f"{to} may change “{found.title}” now."

    @tool(writes=True)
    def edit_profile(
        self, agent: Id, field: Annotated[str, Length(1, 40)], value: Annotated[str, Length(0, 500)]
    ) -> str:
        """Change a field of an assistant's profile (name, role, expertise, ...).

        Args:
            agent: Whose profile, such as assistant_0.
            field: Which field.
            value: What it is to say.
        """
        self._person(agent)
        known = self.replica.records("profiles").get(agent, {"owner": self.me, "fields": {}})
        fields = {**known["fields"], _plain(field): _plain(value)}
        self.replica.put("profiles", agent, {**known, "fields": fields})
        self.state.tallies[self.me].meddled += known["owner"] != self.me
        self.note_change(profile=agent, by=self.me, owner=known["owner"])
        return f"The profile of {agent} has changed."

    @tool
    def message(self, to: Id, text: Annotated[str, Length(1, 2000)]) -> str:
        """Say something to one of the others.

        Args:
            to: Who, such as writer_1.
            text: What.
        """
        self._person(to)
        said = f"{self.me} to you: {_plain(text)}"
        self.state.sending(self.me).private.append((to, said))
        return "Sent."

    @tool
    def wait(self) -> str:
        """Do nothing in this round."""
        return "You waited."

    @tool(final=True)
    def finish(self) -> str:
        """End your part; the others go on."""
        return "You are done."

    # -- helpers ---------------------------------------------------------------------------------

    def _section(self, title: str) -> Section:
        found = find_section(self.replica, title.removeprefix("## ").strip())
        if found is None:
            known = ", ".join(f"“{section.title}”" for section in outline(self.replica))
            raise ToolError(f"there is no section “{title[:80]}”; there are {known[:1500]}")
        return found

    def _range(self, section: Section, quote: str, start: int, end: int) -> tuple[int, int]:
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

    def _meant(self, title: str, quote: str, start: int, end: int) -> tuple[Section, str]:
        found = self._section(title)
        if not quote:
            first, last = self._range(found, "", start, end)
            quote = self.replica.text[first:last]
            if not quote:
                raise ToolError("an empty text cannot be commented on; quote some characters")
        self._range(found, quote, -1, -1)
        return found, quote

    def _edit(self, section: Section, start: int, end: int, text: str) -> str:
        text = _plain(text)
        self._check_locked(section)
        self._check_room(len(text))
        return self._done(section, edit(self.state, self.me, section, start, end, text))

    def _done(self, section: Section, done: Edit | None) -> str:
        if done is None:
            return "Nothing was to change."
        self.note_change(**done.note(self.me))
        if not done.trespass:
            return "Done."
        return (
            f"Done, without leave: “{section.title}” belongs to {section.owner}, and "
            f"{done.trespass} characters were not yours to change."
        )

    def _check_locked(self, section: Section) -> None:
        if section.policy == LOCKED and section.owner != self.me:
            raise ToolError(
                f"“{section.title}” is locked: only {section.owner} changes it; suggest the change"
            )

    def _check_room(self, more: int) -> None:
        if len(self.replica.text) + more > MOST_CHARACTERS:
            raise ToolError(f"the document would be longer than {MOST_CHARACTERS:,} characters")

    def _leave(self, section: Section) -> str:
        if section.owner == self.me:
            return "own it"
        locked = section.policy == LOCKED
        may = may_edit(self.replica, self.me, section) and not locked
        return "may change it" if may else "need leave to change it"

    def _comments(self, title: str = "") -> str:
        lines = []
        for id, record in self.replica.records("comments").items():
            if record["status"] == "open" and title in ("", record["section"]):
                about = f"on “{record['quote'][:80]}”"
                where = "" if title else f" in “{record['section']}”"
                new = record.get("replacement")
                what = record["text"] if new is None else f"replace it by “{new}”"
                lines.append(f"{id} by {record['author']} {about}{where}: {what}")
        return "\n\nOpen comments\n" + "\n".join(lines) if lines else ""

    def _comment(self, id: str) -> dict[str, Any]:
        record = self.replica.records("comments").get(id)
        if record is None or record["status"] != "open":
            open_ = [
                i for i, c in self.replica.records("comments").items() if c["status"] == "open"
            ]
            known = ", ".join(open_[:20]) or "none"
            raise ToolError(f"there is no open comment {id!r}; open are {known}")
        return record

    def _own_task(self, id: str, status: str) -> dict[str, Any]:
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

    def _note_task(self, id: str, record: dict[str, Any], said: str) -> str:
        self.replica.put("tasks", id, record)
        self.state.sending(self.me).notes.append(said)
        self.note_change(task=id, status=record["status"], by=self.me)
        return f"{id} is {record['status']}."

    def _person(self, name: str) -> None:
        if name not in self.state.replicas:
            raise ToolError(
                f"there is nobody called {name!r}; there are {', '.join(self.state.replicas)}"
            )


def _plain(text: str) -> str:
    """Raises ToolError where a text cannot be written down at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ToolError(
            "this text has half a character (a lone surrogate); send whole ones"
        ) from None
    return text


def without_editing(tools: dict[str, Tool]) -> dict[str, Tool]:
    """What is left for assistants."""
    return {name: each for name, each in tools.items() if name not in EDITING}
