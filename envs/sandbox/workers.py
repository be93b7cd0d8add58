"""Threads that run command lines on bashkit, while whoever asked for one answers its commands.

    got = run(Line(bash, "./next_question"), timeout=15, answer=answer)

Three things come of the two threads. A line that bashkit's clock does not stop can be given up
(`Stuck`). Registered commands run in the thread of `exec`, as a caller expects. And they look at
files from outside bashkit's runtime, where a look costs 2 µs; inside it each starts a thread.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

__all__ = ["GRACE", "MOST_STUCK", "Line", "Stuck", "run", "stuck"]

GRACE = 5.0
"""Seconds after its time-out by which bashkit must have stopped a command line."""
MOST_STUCK = 4
"""Threads that may be lost to lines that do not end, before no further line is run."""
IDLE = 8
"""Threads that wait for their next line, at most."""


class Stuck(Exception):
    """bashkit did not stop a command line."""


class Line:
    """One command line under way: what its thread tells, and whether anybody still listens."""

    def __init__(self, bash: Any, text: str):
        self.bash, self.text = bash, text
        self.told: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        self.given_up = False

    def call(self, context: Any) -> Any:
        """From bashkit's side: have a command answered; None once nobody listens."""
        reply: SimpleQueue[Any] = SimpleQueue()
        self.told.put((context, reply))
        while True:
            try:
                return reply.get(timeout=1.0)
            except Empty:
                if self.given_up:
                    return None


class _Worker(threading.Thread):
    """Runs one line after another."""

    def __init__(self) -> None:
        super().__init__(name="palestra-shell", daemon=True)
        self.lines: SimpleQueue[Line | None] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while (line := self.lines.get()) is not None:
            try:
                done = (line.bash.execute_sync(line.text), None)
            except BaseException as error:
                done = (None, error)
            told = line.told
            line = None  # an idle thread must hold on to no machine
            told.put((None, done))
            told = done = None


_idle: list[_Worker] = []
_lost: list[tuple[_Worker, Any]] = []
"""Threads that do not come back, with their shells; to free one would be to wait for it."""
_lock = threading.Lock()


def _forked() -> None:
    """Threads do not come along into a child process."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()
    _lost.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def stuck() -> int:
    """How many threads are busy with lines that were given up and have not ended since."""
    with _lock:
        _lost[:] = [each for each in _lost if each[0].is_alive()]
        return len(_lost)


def run(line: Line, timeout: float, answer: Callable[[Any], Any]) -> Any:
    """Run a line; what bashkit gives back.

    Args:
        answer: what answers the commands that bashkit hands to `line.call`; called in this thread.

    Raises:
        Stuck: it did not come back, or too many before it did not; this shell must not be touched
            any more.
    """
    if _lost and stuck() >= MOST_STUCK:
        raise Stuck(
            f"{MOST_STUCK} command lines of earlier machines do not end and keep threads busy, so "
            "no further one is run in this process. Start a new one, and use the backend bwrap "
            "for agents that try such things"
        )
    with _lock:
        worker = _idle.pop() if _idle else None
    worker = worker or _Worker()
    worker.lines.put(line)
    deadline = time.monotonic() + timeout + GRACE
    try:
        while True:
            context, rest = line.told.get(timeout=max(deadline - time.monotonic(), 0.001))
            if context is None:
                break
            rest.put(answer(context))
    except Empty:
        _give_up(worker, line)
        raise Stuck(
            "bashkit does not stop this command line; the machine is lost, and its thread runs on "
            "at the lowest priority. Use the backend bwrap for agents that try such things"
        ) from None
    except BaseException:  # an interrupt: the line may still be running
        _give_up(worker, line)
        raise
    with _lock:
        keep = len(_idle) < IDLE
        if keep:
            _idle.append(worker)
    if not keep:
        worker.lines.put(None)
    got, error = rest
    if error is not None:
        raise error
    return got


def _give_up(worker: _Worker, line: Line) -> None:
    line.given_up = True
    line.bash.cancel()
    worker.lines.put(None)  # should it ever come back
    with _lock:
        _lost.append((worker, line.bash))
    if hasattr(os, "SCHED_IDLE") and worker.native_id:  # Linux: from now on what nobody else wants
        with contextlib.suppress(OSError):
            os.sched_setscheduler(worker.native_id, os.SCHED_IDLE, os.sched_param(0))
