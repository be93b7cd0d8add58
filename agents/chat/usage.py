"""What a call used, as servers count it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...envs.core import Usage
from ..base import InfrastructureError
from .values import shown

MOST_COUNTED = 2**53
"""The largest number of tokens that is believed."""


def usage_of(usage: Any) -> Usage:
    """What one call used, from the API's `usage` (which some servers leave out).

    Raises:
        InfrastructureError: it counts in no numbers.
    """
    usage = usage if isinstance(usage, Mapping) else {}
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    if cached is None:  # DeepSeek's and Kimi's
        cached = usage.get("prompt_cache_hit_tokens", usage.get("cached_tokens"))
    return Usage(
        calls=1,
        input_tokens=count(usage.get("prompt_tokens")),
        output_tokens=count(usage.get("completion_tokens")),
        cached_tokens=count(cached),
        cost=price(usage.get("cost")),
    )


def count(value: Any) -> int:
    """A number of tokens as a server says it; 0 where it says none.

    Raises:
        InfrastructureError: it is no number from 0 to 2^53.
    """
    if value is None:
        return 0
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_COUNTED:
        raise InfrastructureError(f"the server counts {shown(value)} tokens")
    return value


def price(value: Any) -> float | None:
    """What a server says that a call cost, in US dollars; None where it says nothing of use."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e6 else None
