"""How an agent is told what the others did: so that it need not read a section again.

    told(edit, "writer_1", body)
    # writer_1 replaced “letetr” by “letter” in “Übergang”.

Between `read`s this is all that a language model sees of the document, so a change is shown in
whole words, and in its place: two exchanged letters by themselves would say nothing.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["short", "told"]

_SHOWN = 200
"""Characters of a text that are shown; of a longer one `read` shows the rest."""
_AROUND = 24
"""Characters that words are completed by, and that a place is named by."""


class _Edit(Protocol):
    @property
    def section(self) -> str: ...
    @property
    def removed(self) -> str: ...
    @property
    def inserted(self) -> str: ...
    @property
    def trespass(self) -> int: ...


def told(edit: _Edit, actor: str, body: str, start: int) -> str:
    """An edit in words.

    Args:
        edit: what was done.
        body: the text after it.
        start: where in it the edit begins.
    """
    removed, inserted = edit.removed, edit.inserted
    end = start + len(inserted)
    parts = [part for part in (removed, inserted) if part]
    first = start if any(part[0].isspace() for part in parts) else _word_begin(body, start)
    last = end if any(part[-1].isspace() for part in parts) else _word_end(body, end)
    ahead, behind = body[first:start], body[end:last]
    if (removed and inserted) or ahead or behind:
        old, new = f"{ahead}{removed}{behind}", f"{ahead}{inserted}{behind}"
        what = f"replaced {short(old)} by {short(new)}"
    else:
        what = f"inserted {short(inserted)}" if inserted else f"deleted {short(removed)}"
        line = body[:start].rpartition("\n")[2].rstrip()
        if line:
            what += f" after “{'…' * (len(line) > _AROUND)}{line[-_AROUND:].lstrip()}”"
    leave = " without permission" if edit.trespass else ""
    return f"{actor} {what} in “{edit.section}”{leave}."


def short(text: str, most: int = _SHOWN) -> str:
    """A text in quotes, on one line, its end left out where it is long; "" for an empty one."""
    if not text:
        return ""
    plain = " ".join(text.split()) or " "
    return f"“{plain if len(plain) <= most else plain[: most - 1] + '…'}”"


def _word_begin(body: str, at: int) -> int:
    first = at
    while first > 0 and at - first < _AROUND and not body[first - 1].isspace():
        first -= 1
    return first


def _word_end(body: str, at: int) -> int:
    last = at
    while last < len(body) and last - at < _AROUND and not body[last].isspace():
        last += 1
    return last
