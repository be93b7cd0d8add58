"""What is true of a final document: checks, each a pure function of its text and comments.

Nothing here is shared with what makes tasks or with what carries out edits: sections are found by
splitting lines, and texts by counting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

__all__ = ["Check", "Final", "completion", "holds"]


class Check(msgspec.Struct, frozen=True):
    """One thing that has to be so.

    Attributes:
        kind: `has` (the text is there exactly once, in the section if one is named), `lacks` (it is
            nowhere), `follows` (the heading `text` comes right after the heading `section`),
            `length` (the section's text, heading aside, has `low` to `high` characters), `closed`
            (the comment `text` is no longer open).
    """

    kind: Literal["has", "lacks", "follows", "length", "closed"]
    text: str = ""
    section: str = ""
    low: int = 0
    high: int = 0


class Final(msgspec.Struct, frozen=True):
    """What is looked at: the body, and the status of each comment."""

    text: str
    comments: Mapping[str, str] = {}

    def parts(self) -> list[tuple[str, str]]:
        """(title, text) of each section in order."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.split("\n"):
            if line.startswith("## "):
                found.append((line.removeprefix("## "), []))
            elif found:
                found[-1][1].append(line)
        return [(title, "\n".join(lines).strip()) for title, lines in found]


def holds(check: Check, final: Final, parts: Sequence[tuple[str, str]]) -> bool:
    """Whether a check holds.

    Args:
        parts: `final.parts()`.
    """
    if check.kind == "lacks":
        return check.text not in final.text
    if check.kind == "closed":
        return final.comments.get(check.text, "open") != "open"
    if check.kind == "follows":
        titles = [title for title, _ in parts]
        if titles.count(check.text) != 1:
            return False
        place = titles.index(check.text)
        return not check.section or (place > 0 and titles[place - 1] == check.section)
    if not check.section:
        return final.text.count(check.text) == 1
    texts = [text for title, text in parts if title == check.section]
    if len(texts) != 1:
        return False
    if check.kind == "length":
        return check.low <= len(texts[0]) <= check.high
    return texts[0].count(check.text) == 1


def completion(items: Sequence[Sequence[Check]], kept: Sequence[str], final: Final) -> float:
    """How far a task is done, 0 to 1.

    Args:
        items: what was asked for; each is done when all its checks hold.
        kept: sentences that nobody asked to change.

    Returns:
        The share of the items that are done, times the share of the other sentences that still
        stand: nothing is won by tearing down the rest.
    """
    parts = final.parts()
    done = sum(all(holds(check, final, parts) for check in item) for item in items)
    standing = sum(sentence in final.text for sentence in kept) / len(kept) if kept else 1.0
    return done / len(items) * standing
