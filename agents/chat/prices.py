"""What LiteLLM's table, as it is installed, knows of models: above all what calls cost."""

from __future__ import annotations

import logging
import os
import warnings
from functools import cache
from typing import Any

from ...envs.core import Usage


def litellm() -> Any:
    """LiteLLM, quiet: no price table from the network, no `.env` file, no banners.

    Raises:
        ImportError: it is not installed.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm as module

    module.suppress_debug_info = True
    # What fails, its caller says.
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
    return module


@cache
def is_priced(model: str) -> bool:
    """Whether the table has this model; False too where LiteLLM is not installed."""
    return cost_of(model, Usage(input_tokens=1)) is not None


def cost_of(model: str, usage: Usage) -> float | None:
    """US dollars for these tokens, or None where the price is not known."""
    try:
        prompt, completion = litellm().cost_per_token(
            model=model,
            prompt_tokens=usage.input_tokens,
            completion_tokens=usage.output_tokens,
            cache_read_input_tokens=usage.cached_tokens,
        )
    except Exception:  # no LiteLLM, or one of the many ways in which it says "unknown"
        return None
    return prompt + completion


@cache
def sees_images(model: str) -> bool | None:
    """Whether the table says that a model takes images; None where it does not know the model."""
    try:
        return bool(litellm().get_model_info(model).get("supports_vision"))
    except Exception:  # as above
        return None


@cache
def reasons(model: str) -> bool:
    """Whether a model reasons before it answers; taken to, where the table does not know it."""
    try:
        return bool(litellm().get_model_info(model).get("supports_reasoning"))
    except Exception:  # as above
        return True
