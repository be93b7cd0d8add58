"""Whether results were made under the same settings: options of the environment and limits.

Who the agent is may differ, and so may the seed, which is remarked upon.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ...leaderboard.outcomes import Outcomes
from ...leaderboard.store import changed_keys

__all__ = ["differing", "title"]


def differing(first: Outcomes, second: Outcomes, despite: Collection[str] = ()) -> list[str]:
    """What differs, as lines like `limits.seconds: null -> 60`, without the keys in `despite`."""
    lines = changed_keys(first.settings, second.settings)
    return [line for line in lines if line.partition(":")[0] not in despite]


def title(cell: Outcomes) -> str:
    """For messages."""
    run = f", run {cell.run}" if cell.run else ""
    return f"{cell.environment} ({cell.split}{run})"


def known(cells: Iterable[Outcomes]) -> str:
    """The agents there are, for messages."""
    return ", ".join(sorted({cell.agent for cell in cells})) or "none"
