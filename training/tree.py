"""Rows that begin alike are read once: a batch of rollouts is a tree, each of its ids a node.

The members of a group share rules, tools and question, and most of them the first calls and what
those returned. Read row by row, that is several times the work. Here one pass reads what is shared,
and the passes behind it go on from its keys and values, which carry the gradient of all rows back.
A pass has a price of its own, the gradient of every weight: branches of the same depth that are
about as long share one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer
from trl.trainer.utils import FusedCausalLMOutput

from ..agents.hf.memory import CACHE, passes

__all__ = ["as_tree"]

SHORTEST = 16
"""Ids below which a pass of their own costs more than it saves."""
PASS = 4_096
"""Ids in one pass of several branches, padding included."""


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


class _Branch(NamedTuple):
    """Ids that some rows share, from `start` to `end`, and what was read before them."""

    rows: list[int]
    start: int
    end: int
    past: Any
    """A cache of `start` ids."""


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
        ready = [*self._grown(list(self._found), 0, DynamicCache(config=self._model.config))]
        while ready:
            groups = passes(ready, lambda branch: branch.end - branch.start, PASS)
            ready = [behind for group in groups for behind in self._pass(group)]
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

    def _grown(self, rows: list[int], start: int, past: Any) -> Iterator[_Branch]:
        """The branches that begin at `start`; `past` holds what is before, which rows share."""
        alike = self._alike(rows)
        if all(len(self._rows[row]) == alike for row in rows):  # one row, or the same several times
            yield _Branch(rows, start, alike, past)
        # the last id that is shared is read by each branch: what follows it is theirs
        elif alike - 1 - start >= SHORTEST:
            yield _Branch(rows, start, alike - 1, past)
        else:
            yield from self._split(rows, start, past)

    def _split(self, rows: list[int], start: int, past: Any) -> Iterator[_Branch]:
        """The branches of rows that go apart behind `start`."""
        alike = self._alike(rows)
        apart: dict[Any, list[int]] = {}
        for row in rows:
            apart.setdefault(next(iter(self._rows[row][alike:]), None), []).append(row)
        for each in apart.values():
            yield from self._grown(each, start, past)

    def _pass(self, branches: Sequence[_Branch]) -> list[_Branch]:
        """Read branches side by side, padded on the right, their pasts on the left.

        Returns:
            the branches behind them.
        """
        longest = max(branch.start for branch in branches)
        width = max(branch.end - branch.start for branch in branches)
        ids = self._ids.new_zeros((len(branches), width))
        labels = self._labels.new_full((len(branches), width), -100)
        mask = self._ids.new_zeros((len(branches), longest + width))
        for place, (rows, start, end, _) in enumerate(branches):
            row, last = rows[0], min(end + 1, len(self._rows[rows[0]]))  # nothing follows the last
            ids[place, : end - start] = self._ids[row, start:end]
            labels[place, : last - start - 1] = self._labels[row, start + 1 : last]
            mask[place, longest - start : longest + end - start] = 1
        places = torch.tensor([branch.start for branch in branches], device=ids.device)[:, None]
        padded: dict[str, Any] = {} if bool(mask.all()) else {"attention_mask": mask}
        cache = _joined([branch.past for branch in branches], longest)
        output = self._model(
            input_ids=ids,
            position_ids=places + torch.arange(width, device=ids.device),
            shift_labels=labels,
            **padded,
            **{CACHE: cache},
            **self._rest,
        )
        behind: list[_Branch] = []
        for place, (rows, start, end, _) in enumerate(branches):
            part = slice(place, place + 1)
            given = {
                name: None if output[name] is None else output[name][part, : end - start]
                for name in ("log_probs", "entropy")
            }
            for row in rows:
                self._found[row].append(given)
            if all(len(self._rows[row]) == end for row in rows):
                continue
            real = slice(longest - start, longest + end - start)
            past = _with(cache, lambda tensor, at=(part, slice(None), real): tensor[at])
            behind += self._split(rows, end, past)
        return behind

    def _alike(self, rows: list[int]) -> int:
        """How many ids all of these rows share at their beginnings."""
        chosen = [self._rows[row] for row in rows]
        low, high = min(chosen), max(chosen)  # whatever these two share, all share
        pairs = enumerate(zip(low, high, strict=False))
        return next((n for n, (a, b) in pairs if a != b), min(len(low), len(high)))


def _joined(pasts: Sequence[Any], longest: int) -> Any:
    """Caches side by side, padded on the left; the tensors themselves are never written to."""
    joined = _with(pasts[0], lambda tensor: tensor)
    if len(pasts) == 1:
        return joined
    for number, layer in enumerate(joined.layers):
        for name in ("keys", "values"):
            all_ = [getattr(past.layers[number], name) for past in pasts]
            pad = torch.nn.functional.pad
            wide = [pad(each, (0, 0, longest - each.shape[-2], 0)) for each in all_]
            setattr(layer, name, torch.cat(wide))
    return joined


def _with(cache: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """A cache that grows on its own, of these tensors changed."""
    other = copy.copy(cache)
    other.layers = [copy.copy(layer) for layer in cache.layers]
    for layer in other.layers:
        if layer.is_initialized:
            layer.keys, layer.values = change(layer.keys), change(layer.values)
    return other


def _plain(model: Any) -> bool:
    if getattr(model, "is_gradient_checkpointing", False):
        return False
    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=model.config).layers)
