"""The agent behind `hf/<model>` and `smollm2`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ...envs.core import Message, Usage, UsageError, check_between, say
from ..base import Agent, InfrastructureError, Reply, Tokens
from .engine import Engine, Request
from .load import load
from .template import Dialogue, Template

__all__ = ["HFAgent"]

CONTEXT_FULL = "context_full"


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
        self.template = Template(self.loaded.tokenizer, protocol)
        self.engine = Engine(self.loaded, temperature=temperature, top_p=top_p, batch=batch)
        self.max_tokens = max_tokens
        tokenizer = self.loaded.tokenizer
        self.ends = {end: tokenizer.decode([end]) for end in self.loaded.ends}
        named = {
            "temperature": (temperature, 0.0), "top_p": (top_p, 1.0),
            "max_tokens": (max_tokens, 256), "protocol": (protocol, ""), "dtype": (dtype, ""),
            "gguf": (gguf, ""),
        }  # fmt: skip
        given = {name: value for name, (value, default) in sorted(named.items())
                 if value != default}  # fmt: skip
        self.uri = (uri or f"hf/{model}") + (f"?{urlencode(given)}" if given else "")

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return _Speaker(self)

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        return await _Speaker(self).act(messages, tools, seed=seed)

    async def close(self) -> None:
        await asyncio.to_thread(self.engine.close)


class _Speaker(Agent):
    """The model in one episode: it goes on from the ids of its earlier turns."""

    def __init__(self, agent: HFAgent) -> None:
        self._agent, self.uri = agent, agent.uri
        self._dialogue: Dialogue | None = None

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        agent = self._agent
        if self._dialogue is None:
            self._dialogue = Dialogue(agent.template, tools, agent.ends)
        try:
            prompt = self._dialogue.prompt(messages)
        except Exception as error:  # Jinja's, raised by a template for what it does not take
            raise UsageError(f"{agent.uri}: its chat template refuses: {error}") from error
        room = agent.loaded.context - len(prompt)
        if room < 1:
            return Reply(say(""), finish=CONTEXT_FULL, stop=True)
        began = time.perf_counter()
        request = Request(prompt, seed, min(agent.max_tokens, room))
        try:
            generated = await asyncio.wrap_future(agent.engine.submit(request))
        except (RuntimeError, MemoryError) as error:  # torch's own, out of memory for example
            raise InfrastructureError(f"generation failed: {error}", retry=False) from error
        ids = generated.ids
        spoken = ids[:-1] if generated.finish == "stop" else ids
        message = agent.template.action(agent.loaded.tokenizer.decode(spoken))
        self._dialogue.spoken(messages, prompt, ids, message)
        usage = Usage(
            calls=1,
            input_tokens=len(prompt),
            output_tokens=len(ids),
            seconds=time.perf_counter() - began,
        )
        return Reply(
            message,
            usage,
            generated.finish,
            tokens=Tokens(prompt, ids, generated.logprobs),
        )
