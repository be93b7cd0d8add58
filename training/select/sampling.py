"""Which of many conversations to take: no two alike, the difficulties evenly, and so many.

Chance is a hash of seed and episode key: the choice does not depend on the order of a file, and one
more episode changes little.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ...envs.core import UsageError
from .conversations import Conversation

MOST_VALUES = 10
"""With more values of a difficulty than this, an environment's are put into `BINS` ranges."""
BINS = 5


def distinct(conversations: Iterable[Conversation]) -> list[Conversation]:
    """The first of those that say the same."""
    return list({c.fingerprint: c for c in reversed(list(conversations))}.values())[::-1]


def balanced(
    conversations: Sequence[Conversation], by: str | None, limit: int | None, seed: int
) -> tuple[list[Conversation], Counter[str]]:
    """A sample in which the values of one difficulty number are as frequent as each other.

    Args:
        conversations: what there is.
        by: a difficulty's name; groups are its values (or ranges of them) in each environment.
            Without a limit each group is cut to the size of the smallest one. None: no groups.
        limit: at most so many in all; shared evenly, what a small group leaves goes to the larger.
        seed: of the choice within a group.

    Returns:
        Those taken, in their order, and why the others were not.

    Raises:
        UsageError: no conversation has such a difficulty, or the limit is not positive.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"the limit is {limit}; expected at least 1")
    why: Counter[str] = Counter()
    groups: dict[Any, list[Conversation]] = defaultdict(list)
    if by is None:
        groups[None] = list(conversations)
        too_many = f"more than the limit of {limit:,}" if limit else ""
    else:
        values = _groups(conversations, by)
        why[f"no difficulty {by!r}"] = values.count(None)
        for conversation, value in zip(conversations, values, strict=True):
            if value is not None:
                groups[value].append(conversation)
        too_many = f"more than the share of their {by!r}"
    sizes = _shares({value: len(group) for value, group in groups.items()}, limit, by is not None)
    taken: set[str] = set()
    for value, group in groups.items():
        drawn = sorted(group, key=lambda c: _chance(seed, c))[: sizes[value]]
        taken.update(c.metadata["episode"] for c in drawn)
        why[too_many] += len(group) - len(drawn)
    return [c for c in conversations if c.metadata["episode"] in taken], +why


def _groups(conversations: Sequence[Conversation], by: str) -> list[Any]:
    """The group of each conversation: its environment and its value or range of values."""
    values: dict[str, set[float]] = defaultdict(set)
    for c in conversations:
        if by in c.metadata["difficulty"]:
            values[c.metadata["environment"]].add(c.metadata["difficulty"][by])
    if conversations and not values:
        known = sorted({name for c in conversations for name in c.metadata["difficulty"]})
        raise UsageError(
            f"no episode has a difficulty {by!r}; they have {', '.join(known) or 'none'}"
        )
    edges = {
        environment: np.histogram_bin_edges(list(found), BINS)[1:-1]
        for environment, found in values.items()
        if len(found) > MOST_VALUES
    }

    def group(c: Conversation) -> Any:
        environment, value = c.metadata["environment"], c.metadata["difficulty"].get(by)
        if value is not None and environment in edges:
            value = int(np.digitize(value, edges[environment]))
        return None if value is None else (environment, value)

    return [group(c) for c in conversations]


def _shares(sizes: dict[Any, int], limit: int | None, even: bool) -> dict[Any, int]:
    """How many of each group: as even as a limit allows, or as the smallest group."""
    if limit is None:
        least = min(sizes.values(), default=0)
        return {value: least if even else size for value, size in sizes.items()}
    shares: dict[Any, int] = {}
    for left, value in zip(
        range(len(sizes), 0, -1), sorted(sizes, key=lambda v: (sizes[v], str(v))), strict=True
    ):
        shares[value] = min(sizes[value], limit // left)
        limit -= shares[value]
    return shares


def _chance(seed: int, conversation: Conversation) -> bytes:
    name = f"{seed}\n{conversation.metadata['episode']}".encode()
    return hashlib.blake2b(name, digest_size=16).digest()
