"""Ids instead of messages to a vLLM server: what was read and said is known to the token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...envs.core import UsageError
from ..dialogue import Generated, Template
from ..openai import OpenAIAgent

__all__ = ["TokenVoice"]


class TokenVoice:
    """A model behind vLLM's completions, which take ids and return them with log probabilities.

    Args:
        uri: the agent's name.
        path: of the model, for its tokenizer and template.
        client: to the server.
        protocol: see `Template`.
        sampling: `temperature`, `top_p` and `max_tokens`.
        seeds: whether requests carry a seed.

    Raises:
        UsageError: Transformers is missing, or there is no tokenizer.
    """

    def __init__(
        self,
        uri: str,
        path: str,
        client: OpenAIAgent,
        protocol: str,
        sampling: dict[str, Any],
        seeds: bool,
    ) -> None:
        try:
            from transformers import AutoTokenizer
        except ImportError:
            raise UsageError(
                "vllm/...?tokens=true needs the model's tokenizer: pip install 'palestra[local]'"
            ) from None
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(path)
        except (OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise UsageError(f"{uri}: the tokenizer cannot be loaded: {reason}") from None
        self.uri, self._client = uri, client
        self.template = Template(self.tokenizer, protocol)
        end = self.tokenizer.eos_token_id
        self.ends: Mapping[int, str] = {end: self.tokenizer.decode([end])}
        self.context = 0
        self.max_tokens = sampling["max_tokens"]
        self._sampling = {key: sampling[key] for key in ("temperature", "top_p")}
        self._seeds = seeds

    async def check(self) -> None:
        """Ask the server how long a conversation may be."""
        listed = await self._client.answered(self._client.client.models.list())
        lengths = [getattr(model, "max_model_len", None) for model in listed.data]
        self.context = next((n for n in lengths if n), 0)
        if not self.context:
            raise UsageError(
                f"the server at {self._client.base_url} does not say how long a conversation may "
                "be; is it vLLM? Leave out tokens=true for others"
            )

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        request: dict[str, Any] = dict(self._sampling, max_tokens=most, logprobs=0)
        if self._seeds:
            request["seed"] = seed % 2**31
        answer = await self._client.answered(
            self._client.client.completions.create(
                model=self._client.model,
                prompt=prompt,
                extra_body={"return_token_ids": True, "skip_special_tokens": False},
                **request,
            )
        )
        return await self._client.answered(_read(answer))


async def _read(answer: Any) -> Generated:
    """The ids of an answer; what is missing in it raises what `answered` knows."""
    choice = answer.choices[0]
    ids, logprobs = list(choice.token_ids), list(choice.logprobs.token_logprobs)
    if len(ids) != len(logprobs) or not ids:
        raise ValueError(f"{len(ids)} ids and {len(logprobs)} log probabilities")
    return Generated(ids, logprobs, choice.finish_reason)
