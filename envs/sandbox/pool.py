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
    """The shells that are awake, the least recently used first. Safe for threads."""

    def __init__(self) -> None:
        self._awake: OrderedDict[int, weakref.ref] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._awake)

    def enter(self, shell: Sleeper) -> None:
        """A shell is about to wake: make room for it."""
        most = most_awake()
        with self._lock:
            key = id(shell)
            self._awake[key] = weakref.ref(shell, lambda _: self._awake.pop(key, None))
            self._awake.move_to_end(key)
            spare = len(self._awake) - most
            oldest = [each for each in self._awake.values() if each() is not shell]
        for reference in oldest if spare > 0 else ():
            other = reference()
            if other is not None and other.hibernate():
                self.leave(other)
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
        self._awake.pop(id(shell), None)


POOL = Pool()
"""The one of this process."""
