"""The members of a group share their prompt: it is read once for all of them, with its gradient.

In an environment with tools the prompt (rules, tools, question) is longer than what is said, and a
group has eight of it or more. Keys and values of the prompt carry the gradient of all rows back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

from ..agents.hf.memory import CACHE

__all__ = ["prompt_once"]

SHORTEST = 32
"""Ids of a prompt below which a second pass costs more than it saves."""


def prompt_once(model: Any, prompt: int) -> Callable[..., Any]:
    """The model as it is called for log probabilities, with one reading of what its rows share.

    Where rows differ in their prompts, or the model recomputes its activations (gradient
    checkpointing) or keeps other things than keys and values, each row is read as ever.

    Args:
        model: with TRL's fused head: gives `log_probs` of the labels.
        prompt: ids of each row before what was said; rows are padded on the right alone.
    """

    def forward(
        *, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor, **rest: Any
    ) -> Any:
        # the last id of the prompt stays with the rows: what it predicts is theirs
        cut, rows = prompt - 1, len(input_ids)
        first = input_ids[:1, :cut]
        if (
            rows < 2
            or cut < SHORTEST
            or set(rest) - {"fused_lm_head"}
            or not bool((input_ids[:, :cut] == first).all())
            or not bool(attention_mask[:, :cut].all())
            or not _plain(model)
        ):
            return model(input_ids=input_ids, attention_mask=attention_mask, labels=labels, **rest)
        cache = DynamicCache(config=model.config)
        model(input_ids=first, use_cache=True, logits_to_keep=1, **{CACHE: cache})
        cache.batch_repeat_interleave(rows)
        return model(
            input_ids=input_ids[:, cut:],
            attention_mask=attention_mask,
            labels=labels[:, cut:],
            **{CACHE: cache},
            **rest,
        )

    return forward


def _plain(model: Any) -> bool:
    if getattr(model, "is_gradient_checkpointing", False):
        return False
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
