"""The agent behind `litellm/<provider>/<model>`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message, UsageError
from ..base import Agent
from ..batches import Post
from ..batches.anthropic import AnthropicBatches
from ..batches.through_litellm import captured, read_message
from ..chat import ChatAgent, speaking
from ..chat.prices import litellm
from ..limits.rates import provider_at
from ..network import check_surroundings, open_client, spare_loopback
from ..openai.agent import conversation_key
from ..secrets import clean_key


class LiteLLMAgent(ChatAgent):
    """A model behind any provider that LiteLLM knows.

    It does not stream: LiteLLM drops a chunk that it cannot read and goes on, and an action with a
    hole would be held against the model.

    Args:
        model: `<provider>/<model>`, as LiteLLM names it.
        base_url: where the provider is, if not where LiteLLM expects it.
        api_key: default: what LiteLLM finds in the environment for the provider.
        seed: whether requests carry a seed. Providers that know none never get one.
        chat: see `ChatAgent`, but for `stream`.

    Raises:
        UsageError: the `litellm` package is missing, it does not know the provider, or the
            provider's key is not set.
    """

    scheme = "litellm"
    lacks = frozenset({"stream"})

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: str | None = None, **chat: Any
    ) -> None:
        try:
            self._litellm = litellm()
        except ImportError:
            raise UsageError(
                "litellm/... needs the package `litellm`: pip install 'palestra[apis]'"
            ) from None
        super().__init__(model, **chat)
        try:
            bare, self._provider, *_ = self._litellm.get_llm_provider(model, api_base=base_url)
        except self._openai.OpenAIError:
            raise UsageError(
                f"LiteLLM knows no provider for {model!r}; write litellm/<provider>/<model>, such "
                "as litellm/anthropic/claude-sonnet-4-5 or litellm/openai/gpt-5"
            ) from None
        needed = self._litellm.utils.validate_environment(model)
        if base_url is None and api_key is None and needed["missing_keys"]:
            missing = " and ".join(needed["missing_keys"])
            raise UsageError(f"litellm/{model} needs {missing}: set it first")
        _clean_keys(self._provider)
        self.address = base_url or ""
        check_surroundings(self.address)
        if base_url:
            spare_loopback(base_url)
        known = self._litellm.get_supported_openai_params(bare, self._provider) or ()
        self._takes = frozenset(known)
        self._seed = self._seed and "seed" in self._takes
        self.place = base_url or ""
        self.provider = provider_at(base_url) if base_url else self._provider
        self.priced = "" if base_url else model
        self._batches: AnthropicBatches | None = None
        self._target = {"api_base": base_url, "api_key": api_key}
        if base_url and not api_key and self._provider == "openai":
            self._target["api_key"] = os.environ.get("OPENAI_API_KEY", "").strip() or "none"

    def request(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], seed: int
    ) -> dict[str, Any]:
        request = super().request(messages, tools, seed)
        if self._provider not in _OWN_FORMS:
            request["messages"] = [_lifted(message) for message in request["messages"]]
        return request

    def hints(self, messages: Sequence[Message]) -> dict[str, Any]:
        if "cache_control" in self._takes:  # the provider keeps what it is told to keep
            where = ({"role": "system"}, {"index": -1})
            points = [{"location": "message", **each} for each in where]
            return {"cache_control_injection_points": points}
        if "prompt_cache_key" in self._takes and not self.place:
            return {"prompt_cache_key": conversation_key(messages)}
        return {}

    async def exchange(self, request: dict[str, Any]) -> Any:
        answer = await self._litellm.acompletion(**self._arguments(request))
        return answer if isinstance(answer, str | dict) else answer.model_dump()

    def _arguments(self, request: dict[str, Any]) -> dict[str, Any]:
        given = {k: v for k, v in self._target.items() if v is not None}
        return {**request, **given, "timeout": self._timeout, "max_retries": 0, "num_retries": 0}

    def takes_batches(self) -> bool:
        return self._provider == "anthropic"

    async def exchange_in_batch(self, request: dict[str, Any], post: Post) -> Any:
        if not self.takes_batches():
            return await super().exchange_in_batch(request, post)
        posted = await captured(self._litellm, self._arguments(request))
        if self._batches is None:
            client = open_client(self._openai, posted.url, 600.0)
            self._batches = AnthropicBatches(client, posted.url, posted.headers, self.provider)
        message = await post(self._batches, posted.body)
        answer = await read_message(self._litellm, self._arguments(request), message)
        return answer.model_dump()


_OWN_FORMS = ("anthropic", "bedrock", "bedrock_converse", "gemini", "vertex_ai")
"""Providers whose turns LiteLLM translates; the others get messages as they are."""


def _lifted(message: dict[str, Any]) -> dict[str, Any]:
    """A turn with the fields that LiteLLM does not know back where its provider had them."""
    fields = message.get("provider_specific_fields")
    if not isinstance(fields, Mapping):
        return message
    rest = {name: value for name, value in message.items() if name != "provider_specific_fields"}
    return {**{name: value for name, value in fields.items() if value is not None}, **rest}


def _clean_keys(provider: str) -> None:
    """Take the blanks and line ends off keys in the environment, where LiteLLM reads them.

    Raises:
        UsageError: the provider's key holds characters that no key has.
    """
    for name, value in list(os.environ.items()):
        if name.endswith(("_API_KEY", "_TOKEN", "_ACCESS_KEY", "_ACCESS_KEY_ID")) and value.strip():
            own = provider.upper() in name
            os.environ[name] = clean_key(value, name) if own else value.strip()


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`litellm/<provider>/<model>?temperature=0&protocol=react&base_url=...`."""
    return speaking(LiteLLMAgent, name, options)
