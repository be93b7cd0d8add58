"""From characters to numbers: a table of 256 values for each measure of a family."""

from __future__ import annotations

import numpy as np

from ...envs.core import UsageError
from .base import Family

__all__ = ["outcomes_of", "table_of"]


def table_of(family: Family, measure: str) -> np.ndarray:
    """The value of each character; NaN where there is none.

    Args:
        family: whose characters.
        measure: `headline`, `metric:NAME` or `outcome:NAME` (1 where it ended so, else 0).

    Raises:
        UsageError: the family has no such measure.
    """
    kind, _, name = measure.partition(":")
    if measure == "headline":
        kind, name = "metric", family.headline
    known = sorted({metric for ended in family.codes.values() for metric in ended.metrics})
    if name not in {"metric": known, "outcome": outcomes_of(family)}.get(kind, ()):
        raise UsageError(
            f"a sweep of {family.environment} has no measure {measure!r}; expected headline, "
            f"metric:NAME with {', '.join(known)}, or outcome:NAME with "
            f"{', '.join(outcomes_of(family))}"
        )
    table = np.full(256, np.nan)
    for code, ended in family.codes.items():
        if kind == "metric":
            table[ord(code)] = ended.metrics.get(name, np.nan)
        elif ended.outcome is not None:
            table[ord(code)] = float(ended.outcome == name)
    return table


def outcomes_of(family: Family) -> list[str]:
    """How predictions may end, in the order of the family's codes."""
    ends = (ended.outcome for ended in family.codes.values())
    return list(dict.fromkeys(end for end in ends if end is not None))
