"""The ranking of a leaderboard file over all environments.

    found = standings("palestra.duckdb")
    for each in found.ranked:
        print(each.strength.rank, each.agent, each.strength.score)

Agents are compared where the leaderboard compares them: in one environment, split and run, under
one configuration. Who has more than 10% not scored somewhere, and who is an upper bound, is not
ranked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ...envs.core import UsageError
from ...leaderboard.outcomes import Outcomes, outcomes
from .settings import differing, title
from .strengths import Block, Strength, strengths

__all__ = ["Standing", "Standings", "standings"]


@dataclass(kw_only=True, slots=True)
class Standing:
    """One agent over all environments."""

    agent: str
    strength: Strength | None
    """None: not ranked."""
    planned: int
    scored: int
    why: str = ""
    """Why it is not ranked."""

    @property
    def invalid(self) -> int:
        """Planned but not scored."""
        return self.planned - self.scored


@dataclass(kw_only=True, slots=True)
class Standings:
    """A ranking, strongest first, and who is left out of it."""

    ranked: list[Standing]
    unranked: list[Standing]
    environments: list[str]
    tasks: int
    """Over all environments."""
    level: float


def standings(
    path: str | os.PathLike[str],
    *,
    agents: Sequence[str] | None = None,
    split: str | None = None,
    run: str | None = None,
    level: float = 0.95,
) -> Standings:
    """Rank agents over every environment that a file has results of.

    Args:
        path: the leaderboard file.
        agents: only these; None means all.
        split: only this one; None means all. Splits of an environment share its weight.
        run: only the run of this name; None means all.
        level: of the intervals.

    Raises:
        UsageError: agents of one run have different settings, or nothing can be ranked.
    """
    cells = outcomes(path, agents=agents, split=split, runs=None if run is None else [run])
    poor: dict[str, str] = {}
    for cell in cells:
        if not cell.ranked:
            poor.setdefault(
                cell.agent,
                f"{cell.invalid:,} of {cell.planned:,} not scored in {title(cell)}"
                if cell.invalid
                else "an upper bound",
            )
    blocks: dict[str, list[Block]] = {}
    tasks = 0
    fit = [cell for cell in cells if cell.agent not in poor]
    for _, group in groupby(fit, key=lambda c: (c.environment, c.split, c.run)):
        members = list(group)
        for other in members[1:]:
            if changes := differing(members[0], other):
                raise UsageError(
                    f"{title(other)}: {members[0].agent} and {other.agent} have other settings: "
                    f"{'; '.join(changes)}. Results of two settings are never mixed; rank one run "
                    "with --run."
                )
        if len(members) > 1:
            blocks.setdefault(members[0].environment, []).append(
                {cell.agent: cell.counted() for cell in members}
            )
            tasks += len({task for cell in members for task in cell.trials})
    if not blocks:
        raise UsageError(
            f"{path} has no two agents to rank on the same tasks of one environment, split and run"
        )
    ranked = strengths(blocks, level=level)
    within = {each.agent for each in ranked}
    alone = {cell.agent for cell in fit} - within
    return Standings(
        ranked=[_standing(cells, each.agent, each) for each in ranked],
        unranked=[_standing(cells, agent, None, poor[agent]) for agent in sorted(poor)]
        + [_standing(cells, agent, None, "shares no task with another") for agent in sorted(alone)],
        environments=sorted(blocks),
        tasks=tasks,
        level=level,
    )


def _standing(
    cells: list[Outcomes], agent: str, strength: Strength | None, why: str = ""
) -> Standing:
    own = [cell for cell in cells if cell.agent == agent]
    return Standing(
        agent=agent,
        strength=strength,
        planned=sum(cell.planned for cell in own),
        scored=sum(cell.scored for cell in own),
        why=why,
    )
