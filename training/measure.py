"""What training gained: the same held-out tasks before and after, paired.

held_out = HeldOut(["browse"], tasks=200, db="palestra.duckdb")
before = held_out.play("smollm2?max_tokens=64")
grpo("smollm2", {"browse": {}}, "runs/first", max_tokens=64)
gained = held_out.compare(before, held_out.play("trained/runs/first"))
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..envs.core import UsageError
from ..evals import Tally, plan, run
from ..evals.statistics import Paired, paired
from ..leaderboard import by_task
from .tasks import SPLIT

__all__ = ["HeldOut", "Side"]


class Side(NamedTuple):
    """One agent's results in one environment, as they are named on the leaderboard."""

    environment: str
    split: str
    agent: str


class HeldOut:
    """Tasks that are not trained on.

    Args:
        environments: ids or short names.
        options: of the environments.
        tasks: how many of each.
        split: default: `test`.
        seed: of the episodes.
        db: the leaderboard file that results go to.

    Raises:
        UsageError: the split is the one that is trained on.
    """

    def __init__(
        self,
        environments: Sequence[str],
        *,
        options: Mapping[str, Any] | None = None,
        tasks: int = 200,
        split: str | None = None,
        seed: int = 0,
        db: str | os.PathLike[str] = "palestra.duckdb",
    ) -> None:
        if split == SPLIT:
            raise UsageError(f"the split {SPLIT!r} is trained on; measure on another, such as test")
        self.tasks = tasks
        self._environments, self._options = list(environments), dict(options or {})
        self._split, self._seed, self._db = split, seed, db

    def play(self, agent: str, watch: Callable[[Tally], None] | None = None) -> list[Side]:
        """Play them; what is stored already is not played again.

        Args:
            agent: its URI.
            watch: see `evals.run`.
        """
        planned = plan(
            self._environments,
            [agent],
            tasks=self.tasks,
            split=self._split,
            options=self._options,
            seed=self._seed,
        )
        asyncio.run(run(planned, db=self._db, watch=watch))
        return [Side(p.cell.environment, p.cell.split, p.cell.agent) for p in planned]

    def compare(self, before: Sequence[Side], after: Sequence[Side]) -> dict[str, Paired]:
        """The difference in each environment, by id."""
        stored = [
            {
                side.environment: by_task(
                    self._db, environment=side.environment, split=side.split, agent=side.agent
                )
                for side in sides
            }
            for sides in (before, after)
        ]
        return {env: paired(stored[0][env], stored[1][env]) for env in stored[1]}
