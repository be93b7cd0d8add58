"""Tasks, permissions, profiles and messages: what agents have to do with one another."""

from __future__ import annotations

from typing import Annotated

from ...core import Length, ToolError, tool
from ..sections import may_edit
from .base import Id, SeatTools, Title, plain

__all__ = ["PeopleTools"]


class PeopleTools(SeatTools):
    """Everything that is not about the text; `wait` and `finish`."""

    @tool(writes=True)
    def assign(self, assignee: Id, spec: Annotated[str, Length(1, 1000)]) -> str:
        """Ask somebody to do something; everybody sees the task.

        Args:
            assignee: Who, such as assistant_0.
            spec: What is to be done.
        """
        self.check_person(assignee)
        id = self.state.new_id("t")
        record = {
            "requester": self.me,
            "assignee": assignee,
            "spec": plain(spec),
            "trigger": "autonomous" if assignee == self.me else "manual",
            "status": "waiting",
        }
        return self.note_task(id, record, f"{self.me} asks {assignee}: {record['spec']} ({id})")

    @tool(writes=True)
    def claim_task(self, task: Id) -> str:
        """Begin to work on a task that you were asked to do.

        Args:
            task: Its id, such as t2.
        """
        record = self.own_task(task, "waiting")
        said = f"{self.me} works on {task}."
        return self.note_task(task, {**record, "status": "claimed"}, said)

    @tool(writes=True)
    def complete_task(self, task: Id, result: Annotated[str, Length(None, 1000)] = "") -> str:
        """Say that a task is done.

        Args:
            task: Its id, such as t2.
            result: What came of it.
        """
        record = self.own_task(task, "claimed")
        done = {**record, "status": "done", "result": plain(result)}
        return self.note_task(task, done, f"{self.me} has done {task}. {done['result']}".strip())

    @tool(writes=True)
    def request_permission(
        self, section: Title, reason: Annotated[str, Length(None, 500)] = ""
    ) -> str:
        """Ask the owner of a section for leave to change it.

        Args:
            section: Title of the section.
            reason: What for.
        """
        found = self.section_of(section)
        if may_edit(self.replica, self.me, found):
            return "You may change it already."
        record = {"section": found.title, "by": self.me, "round": self.state.round}
        self.replica.put("requests", f"{found.title}\n{self.me}", record)
        asked = f"{self.me} asks for leave to change “{found.title}”. {plain(reason)}".strip()
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
        found = self.section_of(section)
        self.check_person(to)
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
        self,
        agent: Id,
        field: Annotated[str, Length(1, 40)],
        value: Annotated[str, Length(None, 500)],
    ) -> str:
        """Change a field of an assistant's profile (name, role, expertise, ...).

        Args:
            agent: Whose profile, such as assistant_0.
            field: Which field.
            value: What it is to say.
        """
        self.check_person(agent)
        known = self.replica.records("profiles").get(agent, {"owner": self.me, "fields": {}})
        fields = {**known["fields"], plain(field): plain(value)}
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
        self.check_person(to)
        said = f"{self.me} to you: {plain(text)}"
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
