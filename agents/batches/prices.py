"""What a call in a batch costs, by LiteLLM's table as it is installed."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...envs.core import Usage
from ..chat.prices import cost_of, litellm


def batch_cost_of(model: str, usage: Usage) -> float | None:
    """US dollars for these tokens in a batch, or None where the price is not known.

    The table's own batch prices where it has them, else half of its price for a live call.
    """
    if not has_batch_prices(model):
        live = cost_of(model, usage)
        return None if live is None else live / 2
    try:
        from litellm.cost_calculator import batch_cost_calculator

        used = litellm().Usage(
            prompt_tokens=usage.input_tokens,
            completion_tokens=usage.output_tokens,
            total_tokens=usage.input_tokens + usage.output_tokens,
            prompt_tokens_details={"cached_tokens": usage.cached_tokens},
        )
        return sum(batch_cost_calculator(usage=used, model=model))
    except Exception:  # one of the many ways in which it says "unknown"
        live = cost_of(model, usage)
        return None if live is None else live / 2


@cache
def has_batch_prices(model: str) -> bool:
    """Whether the table has batch prices of this model."""
    try:
        info: Any = litellm().get_model_info(model)
    except Exception:
        return False
    return info.get("input_cost_per_token_batches") is not None
