"""Rollouts of a local model against its bare `generate`, and through a vLLM server against itself.

    python benchmarks/local_models.py --model smollm2 --episodes 64 --batch 32
    python benchmarks/local_models.py --vllm --python .venv-vllm/bin/python

The episodes take four turns of exactly 32 tokens each. `hf/`: every batch that the rollouts made is
generated again by Transformers' own sampling with the same prompts; the aim is 90% of its tokens a
second. `vllm/`: every request that the rollouts made is sent again by a bare client that keeps as
many in flight, to the same server; the aim is 95%.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import lookup  # noqa: F401 - registers the environment
from palestra.agents import Agent, Reply
from palestra.agents.models import MODELS, located
from palestra.agents.uri import resolve
from palestra.envs.core import call
from palestra.evals import evaluate

TOKENS = 32
TURNS = 4


class Steady(Agent):
    """Asks the model for its reply, and plays a look-up all the same."""

    def __init__(self, inner: Agent) -> None:
        self._inner, self.uri = inner, f"steady {inner.uri}"

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return Steady(self._inner.seated(env, seed, seat))

    async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
        reply = await self._inner.act(messages, tools, seed=seed)
        if len(messages) >= 2 * TURNS - 1:
            reply.message = call("answer", total=0)
        else:
            reply.message = call("lookup", key="red")
        return reply

    async def check(self) -> None:
        await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()


def play(agent: Agent, episodes: int, batch: int) -> tuple[int, float]:
    """Tokens that the rollouts sampled, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        report = evaluate(
            ["lookup"], [Steady(agent)], tasks=episodes, db=Path(folder) / "x", concurrency=batch
        )
        return sum(row.output_tokens for row in report.rows), time.perf_counter() - began


def transformers(model: str, episodes: int, batch: int) -> None:
    import torch

    path = str(located(model)) if model in MODELS else model
    agent: Any = resolve(f"hf/{path}?temperature=1&max_tokens={TOKENS}&batch={batch}")
    agent.loaded = agent.engine._loaded = agent.loaded._replace(ends=())  # every reply is full
    agent.ends = {}
    batches: list[Any] = []
    generate = agent.engine.generate

    def recorded(requests: Any) -> Any:
        batches.append(requests)
        return generate(requests)

    agent.engine.generate = recorded
    tokens, seconds = play(agent, episodes, batch)
    began = time.perf_counter()
    for requests in batches:
        ids = [request.ids for request in requests]
        padded = agent.loaded.tokenizer.pad({"input_ids": ids}, padding_side="left")
        with torch.inference_mode():
            agent.loaded.model.generate(
                torch.tensor(padded["input_ids"]),
                attention_mask=torch.tensor(padded["attention_mask"]),
                max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=True, top_k=0,
                pad_token_id=0,
            )  # fmt: skip
    bare = time.perf_counter() - began
    sizes = [len(requests) for requests in batches]
    print(f"hf: {tokens:,} tokens, batches of {min(sizes)} to {max(sizes)}")
    print(
        f"rollouts {tokens / seconds:,.0f} tokens/s; generate alone {tokens / bare:,.0f} tokens/s"
    )
    print(f"rollouts keep {bare / seconds:.0%}")


def vllm(model: str, episodes: int, batch: int, python: str) -> None:
    import openai

    uri = f"vllm/{model}?temperature=1&max_tokens={TOKENS}&context=4096&python={python}"
    agent: Any = resolve(uri)
    asyncio.run(agent.check())  # the server comes up before the clock starts
    url, stop = agent._server.url, agent._server.stop
    agent._server.stop = lambda: None
    sent: list[dict[str, Any]] = []

    def client() -> Any:
        made = agent._at(url)
        made._parameters = {**made._parameters, "extra_body": {"ignore_eos": True}}
        create = made._client.chat.completions.create

        async def recorded(**request: Any) -> Any:
            sent.append(request)
            return await create(**request)

        made._client.chat.completions.create = recorded
        return made

    agent._client = client()
    tokens, seconds = play(agent, episodes, batch)

    async def again() -> float:
        bare = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0, timeout=600)
        gate = asyncio.Semaphore(batch)

        async def one(request: dict[str, Any]) -> None:
            async with gate:
                await bare.chat.completions.create(**request)

        began = time.perf_counter()
        await asyncio.gather(*(one(request) for request in list(sent)))
        return time.perf_counter() - began

    took = asyncio.run(again())
    stop()
    print(f"vllm: {tokens:,} tokens in {len(sent)} requests, {batch} in flight")
    print(f"rollouts {tokens / seconds:,.0f} tokens/s; bare client {tokens / took:,.0f} tokens/s")
    print(f"rollouts keep {took / seconds:.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--episodes", type=int, default=64)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--vllm", action="store_true", help="measure vLLM instead")
    parser.add_argument("--python", default="", help="the interpreter that has vLLM")
    given = parser.parse_args()
    if given.vllm:
        vllm(given.model, given.episodes, given.batch, given.python)
    else:
        transformers(given.model, given.episodes, given.batch)


if __name__ == "__main__":
    main()
