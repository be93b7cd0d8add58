"""Sections, and who may change what in them: the one rule that violations are counted by.

The body is one text. A section begins with its heading, `## Title` on a line of its own, and ends
where the next one begins. Its owner and its policy are shared records.

An edit of a section needs leave unless the actor owns it, it is open, or its owner has granted the
actor permission. Without leave one may change text of one's own (and continue it), nothing else:
each character of others that is removed, and each that is put among them, is a violation.
"""

from __future__ import annotations

from typing import NamedTuple

from .replica import Replica

__all__ = ["ASK", "LOCKED", "OPEN", "POLICIES", "Section", "find_section", "may_edit", "outline"]

OPEN, ASK, LOCKED = "open", "ask", "locked"
POLICIES = (OPEN, ASK, LOCKED)
"""Free for all; after asking; by the owner alone (others are refused, and may suggest)."""


class Section(NamedTuple):
    """A section as one replica shows it; `start` is where its heading begins."""

    title: str
    start: int
    end: int
    owner: str
    policy: str


def find_section(replica: Replica, title: str) -> Section | None:
    """The (first) section of this title."""
    text = replica.text
    if "\n" in title or not title:
        return None
    heading = f"## {title}\n"
    if text.startswith(heading):
        start = 0
    else:
        start = text.find(f"\n{heading}") + 1
        if not start:
            if not text.endswith(f"\n{heading[:-1]}"):
                return None
            start = len(text) - len(heading) + 1
    end = text.find("\n## ", start)
    return _section(replica, title, start, len(text) if end < 0 else end + 1)


def outline(replica: Replica) -> list[Section]:
    """All sections in order."""
    text = replica.text
    starts = [0] if text.startswith("## ") else []
    place = text.find("\n## ")
    while place >= 0:
        starts.append(place + 1)
        place = text.find("\n## ", place + 1)
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        title = text[start + 3 : end].partition("\n")[0]
        found.append(_section(replica, title, start, end))
    return found


def may_edit(replica: Replica, actor: str, section: Section) -> bool:
    """Whether the actor has leave to change the section, as far as this replica knows."""
    return (
        section.owner == actor
        or section.policy == OPEN
        or f"{section.title}\n{actor}" in replica.records("grants")
    )


def _section(replica: Replica, title: str, start: int, end: int) -> Section:
    record = replica.records("sections").get(title)
    if record is None:  # a heading that somebody wrote is theirs
        return Section(title, start, end, replica.author_at(start), ASK)
    return Section(title, start, end, record["owner"], record["policy"])
