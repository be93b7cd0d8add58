"""A paper's figures as columns beside ours; never ours.

[[analysis.published]]
name = "paper"
values = { parity = 0.546, stack = 0.491 }
source = "arXiv 2509.10414, mean over four models"
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ..blocks import Column, Kind

__all__ = ["Published", "published"]


class Published(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One column (two with `spread`)."""

    values: dict[str, float]
    """By the value of the row's factor, in the unit of the measure: a share, not a percentage."""
    source: str
    """Paper and table, and through whom where it was not read in the paper itself."""
    name: str = "paper"
    by: str = ""
    """The factor whose values are named, where rows have several."""
    spread: dict[str, float] = {}
    """What the paper gives with a plus and minus."""

    def cells(self, key: object) -> list[float | None]:
        """The values beside one row."""
        own: list[float | None] = [self.values.get(str(key))]
        return [*own, self.spread.get(str(key))] if self.spread else own

    def note(self) -> str:
        """Where the column is from."""
        return f"{self.name}: {self.source}."


def published(given: Sequence[Published], kind: Kind = "mean") -> list[Any]:
    """The columns."""
    return [
        column
        for each in given
        for column in (
            Column(each.name, kind),
            *([Column(f"{each.name}, +-", "mean")] if each.spread else []),
        )
    ]
