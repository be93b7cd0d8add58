"""TRL's trainers without the work that changes nothing.

A member of a group in which all got the same reward has no advantage, and so no gradient; padding
has none either, nor has what the model only read; and the members of a group begin alike
(`tree.py`). TRL computes all of it, for each of them. On a CPU that is most of a step. What is left
out changes neither the loss nor a gradient; a test holds this to TRL's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from trl.trainer import grpo_trainer, utils
from trl.trainer.grpo_trainer import GRPOTrainer

from .tree import as_tree

__all__ = ["LeanGRPOTrainer", "lean_head"]

_SUMS = ("dapo", "cispo")
"""Losses that add up tokens over the whole batch, so that a row without advantage can be left out;
others take means over the rows of a pass."""


@contextmanager
def lean_head(model: Any) -> Iterator[None]:
    """On a CPU: the language-model head is computed where there is a label, and nowhere else.

    TRL does so where it has Triton, and elsewhere computes every position, since a device that
    compiles for each shape would compile anew in each batch. A CPU does not compile.
    """
    decide = getattr(utils, "_use_triton", None)
    if decide is None or model.device.type != "cpu":
        yield
        return
    setattr(utils, "_use_triton", lambda device: True)  # noqa: B010 - not a name of TRL's own
    try:
        yield
    finally:
        setattr(utils, "_use_triton", decide)  # noqa: B010


class LeanGRPOTrainer(GRPOTrainer):
    """TRL's trainer; text only. Its `entropy` is that of rollouts with an advantage."""

    _learned: torch.Tensor | None = None  # of the pass that is computed now

    def _prepare_inputs(self, generation_batch: Any) -> Any:
        with _in_order() if self._one_step_each() else nullcontext():
            return super()._prepare_inputs(generation_batch)

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> Any:
        inputs = dict(inputs)
        if self._only_advantages_matter():
            rows = inputs["advantages"] != 0
            if not rows.any():
                return _nothing(model)
            inputs = _of_rows(inputs, rows)
        inputs = _without_padding(inputs)
        mask = inputs["completion_mask"]
        if (said := inputs.get("tool_mask")) is not None:
            mask = mask * said
        self._learned = mask.bool() if self.top_entropy_quantile == 1.0 else None
        try:
            return super()._compute_loss(model, inputs)
        finally:
            self._learned = None

    def _get_per_token_logps_and_entropies(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        if self._learned is not None:
            model = _only(as_tree(model), self._learned)
        return super()._get_per_token_logps_and_entropies(model, *args, **kwargs)

    def _one_step_each(self) -> bool:
        """Whether a batch of rollouts is one optimiser step, so that the order of rows is free."""
        args: Any = self.args
        passes = args.gradient_accumulation_steps
        return args.steps_per_generation == passes and self.num_iterations == 1

    def _only_advantages_matter(self) -> bool:
        """Whether a row without advantage has no part in the loss, and may be missing.

        With several processes each must make its own passes for the gradients to be gathered.
        """
        return (
            self.loss_type in _SUMS
            and self.beta == 0.0
            and not self._entropy_bonus_enabled
            and not self.aux_loss_enabled
            and self.accelerator.num_processes == 1
        )


@contextmanager
def _in_order() -> Iterator[None]:
    """The rows of a group stay together, in one pass."""
    name = "shuffle_sequence_dict"  # which TRL's trainer looks up in its module
    shuffle = getattr(grpo_trainer, name)
    setattr(grpo_trainer, name, lambda rows: rows)
    try:
        yield
    finally:
        setattr(grpo_trainer, name, shuffle)


def _nothing(model: Any) -> torch.Tensor:
    """A loss that is 0, with gradients that are 0."""
    return sum(p.sum() * 0.0 for p in model.parameters() if p.requires_grad)  # type: ignore[return-value]


def _of_rows(inputs: dict[str, Any], rows: torch.Tensor) -> dict[str, Any]:
    """These rows of everything that has rows."""
    return {
        name: value[rows]
        if isinstance(value, torch.Tensor) and value.shape[:1] == rows.shape
        else value
        for name, value in inputs.items()
    }


def _without_padding(inputs: dict[str, Any]) -> dict[str, Any]:
    """Without columns that are padding in each row: prompts are padded left, completions right."""
    prompt, completion = inputs["prompt_mask"], inputs["completion_mask"]
    first = prompt.shape[1] - int(prompt.sum(dim=1).max())
    last = max(int(completion.sum(dim=1).max()), 1)
    width = completion.shape[1]
    trimmed = dict(inputs)
    for name, value in inputs.items():
        if not isinstance(value, torch.Tensor) or value.dim() != 2:
            continue
        if name.startswith("prompt_"):
            trimmed[name] = value[:, first:]
        elif value.shape[1] == width:
            trimmed[name] = value[:, :last]
    return trimmed


def _only(model: Callable[..., Any], learned: torch.Tensor) -> Callable[..., Any]:
    """The model, asked for no other log probabilities than those of what it said."""

    def forward(*, labels: torch.Tensor, **inputs: Any) -> Any:
        labels = labels.clone()
        labels[:, -learned.shape[1] :].masked_fill_(~learned, -100)
        return model(labels=labels, **inputs)

    return forward
