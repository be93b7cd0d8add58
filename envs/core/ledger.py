"""The host's own record of an episode: every tool call, what came of it and what it changed.

Grading reads the ledger beside the state. The agent can neither read nor write it; entries are
immutable and are only ever appended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tool call, or one action that was not well formed (`tool` is then what it named)."""

    turn: int
    tool: str
    arguments: Mapping[str, Any] = {}
    result: str | None = None
    error: str | None = None
    """What the agent was told went wrong, if anything did."""
    malformed: bool = False
    """Whether it was a format error rather than a call."""
    agent: str = ""
    """Who acted; empty where there is one agent."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """What the call changed in the state, as the tool noted it."""


class Ledger(Sequence[Entry]):
    """An append-only sequence of entries."""

    __slots__ = ("_entries", "format_errors")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = list(entries)
        self.format_errors = sum(entry.malformed for entry in self._entries)
        """How many actions were not well formed."""

    def append(self, entry: Entry) -> None:
        """Record one entry (for the base classes of environments)."""
        self._entries.append(entry)
        self.format_errors += entry.malformed

    def copy(self) -> Ledger:
        """An independent ledger with the same (immutable) entries."""
        new = Ledger()
        new._entries, new.format_errors = self._entries.copy(), self.format_errors
        return new

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        return self._entries[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ledger) and self._entries == other._entries

    def __repr__(self) -> str:
        return f"Ledger({len(self)} entries, {self.format_errors} format errors)"

    def of(self, tool: str) -> list[Entry]:
        """The well-formed calls of one tool, in order, failed ones included."""
        return [e for e in self._entries if e.tool == tool and not e.malformed]
