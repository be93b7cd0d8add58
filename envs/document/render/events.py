"""What happened in an episode, event by event, read off the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...core import Ledger

__all__ = ["Event", "events"]


class Event(NamedTuple):
    """One change, by whom and when (round, from 1).

    Attributes:
        kind: edit, violation, comment, suggestion, accepted, rejected, resolved, task, asks, grants
            or profile.
        where: the section, comment or task.
        what: a sentence's rest.
        size: characters that changed.
    """

    round: int
    seat: str
    kind: str
    where: str
    what: str
    size: int = 0
    trespass: int = 0


_KINDS = (
    "comment", "suggestion", "accepted", "rejected", "resolved", "task", "asks", "grants",
    "profile",
)  # fmt: skip


def events(ledger: Ledger) -> Iterator[Event]:
    """Every change in the order in which it was made."""
    for entry in ledger:
        for change in entry.changes:
            found = _event(entry.turn, change)
            if found is not None:
                yield found


def _event(turn: int, change: Mapping[str, Any]) -> Event | None:
    seat = change.get("by", "")
    if "edit" in change:
        removed, inserted, trespass = change["removed"], change["inserted"], change["trespass"]
        if removed and inserted:
            what = f"{_short(removed)} became {_short(inserted)}"
        else:
            what = f"added {_short(inserted)}" if inserted else f"took out {_short(removed)}"
        kind = "violation" if trespass else "edit"
        size = len(removed) + len(inserted)
        return Event(turn, seat, kind, change["edit"], what, size, trespass)
    for kind in _KINDS:
        if kind in change:
            more = change.get("section") or change.get("to") or change.get("status") or ""
            return Event(turn, seat, kind, str(change[kind]), str(more))
    return None


def _short(text: str, most: int = 90) -> str:
    plain = text.replace("\n", "⏎")
    return f"“{plain if len(plain) <= most else plain[: most - 1] + '…'}”"
