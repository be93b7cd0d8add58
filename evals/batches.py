"""Whether a plan can be played through providers' batch APIs."""

from __future__ import annotations

from collections.abc import Sequence

from ..envs.core import UsageError
from .plan import Planned

EPISODES = 10_000
"""Episodes at once: as many requests a batch has at most, while their games stay in memory."""


def check_batches(planned: Sequence[Planned]) -> None:
    """Check that each episode is one reply, by an agent whose provider has a batch API.

    Raises:
        UsageError: an environment has more turns, or an agent cannot be asked in batches.
    """
    for each in planned:
        if not each.single_reply:
            turns = "any number of turns" if each.turns is None else f"up to {each.turns:,} turns"
            raise UsageError(
                f"--batch is for environments of a single turn, and an episode of "
                f"{each.cell.environment} has {turns}: a batch may take a day for each of them. "
                "Leave out --batch"
            )
        if not each.agent.takes_batches():
            raise UsageError(
                f"--batch is for agents behind OpenAI's batch API (openai/...) or Anthropic's "
                f"(litellm/anthropic/...), and {each.agent.uri} is not. Leave out --batch, or "
                "this agent"
            )
