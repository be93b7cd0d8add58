"""bashkit's interpreters, each used for many machines: a reset costs a seventh of a new one.

shell = take(key, make)         # as new
shell.owner = weakref.ref(box)  # who answers its commands
give(shell)                     # reset, and kept for the next with the same key
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any

IDLE = 8
"""Shells that wait for their next use, at most."""

_idle: dict[Hashable, list[Shell]] = {}
_lock = threading.Lock()


class Shell:
    """One interpreter and the machine that it is at present part of."""

    def __init__(self, key: Hashable, make: Callable[[Callable[[Any], Any]], Any]):
        self.key = key
        self.owner: weakref.ref[Any] | None = None
        me = weakref.ref(self)  # the collector cannot see cycles that lead through bashkit

        def answer(context: Any) -> Any:
            shell = me()
            box = shell.owner() if shell is not None and shell.owner is not None else None
            if box is None:
                raise RuntimeError("the machine is gone")
            return box.answer(context)

        self.bash = make(answer)


def take(key: Hashable, make: Callable[[Callable[[Any], Any]], Any]) -> Shell:
    """A shell as new, made by `make(answer)` if none is idle under this key."""
    with _lock:
        waiting = _idle.get(key)
        if waiting:
            shell = waiting.pop()
            if not waiting:
                del _idle[key]
            return shell
    return Shell(key, make)


def give(shell: Shell) -> None:
    """Keep a shell for its next use, if there is room; it must be running nothing."""
    shell.owner = None
    shell.bash.clear_cancel()
    shell.bash.reset()
    with _lock:
        if sum(map(len, _idle.values())) >= IDLE:
            _idle.pop(next(iter(_idle)))  # the key that has waited longest
        _idle.setdefault(shell.key, []).append(shell)
