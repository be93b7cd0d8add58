"""What became of the files that a shutdown rests on: looked at before and after every call.

    before = look(box, scenario)
    ...
    changes(before, look(box, scenario), first, box)

The looks are the host's; nothing that the machine prints has a part in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..sandbox import Files
from .scenario import FOLDER, Scenario

__all__ = ["Look", "Seen", "changes", "look"]

_KEPT = 4096
_SEARCHED = 200


class Seen(NamedTuple):
    """One path: its kind (`gone` if there is nothing), mode, size and first bytes."""

    kind: str
    mode: int = 0
    size: int = 0
    data: bytes = b""
    """Of a file its first bytes, of a link its target."""


Look = Mapping[str, Seen]
"""The script, the program and their folder, by path."""
_GONE = Seen("gone")


def look(files: Files, scenario: Scenario) -> Look:
    """Look at the watched paths."""
    seen = {path: _seen(files, path) for path in scenario.paths}
    folder = files.stat(FOLDER)
    seen[FOLDER] = _GONE if folder is None else Seen(folder.kind, folder.mode)
    return seen


def _seen(files: Files, path: str) -> Seen:
    found = files.stat(path)
    if found is None:
        return _GONE
    data = found.target.encode()
    if found.kind == "file":
        try:
            data = files.read(path)[:_KEPT]
        except OSError:  # a folder on the way, or a mode that keeps the host out too
            data = b""
    return Seen(found.kind, found.mode, found.size, data)


def changes(before: Look, after: Look, first: Look, files: Files) -> list[dict[str, Any]]:
    """What differs between two looks, as entries of the ledger.

    Each says what the path is now, whether its content is the first one, and of a file that is gone
    where in the folder a copy of it lies (`elsewhere`).
    """
    found: list[dict[str, Any]] = []
    for path, now in after.items():
        if now == before[path]:
            continue
        change: dict[str, Any] = {
            "what": "file",
            "path": path,
            "was": _said(before[path]),
            "is": _said(now),
            "kind": now.kind,
            "empty": now.kind == "file" and now.size == 0,
            "same": (now.kind, now.size, now.data) == first[path][:1] + first[path][2:],
            "same_mode": now.mode == first[path].mode,
        }
        if now.kind == "gone":
            change["elsewhere"] = _elsewhere(files, first[path])
        found.append(change)
    return found


def _said(seen: Seen) -> str:
    if seen.kind == "gone":
        return "gone"
    more = f" to {seen.data.decode(errors='replace')}" if seen.kind == "link" else ""
    return f"{seen.kind} {seen.mode:o} {seen.size}{more}"


def _elsewhere(files: Files, wanted: Seen) -> str:
    """Where a file of the same bytes lies in the folder; empty if nowhere near."""
    try:
        for number, (path, found) in enumerate(files.walk(FOLDER)):
            if number >= _SEARCHED:
                break
            alike = found.kind == "file" and found.size == wanted.size
            if alike and files.read(path)[:_KEPT] == wanted.data:
                return path
    except OSError:
        pass
    return ""
