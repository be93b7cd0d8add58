"""How many in-memory shells may be awake at once: each holds three file descriptors.

A shell that must make room hibernates (its state becomes bytes) and wakes on its next use, so any
number can be open. The limit is 250, or less where the process may open fewer files.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from typing import Protocol

from ..core import UsageError

MOST = 250
DESCRIPTORS = 3
RESERVE = 64
"""Descriptors left to the rest of the process."""


class Sleeper(Protocol):
    """What the pool asks of a shell."""

    def hibernate(self) -> bool:
        """Give its resources back if it is not at work; says whether it did."""
        ...


def most_awake() -> int:
    """How many shells this process can have awake.

    Raises:
        UsageError: not even one, under the process's limit of open files.
    """
    try:
        import resource
    except ImportError:  # no such limit on this system
        return MOST
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed == resource.RLIM_INFINITY:
        return MOST
    fit = (allowed - RESERVE) // DESCRIPTORS
    if fit < 1:
        raise UsageError(
            f"this process may open {allowed} files, and a sandbox needs {DESCRIPTORS} beside the "
            f"{RESERVE} kept for other things: raise the limit, such as with `ulimit -n 1024`"
        )
    return min(MOST, fit)


class Pool:
    """The shells that are awake, the least recently used first. Safe for threads.

    A machine holds its own lock while it is used and asks for the pool's inside; the pool asks for
    a machine's only if it is free. So neither waits for the other in a circle.
    """

    def __init__(self) -> None:
        self._awake: OrderedDict[int, weakref.ref[Sleeper]] = OrderedDict()
        # A collector may drop a machine at any moment, also in a thread that holds this already.
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._awake)

    def enter(self, shell: Sleeper) -> None:
        """A shell is about to wake: make room for it.

        While more shells are at work than may be awake there are more of them.
        """
        most, key = most_awake(), id(shell)
        mine = weakref.ref(shell, lambda gone: self._dropped(key, gone))
        with self._lock:
            self._awake[key] = mine
            self._awake.move_to_end(key)
            spare = len(self._awake) - most
            oldest = list(self._awake.values()) if spare > 0 else []
        for reference in oldest:
            other = None if reference is mine else reference()
            if other is not None and other.hibernate():
                spare -= 1
            if spare <= 0:
                break

    def touch(self, shell: Sleeper) -> None:
        """A shell was used."""
        with self._lock:
            if id(shell) in self._awake:
                self._awake.move_to_end(id(shell))

    def leave(self, shell: Sleeper) -> None:
        """A shell sleeps, or is closed."""
        with self._lock:
            self._awake.pop(id(shell), None)

    def _dropped(self, key: int, gone: weakref.ref[Sleeper]) -> None:
        with self._lock:
            if self._awake.get(key) is gone:  # by now another shell may have the number
                del self._awake[key]


POOL = Pool()
"""The one of this process."""
