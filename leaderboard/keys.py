"""The key that names a piece of work: a hash of its cell, its task and its trial.

    of = key_of(cell)
    of("test/7", 0)

Two files that hold the same key hold the same work, so files can be merged by their keys, and a
cell whose configuration was edited no longer fits the keys of its plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec


def key_of(
    run: str, environment: str, split: str, agent: str, config: dict[str, Any]
) -> Callable[[str, int], str]:
    """The keys of one cell: a function of task and trial, to 32 hexadecimal digits."""
    prefix = msgspec.json.encode([run, environment, split, agent, config], order="deterministic")

    def key(task: str, trial: int) -> str:
        name = f"\n{task}\n{trial}".encode()
        return hashlib.blake2b(prefix + name, digest_size=16).hexdigest()

    return key
