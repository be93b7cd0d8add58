"""How far a run is: one `Step` for whoever shows it, and the trainer's callback that makes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from transformers import TrainerCallback

__all__ = ["Progress", "Step"]


class Step(NamedTuple):
    """A step that was made.

    Attributes:
        number, planned: the step and how many there will be.
        left: seconds, by what the steps of this session took.
        numbers: everything that was logged.
    """

    number: int
    planned: int
    left: float
    numbers: Mapping[str, float]


class Progress(TrainerCallback):
    """Tells of each logged step.

    Args:
        tell: is told.
    """

    def __init__(self, tell: Callable[[Step], None]) -> None:
        self._tell = tell
        self._began, self._first = 0.0, 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._began, self._first = time.monotonic(), state.global_step
        self._tell(Step(state.global_step, state.max_steps, float("nan"), {}))

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        numbers = {k: float(v) for k, v in (logs or {}).items() if isinstance(v, int | float)}
        done = state.global_step - self._first
        if done < 1 or "loss" not in numbers:
            return  # the summary at the end
        each = (time.monotonic() - self._began) / done
        left = each * (state.max_steps - state.global_step)
        self._tell(Step(state.global_step, state.max_steps, left, numbers))
