"""What an analysis is: the keys of a `[[analysis]]` table, and what it makes of results.

class Mine(Analysis):
    measure: str = "headline"

    def blocks(self, results):
        return [Finding("...")]

register_analysis("mine", Mine)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ....envs.core import UsageError
from ..keys import choices

if TYPE_CHECKING:
    from ..blocks import Block
    from ..results import Results

EPISODE = ("difficulty", "metric")
"""`difficulty:NAME` and `metric:NAME` tell episodes apart, where factors tell cells apart."""


class Analysis(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One analysis. Its fields are the keys of its table, beside these."""

    title: str = ""
    about: str = ""
    """What is to be seen, in a sentence."""
    paper: str = ""
    """What the paper found, in a sentence with its source; shown above our own finding."""
    where: dict[str, Any] = {}
    """Factors of the cells that it looks at (a list: one of its values); default: all cells."""

    @abstractmethod
    def blocks(self, results: Results) -> list[Block]:
        """Tables, figures and findings."""

    def factors(self) -> list[tuple[str, str, bool]]:
        """(key, factor, whether it may tell episodes apart) of what the table refers to."""
        return []

    def check(self, known: Sequence[str], where: str) -> None:
        """Raises UsageError where the table refers to a factor that no cell has."""
        looked_at = [("where", factor, False) for factor in self.where]
        for key, factor, of_episodes in [*self.factors(), *looked_at]:
            kind, colon, name = factor.partition(":")
            if of_episodes and ((colon and name and kind in EPISODE) or factor == "outcome"):
                continue
            if factor not in known:
                more = ", difficulty:NAME, metric:NAME or outcome" if of_episodes else ""
                raise UsageError(
                    f"{where}: {key} is {factor!r}, which no cell has; "
                    f"{choices(factor, known)}{more}"
                )


def named(factors: dict[str, Any]) -> str:
    """Factors as the name of a series or a row: their values, or `all`."""
    return ", ".join(
        str(value) if key in ("environment", "agent", "arm", "split") else f"{key}={_said(value)}"
        for key, value in factors.items()
    )


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
