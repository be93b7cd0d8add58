"""A goal said in other words by a language model, under the check that every value survives.

    rewrite("Cancel trip QK7T2M, please.", ["QK7T2M"], speak).text

What loses a needed value, adds one, or does not come at all is thrown away; after a few tries the
template's own words are kept. So a rewrite can change how a task sounds, never what it asks.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ...core import separate_thoughts, system, text_in, user
from .llm import Speak
from .values import Words, values_in

_ORDER = (
    "Say the customer's message in other words, as a customer would write it in a chat. Keep every "
    "code, number, date and name exactly as it stands. Add nothing. Answer with the message alone."
)


class Rewritten(msgspec.Struct, frozen=True):
    """A message in other words, or the original."""

    text: str
    kept: bool
    """Whether a rewrite passed the check (False: the original)."""
    tries: int
    faults: tuple[str, ...] = ()
    """Why rewrites were thrown away."""


def rewrite(text: str, needed: Sequence[str], speak: Speak, *, tries: int = 3) -> Rewritten:
    """Ask `speak` for other words until the check passes, at most `tries` times."""
    faults = []
    for attempt in range(1, tries + 1):
        reply = separate_thoughts(speak((system(_ORDER), user(text)), ()))
        said = text_in(reply).strip().strip('"')
        fault = fault_of(said, text, needed)
        if fault is None:
            return Rewritten(said, True, attempt, tuple(faults))
        faults.append(fault)
    return Rewritten(text, False, tries, tuple(faults))


def fault_of(said: str, text: str, needed: Sequence[str]) -> str | None:
    """What is wrong with a rewrite; None if nothing is."""
    if not said:
        return "empty"
    words = Words([said])
    lost = [value for value in (*needed, *values_in(text)) if not words.hold(value)]
    if lost:
        return f"lost {lost[0]!r}"
    source = Words([text, *needed])
    added = [value for value in values_in(said) if not source.hold(value)]
    return f"added {added[0]!r}" if added else None
