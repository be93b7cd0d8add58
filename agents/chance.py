"""`random`: a tool drawn at random, arguments drawn at random. The floor of every table."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..envs.core import Message, sample_call
from .base import Agent, Reply
from .uri import take_options


class RandomAgent(Agent):
    """Draws from the tools' schemas; the same seed draws the same."""

    uri = "random"

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        return Reply(sample_call(tools, random.Random(seed)))


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`random`."""
    take_options("random", options, {})
    return RandomAgent()
