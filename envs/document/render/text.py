"""The document as plain text: foreign hands in brackets, comments below, then the timeline."""

from __future__ import annotations

from ...core import Ledger, Task
from ..sections import Section, outline
from ..world import DocumentState
from .events import Event, events

__all__ = ["document_text"]


def document_text(state: DocumentState, ledger: Ledger, task: Task) -> str:
    """The state as its first replica shows it.

    Text that is not of the section's owner stands in brackets with its author: `⟦writer_1: ...⟧`.
    """
    replica = next(iter(state.replicas.values()))
    listed = outline(replica)
    head = replica.text[: listed[0].start if listed else None].strip()
    wrote = ", ".join(f"{author} {count:,}" for author, count in replica.written().items())
    lines = [head, "=" * max(1, len(head)), f"{task.id}, round {state.round}; characters: {wrote}"]
    for section in listed:
        lines += ["", f"## {section.title}  [{section.owner}, {section.policy}]"]
        lines.append(_marked(state, section))
        for id, record in replica.records("comments").items():
            if record["section"] == section.title:
                new = record.get("replacement")
                what = record["text"] if new is None else f"-> “{new}”"
                lines.append(
                    f"  {id} {record['author']} ({record['status']}) on “{record['quote'][:60]}”: "
                    f"{what}"
                )
    lines += ["", "Timeline"]
    lines += [_line(event) for event in events(ledger)] or ["nothing happened"]
    return "\n".join(lines)


def _marked(state: DocumentState, section: Section) -> str:
    replica = next(iter(state.replicas.values()))
    start = section.start + len(section.title) + 4
    end = section.start + len(replica.text[section.start : section.end].rstrip())
    return "".join(
        text if author == section.owner else f"⟦{author}: {text}⟧"
        for text, author in replica.spans(min(start, end), end)
    )


def _line(event: Event) -> str:
    mark = f"  ! {event.trespass} characters without leave" if event.trespass else ""
    what = f": {event.what}" if event.what else ""
    return f"{event.round:4} {event.seat:12} {event.kind:10} {event.where}{what}{mark}"
