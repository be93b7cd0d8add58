"""A trainer's model as a voice: by our own batched generation, or by what TRL is set to."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from trl.models.utils import unwrap_model_for_generation

from ...agents.base import InfrastructureError
from ...agents.dialogue import Generated, Template
from ...agents.hf.engine import Engine, Request, cut
from ...agents.hf.load import Loaded, context_of, ends_of


class TrainersVoice:
    """The model of a trainer, for the length of one batch of rollouts.

    Args:
        uri: the name of the policy.
        template: how it is spoken to.
        loaded: the model as it is now.
        engine: what generates.
        max_tokens: of one reply, at most.
    """

    def __init__(
        self, uri: str, template: Template, loaded: Loaded, engine: Engine, max_tokens: int
    ) -> None:
        self.uri, self.template, self.max_tokens = uri, template, max_tokens
        self.tokenizer, self.context = loaded.tokenizer, loaded.context
        self.ends: Mapping[int, str] = {e: self.tokenizer.decode([e]) for e in loaded.ends}
        self._engine = engine

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        try:
            return await asyncio.wrap_future(self._engine.submit(Request(prompt, seed, most)))
        except (RuntimeError, MemoryError) as error:
            raise InfrastructureError(f"generation failed: {error}", retry=False) from error


class _ByTRL(Engine):
    """Generates as TRL is set to: vLLM (colocated or a server) or continuous batching.

    Each batch goes to TRL's own single turn, which keeps vLLM's weights in step. It knows one limit
    for all replies, so a reply that is too long for its conversation is cut afterwards.
    """

    def __init__(self, trainer: Any, loaded: Loaded, batch: int) -> None:
        super().__init__(loaded, batch=batch)
        self._trainer, self._ends = trainer, loaded.ends

    def generate(self, requests: list[Request]) -> list[Generated]:
        prompts = [list(request.ids) for request in requests]
        ids, logprobs = self._trainer._generate_single_turn(prompts, None, {}, 1)
        unknown = [[0.0] * len(row) for row in ids]
        return [
            cut(list(row), list(chances), request.most, self._ends)
            for row, chances, request in zip(ids, logprobs or unknown, requests, strict=True)
        ]


class Twins:
    """A model's copies that generate in the precision in which the trainer's passes compute.

    A trainer keeps weights in float32, for small steps, and computes in bfloat16. To generate in
    float32 would be two to seven times as slow, and another policy than the one that is trained.
    """

    def __init__(self, bf16: bool) -> None:
        self._bf16 = bf16
        self._twin: Any = None

    @torch.no_grad()
    def of(self, model: Any) -> Any:
        """The model as it is now; itself where it has that precision already."""
        if not self._bf16 or next(model.parameters()).dtype != torch.float32:
            return model
        if self._twin is None:
            self._twin = copy.deepcopy(model).to(torch.bfloat16)
            return self._twin
        for mine, its in zip(self._twin.parameters(), model.parameters(), strict=True):
            mine.copy_(its)
        return self._twin


@contextmanager
def speaking(
    trainer: Any, twins: Twins, template: Template, uri: str, max_tokens: int, batch: int
) -> Iterator[TrainersVoice]:
    """The trainer's model as a voice; afterwards it is as it was.

    Args:
        trainer: a `GRPOTrainer`.
        twins: of its model.
        template: how the model is spoken to.
        uri: the name of the policy.
        max_tokens: of one reply.
        batch: replies that are generated at once, at most.
    """
    training = trainer.model.training
    tokenizer = trainer.processing_class
    gather = trainer.args.ds3_gather_for_generation
    with unwrap_model_for_generation(
        trainer.model_wrapped, trainer.accelerator, gather_deepspeed3_params=gather
    ) as model:
        by_trl = trainer.use_vllm or trainer.use_transformers_continuous_batching
        model = model if by_trl else twins.of(model)
        loaded = Loaded(model, tokenizer, context_of(model, tokenizer), ends_of(model, tokenizer))
        if by_trl:
            engine: Engine = _ByTRL(trainer, loaded, batch)
        else:
            engine = Engine(
                loaded, temperature=trainer.temperature, top_p=trainer.top_p, batch=batch
            )
        model.eval()
        try:
            yield TrainersVoice(uri, template, loaded, engine, max_tokens)
        finally:
            engine.close()
            model.train(training)
