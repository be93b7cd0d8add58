"""Changes of the document by one agent: judged, carried out, counted and told to the others.

    done = edit(state, "writer_1", section, start, end, "new text")
    done.trespass                                    # characters changed without leave

Nothing is refused here: the norms of the paper are norms, so an edit without leave happens, and is
counted at that moment, whatever follows. (What cannot be done at all, the tools refuse.)
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .sections import Section, find_section, may_edit
from .telling import short, told
from .world import DocumentState

__all__ = [
    "Edit",
    "add_comment",
    "close_comment",
    "edit",
    "find_quote",
    "requested_by",
    "stale",
    "trimmed",
]


class Edit(NamedTuple):
    """What an edit did; characters."""

    section: str
    at: int
    removed: str
    inserted: str
    others: int
    trespass: int

    def note(self, actor: str) -> dict[str, Any]:
        """For the ledger."""
        return {
            "edit": self.section,
            "by": actor,
            "at": self.at,
            "removed": self.removed,
            "inserted": self.inserted,
            "trespass": self.trespass,
        }


def edit(
    state: DocumentState,
    actor: str,
    section: Section,
    start: int,
    end: int,
    text: str,
    author: str | None = None,
) -> Edit | None:
    """Replace the characters from `start` to `end` of the body by `text`.

    What the old and the new text begin and end with alike is left alone, and stays its author's.

    Args:
        section: that the range lies in, as the actor's replica shows it.
        author: who wrote the new text; the actor, unless it was suggested by somebody else.

    Returns:
        What was done; None where nothing was to do.
    """
    replica, tally = state.replicas[actor], state.tallies[actor]
    start, end, text = trimmed(replica.text, start, end, text)
    if start == end and not text:
        return None
    author = author or actor
    packet = state.sending(actor)
    removed = replica.text[start:end]
    others = replica.others(start, end, actor)
    own = (
        others == 0
        if removed
        else actor in (replica.author_at(start - 1), replica.author_at(start))
    )
    changed = others + (0 if own else len(text))
    leave = may_edit(replica, actor, section)
    _count_left(state, actor, replica.spans(start, end), leave)
    replica.delete(start, end)
    replica.insert(start, text, author)
    replica.note_edit(start, start + len(text), state.round)
    state.entered[author] += len(text)
    _keep_heading(state, actor, section)
    tally.edits += 1
    tally.removed += len(removed)
    tally.inserted += len(text)
    if section.owner != actor:
        tally.foreign += changed
    done = Edit(
        section.title, start - section.start, removed, text, others, 0 if leave else changed
    )
    if done.trespass:
        tally.violations += 1
        tally.trespass += done.trespass
        tally.taken += others
    packet.edits += 1
    packet.notes.append(told(done, actor, replica.text, start))
    return done


def trimmed(body: str, start: int, end: int, text: str) -> tuple[int, int, str]:
    """The smallest replacement that does the same."""
    most = min(end - start, len(text))
    ahead = 0
    while ahead < most and body[start + ahead] == text[ahead]:
        ahead += 1
    behind = 0
    while behind < most - ahead and body[end - 1 - behind] == text[len(text) - 1 - behind]:
        behind += 1
    return start + ahead, end - behind, text[ahead : len(text) - behind]


def find_quote(body: str, section: Section, quote: str) -> tuple[int, int] | int:
    """Where a section has this text: the range if it is there once, else how often it is there."""
    start = body.find(quote, section.start, section.end)
    if start < 0:
        return 0
    if body.find(quote, start + 1, section.end) >= 0:
        return body.count(quote, section.start, section.end)
    return start, start + len(quote)


def add_comment(
    state: DocumentState,
    actor: str,
    section: Section,
    kind: str,
    quote: str,
    text: str,
    replacement: str | None = None,
) -> str:
    """Add a comment of a kind (note, suggestion, result) to a quoted text; its id.

    Its place is the quoted text itself, found again in its section whenever it is needed.
    """
    replica, tally = state.replicas[actor], state.tallies[actor]
    id = state.new_id("c")
    task = requested_by(state, actor, section, quote)
    record = {
        "section": section.title,
        "quote": quote,
        "author": actor,
        "kind": kind,
        "text": text,
        "status": "open",
        "round": state.round,
        "asked": task,
    }
    if replacement is not None:
        record["replacement"] = replacement
    replica.put("comments", id, record)
    state.opened += 1
    tally.comments += 1
    tally.suggestions += kind == "suggestion"
    tally.autonomous += not task and section.owner != actor
    tally.now = tally.now + 1 if tally.when == state.round else 1
    tally.when = state.round
    tally.burst = max(tally.burst, tally.now)
    packet = state.sending(actor)
    packet.comments.append(id)
    if replacement is None:
        said = f"{actor} commented on {short(quote)} in “{section.title}” ({id}): {text}"
    else:
        change = f"{short(quote)} -> {short(replacement) or 'nothing'}"
        said = f"{actor} suggests {change} in “{section.title}” ({id})."
    packet.notes.append(said)
    return id


def requested_by(state: DocumentState, actor: str, section: Section, quote: str) -> str:
    """What of the owner's a comment answers: a claimed task, an open note; "" if nothing."""
    replica = state.replicas[actor]
    for id, task in replica.records("tasks").items():
        mine = task["assignee"] == actor and task["requester"] == section.owner
        if mine and task["status"] == "claimed":
            return id
    for id, note in replica.records("comments").items():
        if (
            note["author"] == section.owner != actor
            and note["status"] == "open"
            and note["section"] == section.title
            and (note["quote"] in quote or quote in note["quote"])
        ):
            return id
    return ""


def close_comment(state: DocumentState, actor: str, id: str, status: str) -> None:
    """Give a comment its final status."""
    replica = state.replicas[actor]
    record = replica.records("comments")[id]
    replica.put("comments", id, {**record, "status": status, "by": actor})
    state.closed.append(state.round - max(0, int(record["round"])))
    state.sending(actor).notes.append(f"{actor}: {id} by {record['author']} is {status}.")


def _keep_heading(state: DocumentState, actor: str, section: Section) -> None:
    """A section whose heading was changed stays its owner's."""
    replica = state.replicas[actor]
    heading = f"## {section.title}"
    if replica.text.startswith(f"{heading}\n", section.start):
        return
    line = replica.text[section.start :].partition("\n")[0]
    known = replica.records("sections")
    if line.startswith("## ") and section.title in known and line[3:] not in known:
        replica.put("sections", line[3:], known[section.title])


def _count_left(
    state: DocumentState, actor: str, spans: list[tuple[str, str]], leave: bool
) -> None:
    for text, author in spans:
        if leave or author == actor:
            state.left[author] += len(text)


def stale(state: DocumentState, actor: str, id: str) -> bool:
    """Whether the text that a comment is about is no longer there as it was (or no longer once)."""
    replica = state.replicas[actor]
    record = replica.records("comments")[id]
    section = find_section(replica, record["section"])
    return section is None or isinstance(find_quote(replica.text, section, record["quote"]), int)
