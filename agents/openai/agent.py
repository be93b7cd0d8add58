"""The agent behind `openai/<model>`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

import msgspec

from ...envs.core import Message, UsageError
from ..batches import Post
from ..batches.openai import OpenAIBatches
from ..chat import ChatAgent
from ..limits.rates import provider_at
from ..network import open_client, proxy_used
from ..secrets import clean_key, hide

_DEFAULT_URL = "https://api.openai.com/v1"


class OpenAIAgent(ChatAgent):
    """A model behind OpenAI's API, or a server that speaks it.

    Args:
        model: the model's name at the server.
        base_url: the server. Default: `OPENAI_BASE_URL`, else OpenAI's own.
        api_key: default: `OPENAI_API_KEY` (a local server may do without).
        chat: see `ChatAgent`.

    Raises:
        UsageError: the `openai` package or the key is missing.
    """

    scheme = "openai"

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: str | None = None, **chat: Any
    ) -> None:
        super().__init__(model, **chat)
        self.base_url = base_url or os.environ.get("OPENAI_BASE_URL") or _DEFAULT_URL
        self._own = self.base_url.rstrip("/") == _DEFAULT_URL
        key = api_key or os.environ.get("OPENAI_API_KEY")
        if not key:
            if self._own:
                raise UsageError(
                    f"openai/{model} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL (or "
                    "?base_url=...) for a server of your own"
                )
            key = "none"
        key = clean_key(key, "api_key" if api_key else "OPENAI_API_KEY")
        self.place = self.address = self.base_url
        self.provider = provider_at(self.base_url)
        self.priced = f"openai/{model}" if self._own else ""
        self._batches: OpenAIBatches | None = None
        self.client = self._openai.AsyncOpenAI(
            api_key=key,
            base_url=self.base_url,
            timeout=self._timeout,
            max_retries=0,
            http_client=open_client(self._openai, self.base_url, self._timeout),
        )

    async def check(self) -> None:
        self.knows_cost()  # LiteLLM's table takes a second to load: now, not in the first call
        openai = self._openai
        quick = openai.Timeout(5.0, connect=1.5)
        try:
            await self.client.with_options(timeout=quick).models.list()
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            through = proxy_used(self.base_url)
            raise UsageError(
                f"no answer from {hide(self.base_url)}{through} ({type(cause).__name__}: "
                f"{hide(str(cause))}); start the server, or set OPENAI_BASE_URL (or ?base_url=...) "
                f"to where it is{', or NO_PROXY where no proxy is needed' if through else ''}"
            ) from None
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise UsageError(
                f"{hide(self.base_url)} refused the key (HTTP {error.status_code}); check "
                "OPENAI_API_KEY"
            ) from None
        except openai.OpenAIError:
            return  # it answers; not every server lists its models

    def hints(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {"prompt_cache_key": conversation_key(messages)} if self._own else {}

    path = "/chat/completions"

    async def exchange(self, request: dict[str, Any]) -> Any:
        # As plain JSON: the library's classes would walk through the whole conversation (8 ms of
        # 11, at 41 messages), and leave their mark on turns that go back as they came.
        return await self.client.post(
            self.path,
            cast_to=object,
            body=request,
            stream=bool(request.get("stream")),
            stream_cls=self._openai.AsyncStream[object],
        )

    def takes_batches(self) -> bool:
        return True

    async def exchange_in_batch(self, request: dict[str, Any], post: Post) -> Any:
        if self._batches is None:
            self._batches = OpenAIBatches(self._openai, self.client, self.path, self.provider)
        return await post(self._batches, request)

    async def close(self) -> None:
        await self.client.close()


def conversation_key(messages: Sequence[Message]) -> str:
    """One for all turns of an episode, so that they reach a machine that knows the beginning."""
    opening = msgspec.json.encode(messages[:2])
    return f"palestra-{hashlib.blake2b(opening, digest_size=8).hexdigest()}"
