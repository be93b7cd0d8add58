"""Reading long pages in parts, and finding text in them, as a browser would."""

from __future__ import annotations

__all__ = ["found_in", "windows"]

SHOWN = 8
"""Occurrences that `found_in` shows."""
AROUND = 120
"""Characters shown on either side of one."""


def windows(text: str, size: int) -> list[str]:
    """A text cut into parts of at most `size` characters, between lines or words if possible."""
    if len(text) <= size:
        return [text]
    parts, start = [], 0
    while start < len(text):
        end = _cut(text, start, size)
        parts.append(text[start:end].strip("\n"))
        start = end
    return parts


def found_in(text: str, sought: str, size: int) -> str:
    """Where `sought` occurs in a text, whatever the case, with its surroundings.

    Args:
        size: the window that the page is read in, to say in which part an occurrence stands.
    """
    haystack, needle = text.lower(), sought.lower()
    if len(haystack) != len(text):  # a letter that lower-cases to two would shift positions
        haystack, needle = text, sought
    at: list[int] = []
    position = haystack.find(needle)
    while position >= 0:
        at.append(position)
        position = haystack.find(needle, position + len(needle))
    if not at:
        return f"{sought!r} does not occur on this page."
    lines = [f"{len(at)} found:" if len(at) <= SHOWN else f"{len(at)} found, the first {SHOWN}:"]
    for position in at[:SHOWN]:
        low, high = max(0, position - AROUND), position + len(sought) + AROUND
        part = f"(part {_part_of(text, position, size)}) " if len(text) > size else ""
        excerpt = " ".join(text[low:high].split())
        lines.append(f"- {part}{'...' if low else ''}{excerpt}{'...' if high < len(text) else ''}")
    return "\n".join(lines)


def _cut(text: str, start: int, size: int) -> int:
    """Where a part that begins at `start` ends."""
    end = start + size
    if end >= len(text):
        return len(text)
    for separator in ("\n", " "):
        at = text.rfind(separator, start + size * 3 // 4, end)
        if at > start:
            return at + 1
    return end


def _part_of(text: str, position: int, size: int) -> int:
    part, start = 1, 0
    while (end := _cut(text, start, size)) <= position:
        part, start = part + 1, end
    return part
