"""The agent behind `hf/<model>` and `smollm2`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ...envs.core import Message, check_between
from ..base import Agent, InfrastructureError, Reply
from ..dialogue import Generated, Speaker, Template
from .engine import Engine, Request
from .load import load

__all__ = ["HFAgent"]


class HFAgent(Agent):
    """A model in this process; the episodes that wait for it are generated together.

    Args:
        model: a folder, or a name on the hub.
        temperature: 0 takes the likeliest token.
        top_p: the smallest set of tokens with this much probability is drawn from.
        max_tokens: of one reply, at most.
        protocol: a text protocol's name, or `native`. Default: what the chat template offers.
        dtype, device, gguf: see `load`.
        batch: replies that are generated at once, at most.
        uri: the name under which results are listed, options apart.

    Raises:
        UsageError: the model cannot be loaded, or an option is out of range.
    """

    def __init__(
        self,
        model: str,
        *,
        temperature: float = 0.0,
        top_p: float = 1.0,
        max_tokens: int = 256,
        protocol: str = "",
        dtype: str = "",
        device: str = "",
        batch: int = 32,
        gguf: str = "",
        uri: str = "",
    ) -> None:
        check_between("temperature", temperature, 0, 10, whole=False)
        check_between("top_p", top_p, 0, 1, whole=False)
        check_between("max_tokens", max_tokens, 1, 1_000_000)
        check_between("batch", batch, 1, 4096)
        self.loaded = load(model, dtype=dtype, device=device, gguf=gguf)
        self.tokenizer, self.context = self.loaded.tokenizer, self.loaded.context
        self.template = Template(self.tokenizer, protocol)
        self.engine = Engine(self.loaded, temperature=temperature, top_p=top_p, batch=batch)
        self.max_tokens = max_tokens
        self.ends: Mapping[int, str] = {
            end: self.tokenizer.decode([end]) for end in self.loaded.ends
        }
        named = {
            "temperature": (temperature, 0.0), "top_p": (top_p, 1.0),
            "max_tokens": (max_tokens, 256), "protocol": (protocol, ""), "dtype": (dtype, ""),
            "gguf": (gguf, ""),
        }  # fmt: skip
        given = {name: value for name, (value, default) in sorted(named.items())
                 if value != default}  # fmt: skip
        self.uri = (uri or f"hf/{model}") + (f"?{urlencode(given)}" if given else "")

    def sees_images(self) -> bool:
        return False

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return Speaker(self)

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        return await Speaker(self).act(messages, tools, seed=seed)

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        try:
            return await asyncio.wrap_future(self.engine.submit(Request(prompt, seed, most)))
        except (RuntimeError, MemoryError) as error:  # torch's own, out of memory for example
            raise InfrastructureError(f"generation failed: {error}", retry=False) from error

    async def close(self) -> None:
        await asyncio.to_thread(self.engine.close)
