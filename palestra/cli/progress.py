"""Progress of a run: a live bar at a terminal, a line now and then in a log, or nothing."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from palestra.evals import Tally

_PLAIN_EVERY = 5.0


class Show:
    """Draws the tally that `watch` is given, until the `with` block ends.

    Args:
        console: where to (stderr, so that results stay clean).
        mode: `auto` (a bar at a terminal, else lines), `bar`, `plain` or `none`.
    """

    def __init__(self, console: Console, mode: str) -> None:
        if mode == "auto":
            mode = "bar" if console.is_terminal else "plain"
        self._console, self._mode = console, mode
        self.tally: Tally | None = None
        self._live: Live | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, tally: Tally) -> None:
        """Start to draw."""
        self.tally = tally
        if tally.before == tally.planned or self._mode == "none":
            return
        if self._mode == "bar":
            self._live = Live(
                console=self._console,
                get_renderable=lambda: self._bar(tally),
                refresh_per_second=5,
                transient=True,
            )
            self._live.start()
        else:
            self._thread = threading.Thread(target=self._lines, args=(tally,), daemon=True)
            self._thread.start()

    def __enter__(self) -> Show:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._live is not None:
            self._live.stop()
        if self._thread is not None:
            self._thread.join()

    def _lines(self, tally: Tally) -> None:
        while not self._stop.wait(_PLAIN_EVERY):
            self._console.print(Text("  ".join(filter(None, (describe(tally), tally.held_up())))))

    def _bar(self, tally: Tally) -> Table:
        grid = Table.grid(padding=(0, 1))
        done = tally.before + tally.finished
        grid.add_row(ProgressBar(total=tally.planned, completed=done, width=30), describe(tally))
        for reason in filter(None, (tally.held_up(), tally.waiting)):
            grid.add_row("", Text(reason, style="yellow"))
        return grid


def describe(tally: Tally) -> str:
    """One line: how far, how fast, how well, what it took, what is left."""
    seconds = max(1e-9, time.monotonic() - tally.began)
    if tally.doing:
        return f"{tally.doing}  {clock(seconds)}"
    rate = tally.finished / seconds
    done = tally.before + tally.finished
    parts = [f"{done:,}/{tally.planned:,}", f"{rate:,.1f}/s"]
    if tally.scored:
        parts.append(f"mean {tally.headline / tally.scored:.3f}")
    if tally.errors or tally.invalid:
        parts.append(f"{tally.errors:,} errors {tally.invalid:,} invalid")
    if tally.tokens:
        parts.append(f"{tally.tokens:,} tokens")
    if tally.cost:
        parts.append(f"${tally.cost:.2f}")
    if rate:
        parts.append(f"{clock((tally.planned - done) / rate)} left")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """Minutes and seconds, as a clock shows them."""
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
