"""One agent's copy of the document: a pycrdt `Doc` behind indices that count characters.

    replica = Replica("writer_0", 1, authors)
    replica.insert(0, "naïve 🙂", "writer_0")
    replica.delete(6, 7)
    other.apply(replica.take_updates())

pycrdt counts bytes of UTF-8: an index inside a character goes to the end without a word, and a
deletion with a bound inside one takes everything behind it. Here indices are code points, and the
bytes are found from them.

Text and authors are mirrored as two strings of equal length, kept up to date by what the CRDT
reports, so that nothing has to be asked of it to read. Who wrote a character is known from the
update that brought it: as attributes of the text (formatting) authors get mixed up as soon as edits
are concurrent, in yrs 0.14 in most random runs. Its sticky indices are not used either: they mix
bytes with UTF-16 units, and panic behind the first "é".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from pycrdt import Doc, Map, Subscription, Text, merge_updates

__all__ = ["MAPS", "Change", "Replica", "Span", "Update"]

MAPS = ("sections", "comments", "tasks", "profiles", "grants", "requests")
"""What is shared beside the text: each a map from an id to a record (a plain dict)."""
_MARK = 0x100
"""Authors are marked by one character each, from here on."""

Span = tuple[str, str]
"""A text and its author."""
Update = tuple[bytes, str, str]
"""What one transaction changed, the author of its text, and the kind of record, if it was one."""
Change = tuple[int, int, int]
"""Place, characters deleted, characters inserted."""


class Replica:
    """A copy of the document.

    Args:
        name: whose.
        client: the CRDT's id of it, unlike that of any other replica.
        authors: everybody who may write, in an order that all replicas share.
        start: what it begins with: the `state` of another replica.

    Attributes:
        text: the body.
        marks: of each character of the body one character that stands for its author.
        recent: ranges that were written here lately, [start, end, when], moved by later changes.
    """

    def __init__(
        self, name: str, client: int, authors: Sequence[str], start: tuple[bytes, str] | None = None
    ) -> None:
        self.name, self.client, self.authors = name, client, tuple(authors)
        self._mark = {author: chr(_MARK + i) for i, author in enumerate(self.authors)}
        self._doc = Doc(client_id=client)
        self._body = self._doc.get("body", type=Text)
        self._maps = {kind: self._doc.get(kind, type=Map) for kind in MAPS}
        self._records: dict[str, dict[str, Any]] = {}
        self.text = self.marks = ""
        self.recent: list[list[int]] = []
        if start is not None:
            self._doc.apply_update(start[0])
            self.text, self.marks = str(self._body), start[1]
        # The callbacks know two lists and not the replica: a cycle through the CRDT is never freed.
        self._raw: list[bytes] = []
        self._deltas: list[list[dict[str, Any]]] = []
        self._updates: list[Update] = []
        self._writing = name
        updates, deltas = self._raw, self._deltas
        self._observed: Subscription = self._doc.observe(lambda e: updates.append(e.update))
        # Straight from the CRDT: the events that pycrdt makes of it take a third of a step.
        self._watched: Subscription = self._body.integrated.observe(
            lambda e: deltas.append(e.delta)
        )

    def __del__(self) -> None:
        if hasattr(self, "_watched"):
            self._doc.unobserve(self._observed)
            self._watched.drop()

    # -- the text --------------------------------------------------------------------------------

    def insert(self, at: int, text: str, author: str) -> None:
        """Insert `text` before the character at `at`.

        Raises:
            IndexError: there is no such place.
            KeyError: nobody of that name may write.
        """
        if not 0 <= at <= len(self.text):
            raise IndexError(f"there is no place {at} in {len(self.text)} characters")
        if not text:
            return
        mark = self._mark[author]
        self._writing = author
        self._body.insert(self._byte(at), text)
        self._settle()
        self.text = self.text[:at] + text + self.text[at:]
        self.marks = self.marks[:at] + mark * len(text) + self.marks[at:]
        self.shift(at, 0, len(text))

    def delete(self, start: int, end: int) -> None:
        """Delete the characters from `start` up to `end`.

        Raises:
            IndexError: there is no such range.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"there is no range {start} to {end} in {len(self.text)} characters")
        if start == end:
            return
        first = self._byte(start)
        del self._body[first : first + len(self.text[start:end].encode())]
        self._settle()
        self.text = self.text[:start] + self.text[end:]
        self.marks = self.marks[:start] + self.marks[end:]
        self.shift(start, end - start, 0)

    def author_at(self, index: int) -> str:
        """Who wrote the character at `index`; "" where there is none."""
        known = 0 <= index < len(self.marks)
        return self.authors[ord(self.marks[index]) - _MARK] if known else ""

    def others(self, start: int, end: int, author: str) -> int:
        """How many characters of a range somebody else wrote."""
        mark = self._mark.get(author)
        return end - start - (self.marks.count(mark, start, end) if mark else 0)

    def spans(self, start: int = 0, end: int | None = None) -> list[Span]:
        """The body, or a range of it, by author."""
        found: list[Span] = []
        at = start
        for mark, run in groupby(self.marks[start:end]):
            size = sum(1 for _ in run)
            found.append((self.text[at : at + size], self.authors[ord(mark) - _MARK]))
            at += size
        return found

    def written(self) -> dict[str, int]:
        """How many characters of the body each author wrote."""
        return {author: self.marks.count(mark) for author, mark in self._mark.items()}

    def note_edit(self, start: int, end: int, when: int) -> None:
        """Remember that a range was written (or, if it is empty, that something there went)."""
        self.recent.append([start, end, when])

    def forget_edits(self, before: int) -> None:
        """Forget what was written before `before`."""
        self.recent = [edit for edit in self.recent if edit[2] >= before]

    def shift(self, at: int, deleted: int, inserted: int) -> None:
        """Move the ranges of recent edits by a change (done already for changes made here)."""
        for known in self.recent:
            for end in (0, 1):
                place = known[end]
                # What is inserted at a bound stays outside the range.
                if place > at or (end == 0 and place == at and not deleted):
                    known[end] = max(at, place - deleted) + inserted
            known[1] = max(known[0], known[1])

    # -- records ---------------------------------------------------------------------------------

    def records(self, kind: str) -> dict[str, Any]:
        """All records of a kind by id. Not to be changed: use `put`."""
        known = self._records.get(kind)
        if known is None:
            found: Any = self._maps[kind].to_py()
            known = self._records[kind] = {key: found[key] for key in sorted(found)}
        return known

    def put(self, kind: str, id: str, record: dict[str, Any]) -> None:
        """Write a record; of two that are written at once, one wins, the same one everywhere."""
        self._maps[kind][id] = record
        self._settle(kind)
        known = self._records.get(kind)
        if known is None:
            return
        new = id not in known
        known[id] = record
        if new:  # in the order in which they will be read elsewhere
            self._records[kind] = {key: known[key] for key in sorted(known)}

    # -- the others ------------------------------------------------------------------------------

    def take_updates(self) -> list[Update]:
        """What was changed here since the last call."""
        taken = self._updates.copy()
        self._updates.clear()
        return taken

    def apply(self, updates: Sequence[Update]) -> list[Change]:
        """Take over changes made elsewhere.

        Returns:
            What that did to the body, each change where it was when its turn came.
        """
        changes: list[Change] = []
        for author, group in groupby(updates, key=lambda update: update[1]):
            parts: list[bytes] = []
            for update, _, kind in group:
                parts.append(update)
                if kind:
                    self._records.pop(kind, None)
            self._doc.apply_update(merge_updates(*parts) if len(parts) > 1 else parts[0])
            for delta in self._deltas:
                changes += self._follow(delta, self._mark[author])
            self._deltas.clear()
        self._raw.clear()
        return changes

    def state(self) -> tuple[bytes, str]:
        """Everything, for another replica to begin with."""
        return self._doc.get_update(), self.marks

    def content(self) -> bytes:
        """The whole document in one form: equal bytes, equal documents."""
        maps: dict[str, Any] = {kind: self._maps[kind].to_py() for kind in MAPS}
        whole = [str(self._body), [[a, len(t)] for t, a in self.spans()], maps]
        return json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()

    def copy(self) -> Replica:
        """An independent replica that goes on under the same client id."""
        make, arguments = self.__reduce__()
        return make(*arguments)

    def __deepcopy__(self, memo: Any) -> Replica:
        return self.copy()

    def __reduce__(self) -> tuple[Callable[..., Replica], tuple[Any, ...]]:
        kept = [self._updates.copy(), [edit.copy() for edit in self.recent]]
        return _again, (self.name, self.client, self.authors, self.state(), *kept)

    # -- between the CRDT and the mirror ---------------------------------------------------------

    def _byte(self, index: int) -> int:
        return len(self.text[:index].encode())

    def _settle(self, kind: str = "") -> None:
        """After a change made here: keep its update for the others."""
        self._updates += [(update, self._writing, kind) for update in self._raw]
        self._raw.clear()
        self._deltas.clear()

    def _follow(self, delta: list[dict[str, Any]], mark: str) -> list[Change]:
        """Repeat in the mirror what happened in the CRDT; its lengths are bytes."""
        old, marks = self.text, self.marks
        raw = b"" if old.isascii() else old.encode()
        texts: list[str] = []
        whose: list[str] = []
        changes: list[Change] = []
        byte = at = now = 0
        for part in delta:
            if "insert" in part:
                text = part["insert"]
                texts.append(text)
                whose.append(mark * len(text))
                changes.append((now, 0, len(text)))
                now += len(text)
                continue
            kept = "retain" in part
            size = part["retain"] if kept else part["delete"]
            length = len(raw[byte : byte + size].decode()) if raw else size
            if kept:
                texts.append(old[at : at + length])
                whose.append(marks[at : at + length])
                now += length
            else:
                changes.append((now, length, 0))
            byte, at = byte + size, at + length
        self.text = "".join(texts) + old[at:]
        self.marks = "".join(whose) + marks[at:]
        return changes


def _again(
    name: str,
    client: int,
    authors: tuple[str, ...],
    start: tuple[bytes, str],
    updates: list[Update],
    recent: list[list[int]],
) -> Replica:
    replica = Replica(name, client, authors, start)
    replica._updates.extend(updates)
    replica.recent = recent
    return replica
