"""The beginning that prompts share, rules and tools mostly, read once and not by every row."""

from __future__ import annotations

import copy
from typing import Any

import torch

__all__ = ["SharedPrefix"]

SHORTEST = 32
"""Tokens below which sharing costs more than it saves."""


class SharedPrefix:
    """Keys and values of the latest shared beginning, for batches that begin so too."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._ids: list[int] = []
        self._cache: Any = None

    def of(self, prompts: list[list[int]]) -> tuple[int, Any]:
        """How many ids the prompts share, and a cache that holds them for every row.

        At least one id of each prompt is left to be read. (0, None) where too little is shared.
        """
        shared = _shared(prompts)
        kept = len(self._ids)
        known = 0 < kept <= shared and prompts[0][:kept] == self._ids
        if known and (2 * kept >= shared or len(prompts) == 1):
            return kept, self._copies(len(prompts))
        if shared < SHORTEST or len(prompts) == 1:
            return 0, None
        self._ids = prompts[0][:shared]
        ids = torch.tensor([self._ids], device=self._model.device)
        self._cache = self._model(ids, use_cache=True, logits_to_keep=1).past_key_values
        return shared, self._copies(len(prompts))

    def _copies(self, rows: int) -> Any:
        cache = copy.deepcopy(self._cache)
        cache.batch_repeat_interleave(rows)
        return cache


def _shared(prompts: list[list[int]]) -> int:
    """Length of the longest common beginning that leaves every prompt at least one id."""
    low, high = min(prompts), max(prompts)  # whatever these two share, all share
    most = min(len(prompt) for prompt in prompts) - 1
    for number in range(most):
        if low[number] != high[number]:
            return number
    return most
