"""Rows that begin alike are read once: a batch of rollouts is a tree, each of its ids a node.

The members of a group share rules, tools and question, and most of them the first calls and what
those returned. Read row by row, that is several times the work. Here one pass reads what is shared,
and the passes behind it go on from its keys and values, which carry the gradient of all rows back.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer
from trl.trainer.utils import FusedCausalLMOutput

from ..agents.hf.memory import CACHE

__all__ = ["as_tree"]

SHORTEST = 16
"""Ids below which a pass of their own costs more than it saves."""


def as_tree(model: Any) -> Callable[..., Any]:
    """The model as TRL calls it for log probabilities, with one reading of what rows share.

    Rows are read as ever where they are padded on the left, where nothing is shared, and by models
    that recompute their activations (gradient checkpointing) or keep other things than keys and
    values.

    Args:
        model: with TRL's fused head: gives `log_probs` and `entropy` where there are labels.
    """

    def forward(
        *, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor, **rest: Any
    ) -> Any:
        lengths = attention_mask.sum(dim=1).tolist()
        padded_left = not bool(attention_mask[:, 0].all())
        tree = None if padded_left or set(rest) - {"fused_lm_head"} else _Tree(model, rest)
        if tree is None or len(lengths) < 2 or not tree.fits(input_ids, labels, lengths):
            return model(input_ids=input_ids, attention_mask=attention_mask, labels=labels, **rest)
        return tree.read(input_ids.shape[1])

    return forward


class _Tree:
    """One reading of some rows."""

    def __init__(self, model: Any, rest: dict[str, Any]) -> None:
        self._model, self._rest = model, rest
        self._found: dict[int, list[Any]] = {}  # of each row: what its passes gave, from the root

    def fits(self, ids: torch.Tensor, labels: torch.Tensor, lengths: list[int]) -> bool:
        """Take these rows; False if there is nothing to gain, or the model cannot go on."""
        self._ids, self._labels = ids, labels
        # what is read must be alike, and so must what is learned of it
        self._rows = [
            list(zip(*both, strict=True))[:length]
            for *both, length in zip(ids.tolist(), labels.tolist(), lengths, strict=True)
        ]
        self._found = {row: [] for row in range(len(lengths))}
        return self._alike(list(self._found)) > SHORTEST and _plain(self._model)

    def read(self, width: int) -> FusedCausalLMOutput:
        """What TRL's head would give for all rows: tensors of [rows, width - 1]."""
        self._read(list(self._found), 0, DynamicCache(config=self._model.config))
        made: dict[str, Any] = {}
        for name in ("log_probs", "entropy"):
            parts = [[each[name] for each in found] for found in self._found.values()]
            if any(part is None for row in parts for part in row):
                continue
            rows = [torch.cat(row, dim=1)[0] for row in parts]
            made[name] = torch.stack(
                [torch.nn.functional.pad(row, (0, width - len(row)))[: width - 1] for row in rows]
            )
        return FusedCausalLMOutput(**made)

    def _read(self, rows: list[int], start: int, cache: Any) -> None:
        """Read rows from `start` on; `cache` holds what is before, which they share."""
        alike = self._alike(rows)
        if all(len(self._rows[row]) == alike for row in rows):
            self._pass(rows, start, alike, cache)  # one row, or the same several times
            return
        # the last id that is shared is read by each branch: what follows it is theirs
        if alike - 1 - start >= SHORTEST:
            self._pass(rows, start, alike - 1, cache)
            start = alike - 1
        branches: dict[Any, list[int]] = {}
        for row in rows:
            branches.setdefault(next(iter(self._rows[row][alike:]), None), []).append(row)
        for branch in branches.values():
            self._read(branch, start, _copy(cache))

    def _pass(self, rows: list[int], start: int, end: int, cache: Any) -> None:
        """Read the ids from `start` to `end` of rows that share them; the cache grows by them."""
        row = rows[0]
        following = self._labels[row : row + 1, start + 1 : end + 1]
        if end == len(self._rows[row]):  # nothing follows, or padding
            following = torch.nn.functional.pad(following[:, : end - start - 1], (0, 1), value=-100)
        output = self._model(
            input_ids=self._ids[row : row + 1, start:end],
            shift_labels=following,
            **{CACHE: cache},
            **self._rest,
        )
        for each in rows:
            self._found[each].append(output)

    def _alike(self, rows: list[int]) -> int:
        """How many ids all of these rows share at their beginnings."""
        chosen = [self._rows[row] for row in rows]
        low, high = min(chosen), max(chosen)  # whatever these two share, all share
        pairs = enumerate(zip(low, high, strict=False))
        return next((n for n, (a, b) in pairs if a != b), min(len(low), len(high)))


def _copy(cache: Any) -> Any:
    """A cache that grows on its own; the tensors, which are never written to, are the same."""
    other = copy.copy(cache)
    other.layers = [copy.copy(layer) for layer in cache.layers]
    return other


def _plain(model: Any) -> bool:
    if getattr(model, "is_gradient_checkpointing", False):
        return False
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
