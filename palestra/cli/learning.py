"""Progress of training: a live bar at a terminal, a line now and then in a log."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from palestra.cli.progress import clock

if TYPE_CHECKING:
    from palestra.training.progress import Step

SHOWN = {
    "reward": "reward",
    "metric/success": "success",
    "completions/mean_length": "length",
    "outcome/format_error": "format errors",
    "loss": "loss",
    "mean_token_accuracy": "accuracy",
}
"""What is shown of the numbers of a step, and how it is called."""
_PLAIN_EVERY = 10.0


class Learning:
    """Shows the steps that it is called with, until the `with` block ends.

    Args:
        console: where to.
        mode: `auto` (a bar at a terminal, else lines), `bar`, `plain` or `none`.
    """

    def __init__(self, console: Console, mode: str) -> None:
        if mode == "auto":
            mode = "bar" if console.is_terminal else "plain"
        self._console, self._mode = console, mode
        self._step: Step | None = None
        self._live: Live | None = None
        self._said = 0.0

    def __call__(self, step: Step) -> None:
        self._step = step
        if self._mode == "bar" and self._live is None:
            self._live = Live(
                console=self._console,
                get_renderable=self._bar,
                refresh_per_second=5,
                transient=True,
            )
            self._live.start()
        elif self._mode == "plain" and step.numbers:
            now, last = time.monotonic(), step.number == step.planned
            if now - self._said >= _PLAIN_EVERY or last:
                self._said = now
                self._console.print(Text(describe(step)))

    def __enter__(self) -> Learning:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def _bar(self) -> Table:
        grid = Table.grid(padding=(0, 1))
        step = self._step
        if step is not None:
            bar = ProgressBar(total=step.planned, completed=step.number, width=30)
            grid.add_row(bar, describe(step))
        return grid


def describe(step: Step) -> str:
    """One line: how far, how well, how long still."""
    parts = [f"step {step.number:,}/{step.planned:,}"]
    for key, name in SHOWN.items():
        if key in step.numbers:
            value = step.numbers[key]
            parts.append(f"{name} {value:.0f}" if name == "length" else f"{name} {value:.3f}")
    if math.isfinite(step.left):
        parts.append(f"{clock(step.left)} left")
    return "  ".join(parts)
