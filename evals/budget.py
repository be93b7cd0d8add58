"""What may be used up, in money and tokens: of a run, of a sweep, of a judge."""

from __future__ import annotations

from dataclasses import dataclass

from ..agents import Agent
from ..envs.core import UsageError

__all__ = ["Budget"]


@dataclass(frozen=True, slots=True)
class Budget:
    """Nothing new is begun once it is used up; what has begun is finished."""

    cost: float | None = None
    """US dollars."""
    tokens: int | None = None
    """Input and output tokens together."""

    def spent(self, cost: float, tokens: int) -> bool:
        """Whether it is used up."""
        return (self.cost is not None and cost >= self.cost) or (
            self.tokens is not None and tokens >= self.tokens
        )

    def check(self, agent: Agent) -> None:
        """Look whether it can hold for an agent.

        Raises:
            UsageError: it is in money, and the agent's price is not known.
        """
        if self.cost is not None and not agent.knows_cost():
            raise UsageError(
                f"the price of {agent.uri} is not known, so a budget in money cannot hold; give "
                "one in tokens (--max-tokens), or install LiteLLM's price table: "
                "pip install 'palestra[apis]'"
            )
