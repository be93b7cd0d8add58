"""How long an episode may be. Limits are a part of what a result means, so they are recorded."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bounds on one episode (per agent, where there are several)."""

    turns: int = 64
    """Actions; the episode is truncated after this many."""
    tool_calls: int | None = None
    """Calls of tools that do not end the episode; one more truncates it."""
    characters: int = 20_000
    """Characters in one action, text and arguments together; a longer one is a format error."""

    def __post_init__(self) -> None:
        for name in ("turns", "characters", "tool_calls"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise ValueError(
                    f"limit {name!r} is {value!r}; expected a whole number of at least 1"
                )
