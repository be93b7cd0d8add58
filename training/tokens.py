"""The turns of an episode as one sequence: what the model said, and what it only read.

`rollout` joins what a model sampled, `sft` what a conversation says that it should have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..agents.base import Tokens

__all__ = ["Joined", "join"]


class Joined(NamedTuple):
    """One rollout as a trainer takes it; all but the prompt have the same length."""

    prompt_ids: list[int]
    """The rules and the task."""
    completion_ids: list[int]
    """Everything after, the environment's answers included."""
    env_mask: list[int]
    """1 where the model sampled the id, 0 where it read it."""
    logprobs: list[float]
    """Of sampled ids; 0 elsewhere."""


def join(turns: Sequence[Tokens]) -> Joined:
    """Join the turns of one episode.

    Raises:
        ValueError: there is none, or a turn did not go on from the ids of the turn before.
    """
    if not turns:
        raise ValueError("an episode without a turn of the model has no tokens to learn from")
    prompt = list(turns[0].prompt)
    ids: list[int] = []
    mask: list[int] = []
    logprobs: list[float] = []
    for number, turn in enumerate(turns, start=1):
        known = prompt + ids
        if turn.prompt[: len(known)] != known:
            raise ValueError(f"turn {number} does not begin with the ids of the turns before it")
        read = turn.prompt[len(known) :]
        ids += [*read, *turn.sampled]
        mask += [0] * len(read) + [1] * len(turn.sampled)
        logprobs += [0.0] * len(read) + turn.logprobs
    return Joined(prompt, ids, mask, logprobs)
