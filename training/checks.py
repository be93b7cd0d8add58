"""What stops a training run early, and says why: nothing to learn from, or numbers that broke."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from ..envs.core import UsageError

if TYPE_CHECKING:
    from .rollout import Played


class NotFinite(TrainerCallback):
    """Stops at a loss or a gradient that is no number.

    Raises:
        UsageError: when one is logged.
    """

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        for name in ("loss", "grad_norm"):
            value = (logs or {}).get(name)
            if isinstance(value, float) and not math.isfinite(value):
                raise UsageError(
                    f"the {name} is {value} at step {state.global_step}: the model is broken from "
                    "here on. Lower the learning rate, or go on from an earlier checkpoint"
                )


class Stuck:
    """Stops a run in which the members of every group get the same reward: GRPO learns nothing.

    Args:
        patience: batches in a row.
    """

    def __init__(self, patience: int) -> None:
        self._patience, self._seen, self._over = patience, 0, False
        self._rewards: Counter[float] = Counter()
        self._outcomes: Counter[str] = Counter()

    def look(self, played: Sequence[Played], group: int) -> None:
        """Look at one batch, group after group.

        Raises:
            UsageError: no group of the first batches has two rewards.
        """
        if self._over:
            return
        scores = [each.episode.score for each in played]
        rewards = [None if score is None else score.reward for score in scores]
        for first in range(0, len(rewards), group):
            known = {r for r in rewards[first : first + group] if r is not None}
            if len(known) > 1:
                self._over = True  # there is something to learn
                return
        self._rewards.update(r for r in rewards if r is not None)
        self._outcomes.update(
            each.episode.status if score is None else score.outcome
            for each, score in zip(played, scores, strict=True)
        )
        self._seen += 1
        if self._seen < self._patience:
            return
        ended = ", ".join(f"{name} {count}" for name, count in self._outcomes.most_common(4))
        only = ", ".join(f"{reward:g}" for reward in sorted(self._rewards)) or "none"
        raise UsageError(
            f"nothing to learn: in {self._seen} batches all members of each group got the same "
            f"reward ({only}; outcomes: {ended}). Begin with a model that succeeds now and then "
            "(palestra train sft), take easier tasks, a larger group or a higher temperature"
        )
