"""Generation for many episodes at once: requests that wait together are generated together."""

from __future__ import annotations

import queue
import random
import threading
from concurrent.futures import Future
from typing import Any, NamedTuple

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
    TopPLogitsWarper,
)

from ..dialogue import Generated
from .load import Loaded
from .memory import CACHE, Memory

__all__ = ["Engine", "Request", "cut"]

PATIENCE = 0.01
"""Seconds that a batch waits for the next request to join it."""
MOST_TOKENS = 131_072
"""Tokens of a batch, padding and room for the replies included: what bounds its memory."""
NEVER = 2**31
"""The id of no token, for a model without an end: for None, `generate` looks for an end itself."""
FEWEST = 8
"""Rows from which on a batch stops on the way to go on without those that ended."""


class Request(NamedTuple):
    """What to go on from.

    Attributes:
        ids: the prompt.
        seed: of what is random; a request draws the same whatever it is batched with.
        most: tokens to generate at most.
    """

    ids: list[int]
    seed: int
    most: int


class Engine:
    """One model and one thread that it generates in.

    Args:
        loaded: the model.
        temperature: 0 takes the likeliest token.
        top_p: the smallest set of tokens with this much probability is drawn from.
        batch: requests at once, at most.
    """

    def __init__(
        self, loaded: Loaded, *, temperature: float = 0.0, top_p: float = 1.0, batch: int = 32
    ) -> None:
        self._loaded, self._batch = loaded, batch
        self._temperature, self._top_p = temperature, top_p
        self._memory = Memory(loaded.model)
        self._waiting: queue.SimpleQueue[tuple[Request, Future[Generated]] | None] = (
            queue.SimpleQueue()
        )
        self._left: tuple[Request, Future[Generated]] | None = None
        self._thread: threading.Thread | None = None

    def submit(self, request: Request) -> Future[Generated]:
        """Ask for a reply."""
        future: Future[Generated] = Future()
        self._waiting.put((request, future))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="palestra-hf", daemon=True)
            self._thread.start()
        return future

    def close(self) -> None:
        """End the thread after what it is at."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while True:
            taken, go_on = self._take()
            taken = [(r, future) for r, future in taken if future.set_running_or_notify_cancel()]
            if taken:
                try:
                    replies = self.generate([request for request, _ in taken])
                except BaseException as error:  # out of memory, an interrupt: tell who waits
                    for _, future in taken:
                        future.set_exception(error)
                else:
                    for (_, future), reply in zip(taken, replies, strict=True):
                        future.set_result(reply)
            if not go_on:
                return

    def _take(self) -> tuple[list[tuple[Request, Future[Generated]]], bool]:
        """The next batch, and whether there may be another."""
        taken: list[tuple[Request, Future[Generated]]] = []
        longest = 0
        while len(taken) < self._batch:
            try:
                item = self._left or self._waiting.get(timeout=PATIENCE if taken else None)
            except queue.Empty:
                break
            self._left = None
            if item is None:
                return taken, False
            longest = max(longest, len(item[0].ids) + item[0].most)
            if taken and longest * (len(taken) + 1) > MOST_TOKENS:
                self._left = item  # the first of the next batch
                break
            taken.append(item)
        return taken, True

    @torch.inference_mode()
    def generate(self, requests: list[Request]) -> list[Generated]:
        """Generate for these requests now, in this thread."""
        model, tokenizer, _, ends = self._loaded
        prompts = [request.ids for request in requests]
        read = self._memory.read(prompts, max(request.most for request in requests))
        longest = max(len(request.ids) for request in requests)
        pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else (ends or (0,))[0]
        ids = torch.full((len(requests), longest), pad, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, prompt in enumerate(prompts):
            ids[row, longest - len(prompt) :] = torch.tensor(prompt)
            mask[row, longest - len(prompt) :] = 1
        ids, mask = ids.to(model.device), mask.to(model.device)
        draws = [random.Random(request.seed) for request in requests]
        chances: list[list[float]] = [[] for _ in requests]
        replies: dict[int, Generated] = {}
        left = list(range(len(requests)))
        while left:
            draw = _Draw([draws[row] for row in left], self._temperature, self._top_p)
            room = [longest + requests[row].most for row in left]
            ended = _Ended(room, ends, early=read is not None and len(left) >= FEWEST)
            config = GenerationConfig(
                do_sample=False,
                max_new_tokens=max(room) - ids.shape[1],
                eos_token_id=list(ends) or [NEVER],
                pad_token_id=pad,
                use_cache=True,
            )
            ids = model.generate(
                ids,
                attention_mask=mask,
                generation_config=config,
                logits_processor=LogitsProcessorList([draw]),
                stopping_criteria=StoppingCriteriaList([ended]),
                **({} if read is None else {CACHE: read.cache}),
            )
            going = []
            noted = torch.stack(draw.logprobs, dim=1).tolist()
            for place, row in enumerate(left):
                chances[row] += noted[place]
                if not ended.rows[place]:
                    going.append(place)
                    continue
                sampled = ids[place, longest:].tolist()
                replies[row] = cut(sampled, chances[row], requests[row].most, ends)
                if read is not None:
                    self._memory.said(prompts[row], replies[row].ids, read, place)
            left = [left[place] for place in going]
            if left and read is not None:
                mask = torch.nn.functional.pad(mask, (0, ids.shape[1] - mask.shape[1]), value=1)
                ids, mask, read = ids[going], mask[going], read.of(going)
        return [replies[row] for row in range(len(requests))]


def cut(tokens: list[int], logprobs: list[float], most: int, ends: tuple[int, ...]) -> Generated:
    """A row without what was padded after its end."""
    for number, token in enumerate(tokens[:most], start=1):
        if token in ends:
            return Generated(tokens[:number], logprobs[:number], "stop")
    return Generated(tokens[:most], logprobs[:most], "length")


class _Ended(StoppingCriteria):
    """Ends each row at its end or its own limit; all of them, to go on without those that ended.

    Args:
        limits: ids of each row at most, the prompt's included.
        ends: what ends a row.
        early: whether to stop as soon as half of the rows ended, which are padding from then on.
    """

    def __init__(self, limits: list[int], ends: tuple[int, ...], *, early: bool) -> None:
        self._limits, self._ends, self._early = torch.tensor(limits), torch.tensor(ends), early
        self.rows = torch.zeros(len(limits), dtype=torch.bool)

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        last = input_ids[:, -1].cpu()
        self.rows |= torch.isin(last, self._ends) | (self._limits <= input_ids.shape[1])
        stop = self._early and 2 * int(self.rows.sum()) >= len(self.rows)
        return (torch.ones_like(self.rows) if stop else self.rows).to(input_ids.device)


class _Draw(LogitsProcessor):
    """Draws each row's next token with the row's own generator, and notes its probability.

    `generate` then takes the likeliest of what is left, which is the one that was drawn. So a
    request's draws depend on its seed alone, and one pass gives token and probability.
    """

    def __init__(self, chance: list[random.Random], temperature: float, top_p: float) -> None:
        self._chance = chance
        self._temperature = temperature
        self._top_p = TopPLogitsWarper(top_p) if 0 < top_p < 1 else None
        self.logprobs: list[torch.Tensor] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        scores = scores.float()
        if self._temperature > 0:
            scores = scores / self._temperature
            if self._top_p is not None:
                scores = self._top_p(input_ids, scores)
            logprobs = torch.log_softmax(scores, dim=-1)
            mass = logprobs.exp().cumsum(dim=-1)
            drawn = torch.tensor([c.random() for c in self._chance], device=scores.device)
            chosen = torch.searchsorted(mass, drawn[:, None] * mass[:, -1:], right=True)
            chosen = chosen.clamp_(max=scores.shape[-1] - 1)
        else:
            logprobs = torch.log_softmax(scores, dim=-1)
            chosen = scores.argmax(dim=-1, keepdim=True)
        chance = logprobs.gather(1, chosen)[:, 0].cpu()
        if chance.isnan().any():  # else the vocabulary's last token would be "drawn", in silence
            raise RuntimeError("the model's outputs are no numbers (NaN): its weights are broken")
        self.logprobs.append(chance)
        only = torch.full_like(scores, -torch.inf)
        return only.scatter_(1, chosen, 0.0)
