"""The agent behind `vllm/<model>`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ...envs.core import Message, UsageError, cache_folder
from ..base import Agent, Reply
from ..chat import ReplyCache
from ..dialogue import Speaker
from ..models import MODELS, located
from ..openai import OpenAIAgent
from ..protocols import (
    CHATML,
    Protocol,
    constraint,
    offers_tools,
    protocol_of,
    read_reply,
)
from .server import Server, python_with_vllm, takes_seeds
from .tokens import TokenVoice

__all__ = ["VLLMAgent"]


class VLLMAgent(Agent):
    """A model behind a vLLM server.

    Args:
        model: a folder, a name on the hub, or a short name of `palestra models`.
        temperature, top_p, max_tokens: of the sampling.
        timeout: seconds for one call.
        protocol: a text protocol's name, or `native` for the server's own tool calls. Default:
            `native` where the chat template offers tools as Hermes does, else `hermes`.
        constrained: let the server sample nothing but calls that fit the tools' schemas, so that
            the effect of the form can be told from the effect of the choice. It speaks `json`.
        base_url: a server that runs already; else one is started.
        python: the interpreter that has vLLM.
        tokens: talk in ids, with a tokenizer and template here, so that every reply carries
            `tokens` and each turn goes on from the ids of the turn before.
        context: most tokens of prompt and reply together.
        dtype: of the weights.
        startup: seconds that the server may take until it answers.
        seed: whether requests carry a seed. Default: where the vLLM that is started takes one.
        images: whether the model can be shown images. A text protocol and `tokens` never show any.

    Raises:
        UsageError: `openai` or vLLM is missing, or the model.
    """

    remote = True

    def __init__(
        self,
        model: str,
        *,
        temperature: float = 0.0,
        top_p: float = 1.0,
        max_tokens: int = 256,
        timeout: float = 600.0,
        protocol: str = "",
        constrained: bool = False,
        tokens: bool = False,
        base_url: str = "",
        python: str = "",
        context: int = 0,
        dtype: str = "bfloat16",
        startup: float = 600.0,
        seed: bool | None = None,
        images: bool = True,
    ) -> None:
        if constrained and protocol not in ("", "json"):
            raise UsageError(f"vllm: constrained decoding speaks json, not {protocol!r}")
        if constrained and tokens:
            raise UsageError("vllm: tokens=true and constrained=true do not go together")
        path = model if base_url or model not in MODELS else str(located(model))
        offers = _template_offers_tools(path)
        chosen = protocol or ("json" if constrained else "native" if offers else "hermes")
        self._protocol: Protocol | None = None if chosen == "native" else protocol_of(chosen)
        self._constrained = constrained
        parameters: dict[str, Any] = {
            "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens,
        }  # fmt: skip
        if self._protocol is not None and self._protocol.stop:
            parameters["stop"] = list(self._protocol.stop)
        self._parameters, self._timeout = parameters, timeout
        named = {
            "temperature": (temperature, 0.0), "top_p": (top_p, 1.0),
            "max_tokens": (max_tokens, 256), "protocol": (protocol, ""),
            "constrained": (constrained, False), "tokens": (tokens, False), "context": (context, 0),
            "dtype": (dtype, "bfloat16"),
        }  # fmt: skip
        given = {n: str(v).lower() for n, (v, default) in sorted(named.items()) if v != default}
        self.uri = f"vllm/{model}" + (f"?{urlencode(given)}" if given else "")
        self._name, self._path, self._tokens, self._spoken = model, path, tokens, protocol
        self._voice: TokenVoice | None = None
        self._server: Server | None = None
        self._client: OpenAIAgent | None = None
        self._cache: ReplyCache | None = None
        self._seed = seed is None or seed
        self._images = images and self._protocol is None and not tokens
        if base_url:
            self._client = self._at(base_url)
            return
        command = ["--model", path, "--served-model-name", model, "--dtype", dtype]
        if tokens:  # as they were sampled
            command += ["--logprobs-mode", "processed_logprobs"]
        if context:
            command += ["--max-model-len", str(context)]
        if chosen == "native":
            command += ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]
        elif Path(path).is_dir() and not offers:
            command += ["--chat-template", str(_chatml())]
        found = python_with_vllm(python)
        self._seed = takes_seeds(found) if seed is None and temperature > 0 else self._seed
        self._server = Server(command, python=found, startup=startup)

    def _at(self, url: str) -> OpenAIAgent:
        client = OpenAIAgent(
            self._name, base_url=url, api_key="none", timeout=self._timeout,
            seed=self._seed, parameters=self._parameters,
        )  # fmt: skip
        if self._server is not None:  # its port is another in every run
            client.place = " ".join(self._server.command)
        if self._cache is not None:
            client.cached_in(self._cache)
        return client

    def sees_images(self) -> bool:
        return self._images

    def cached_in(self, cache: ReplyCache) -> None:
        self._cache = cache
        if self._client is not None:
            self._client.cached_in(cache)

    async def check(self) -> None:
        if self._server is not None:
            await self._server.start()
            if self._client is None:
                self._client = self._at(self._server.url)
        assert self._client is not None
        await self._client.check()
        if self._tokens and self._voice is None:
            self._voice = TokenVoice(
                self.uri, self._path, self._client, self._spoken, self._parameters, self._seed
            )
            await self._voice.check()

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return self if self._voice is None else Speaker(self._voice)

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        if self._client is None or (self._tokens and self._voice is None):
            await self.check()
        assert self._client is not None
        if self._voice is not None:
            return await Speaker(self._voice).act(messages, tools, seed=seed)
        if self._protocol is None:
            return await self._client.act(messages, tools, seed=seed)
        plain = self._protocol.render(messages, tools, self._client.source)
        extra = {"response_format": constraint(tools)} if self._constrained and tools else {}
        reply = await self._client.ask(plain, (), seed=seed, extra=extra)
        return read_reply(self._protocol, reply)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        if self._server is not None:
            self._server.stop()


def _template_offers_tools(path: str) -> bool:
    """Whether a model's chat template renders tools; a name on the hub is taken to."""
    folder = Path(path).expanduser()
    if not folder.is_dir():
        return True
    template = folder / "chat_template.jinja"
    if template.is_file():
        text = template.read_text(errors="replace")
    else:
        config = folder / "tokenizer_config.json"
        known = json.loads(config.read_text()) if config.is_file() else {}
        text = str(known.get("chat_template") or "")
    return offers_tools(text)


def _chatml() -> Path:
    """Our ChatML as a file that the server can read (its Jinja knows no generation marks)."""
    path = cache_folder() / "templates" / "chatml.jinja"
    text = CHATML.replace("{% generation %}", "").replace("{% endgeneration %}", "")
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path
