"""What can be wrong with a leaderboard file, said in one line with the mend."""

from __future__ import annotations

import re

from ..envs.core import UsageError


class StoreError(UsageError):
    """The leaderboard file cannot be read or written."""


class Locked(StoreError):
    """Another process has the file open at this moment."""


def explained(error: Exception, path: str) -> StoreError:
    """DuckDB's error as a `StoreError` that says what is wrong and what to do."""
    text = str(error)
    lowered = text.lower()
    if "conflicting lock" in lowered or "could not set lock" in lowered:
        holder = re.search(r"\(PID (\d+)\)", text)
        who = f"process {holder[1]}" if holder else "another process"
        return Locked(
            f"{path} is held by {who}. Palestra's own runs let go of it between batches: wait for "
            "that program to end, close it, or use another --db."
        )
    if (
        "no space left" in lowered
        or "disk full" in lowered
        or "could not write all bytes" in lowered
    ):
        return StoreError(
            f"the disk of {path} is full. What was stored is safe; free some space and give the "
            "same command again."
        )
    if "not a valid duckdb" in lowered or "corrupt" in lowered or "checksum" in lowered:
        return StoreError(
            f"{path} is no DuckDB database, or is damaged ({_first_line(text)}). Nothing was "
            "changed in it: move it aside and name another --db, or restore a copy."
        )
    if "version number" in lowered or "storage version" in lowered or "newer version" in lowered:
        return StoreError(
            f"{path} was written by another version of DuckDB ({_first_line(text)}). "
            "`pip install -U duckdb`, or use another --db."
        )
    if "read-only" in lowered or "permission denied" in lowered:
        return StoreError(
            f"{path} cannot be written ({_first_line(text)}). Make the file and its folder "
            "writable, or use another --db."
        )
    if "no such file" in lowered or "does not exist" in lowered or "cannot open file" in lowered:
        return StoreError(f"{path} cannot be opened ({_first_line(text)}). Check --db.")
    return StoreError(f"{path}: {_first_line(text)}")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]
