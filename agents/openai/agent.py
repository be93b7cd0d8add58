"""The agent behind `openai/<model>`."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ...envs.core import Message, UsageError
from ..base import Agent, InfrastructureError, Reply
from ..protocols import TextTools, protocol_of
from ..uri import take_options, yes_or_no
from .wire import from_wire, to_wire, usage_of

_PASSED_ON = {"temperature": float, "top_p": float, "max_tokens": int, "reasoning_effort": str}
_DEFAULT_URL = "https://api.openai.com/v1"


class OpenAIAgent(Agent):
    """A model behind Chat Completions.

    Args:
        model: the model's name at the server.
        base_url: the server. Default: `OPENAI_BASE_URL`, else OpenAI's own.
        api_key: default: `OPENAI_API_KEY` (a local server may do without).
        stream: whether to ask for the reply in pieces; the action is the same.
        timeout: seconds for one call, from the request to the end of the reply.
        parameters: passed on to the API (`temperature`, `top_p`, `max_tokens`, ...).

    Raises:
        UsageError: the `openai` package or the key is missing.
    """

    remote = True

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        stream: bool = False,
        timeout: float = 120.0,
        seed: bool = True,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            import openai
        except ImportError:
            raise UsageError(
                "openai/... needs the package `openai`: pip install 'palestra[apis]'"
            ) from None
        self.model, self.stream = model, stream
        self.base_url = base_url or os.environ.get("OPENAI_BASE_URL") or _DEFAULT_URL
        key = api_key or os.environ.get("OPENAI_API_KEY")
        if not key:
            if self.base_url == _DEFAULT_URL:
                raise UsageError(
                    f"openai/{model} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL (or "
                    "?base_url=...) for a server of your own"
                )
            key = "none"
        self._openai = openai
        self._seed, self._timeout = seed, timeout
        self._parameters = dict(parameters or {})
        named = dict(self._parameters)
        if not seed:
            named["seed"] = "false"
        self.uri = f"openai/{model}" + (f"?{urlencode(sorted(named.items()))}" if named else "")
        self._client = openai.AsyncOpenAI(
            api_key=key, base_url=self.base_url, timeout=timeout, max_retries=0
        )

    async def check(self) -> None:
        openai = self._openai
        quick = openai.Timeout(5.0, connect=1.5)
        try:
            await self._client.with_options(timeout=quick).models.list()
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise UsageError(
                f"no answer from {self.base_url} ({type(cause).__name__}: {cause}); start the "
                "server, or set OPENAI_BASE_URL (or ?base_url=...) to where it is"
            ) from None
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise UsageError(
                f"{self.base_url} refused the key (HTTP {error.status_code}); check OPENAI_API_KEY"
            ) from None
        except openai.OpenAIError:
            return  # it answers; not every server lists its models

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        return await self.ask(messages, tools, seed=seed)

    async def ask(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        *,
        seed: int,
        extra: Mapping[str, Any] | None = None,
    ) -> Reply:
        """As `act`, with further parameters for this call alone (`response_format`, ...)."""
        openai = self._openai
        request: dict[str, Any] = {
            "model": self.model,
            "messages": to_wire(messages),
            **self._parameters,
            **(extra or {}),
        }
        if tools:
            request["tools"] = list(tools)
        if self._seed:
            request["seed"] = seed % 2**31
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout):  # the client's own begins anew at each byte
                if self.stream:
                    return await self._streamed(request, began)
                return self._whole(await self._client.chat.completions.create(**request), began)
        except TimeoutError as error:
            raise InfrastructureError(
                f"the reply was not complete after {self._timeout:g} s"
            ) from error
        except openai.APIStatusError as error:
            raise _status(error) from error
        except (openai.APIError, openai.OpenAIError) as error:
            raise InfrastructureError(f"{type(error).__name__}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InfrastructureError(f"the server's reply cannot be read: {error!r}") from error

    def _whole(self, answer: Any, began: float) -> Reply:
        seconds = time.perf_counter() - began
        if isinstance(answer, str) or not getattr(answer, "choices", None):
            raise InfrastructureError(f"the server's reply has no choices: {str(answer)[:200]}")
        choice = answer.choices[0]
        calls = [
            {"id": c.id, "name": c.function.name, "arguments": c.function.arguments}
            for c in choice.message.tool_calls or ()
        ]
        message = from_wire(choice.message.content, calls, choice.message.refusal or "")
        return Reply(message, usage_of(answer.usage, seconds), choice.finish_reason or "")

    async def _streamed(self, request: dict[str, Any], began: float) -> Reply:
        content: list[str] = []
        refusal: list[str] = []
        calls: dict[int, dict[str, str]] = {}
        finish, usage = "", None
        request = request | {"stream": True, "stream_options": {"include_usage": True}}
        async for chunk in await self._client.chat.completions.create(**request):
            usage = getattr(chunk, "usage", None) or usage
            for choice in chunk.choices or ():
                finish = choice.finish_reason or finish
                content.append(choice.delta.content or "")
                refusal.append(getattr(choice.delta, "refusal", None) or "")
                for piece in choice.delta.tool_calls or ():
                    call = calls.setdefault(piece.index, {"id": "", "name": "", "arguments": ""})
                    call["id"] = piece.id or call["id"]
                    if piece.function is not None:
                        call["name"] += piece.function.name or ""
                        call["arguments"] += piece.function.arguments or ""
        if not finish:
            raise InfrastructureError("the stream ended before the reply did")
        message = from_wire("".join(content), [calls[i] for i in sorted(calls)], "".join(refusal))
        return Reply(message, usage_of(usage, time.perf_counter() - began), finish)

    def saying(self, **parameters: Any) -> OpenAIAgent:
        """Itself, with further parameters in every request that are no part of its name."""
        self._parameters.update(parameters)
        return self

    async def close(self) -> None:
        await self._client.close()


def _status(error: Any) -> InfrastructureError:
    status = error.status_code
    after = error.response.headers.get("retry-after")
    try:
        seconds = float(after) if after else None
    except ValueError:  # a date; our own backoff will do
        seconds = None
    retry = status in (408, 409, 429) or status >= 500
    return InfrastructureError(f"HTTP {status}: {error.message}", retry=retry, after=seconds)


def from_uri(name: str, options: dict[str, str]) -> Agent:
    """`openai/<model>?temperature=0&stream=true&protocol=react&base_url=...`."""
    if not name:
        raise UsageError("openai needs a model: openai/gpt-5, openai/my-model?base_url=...")
    own = {
        "base_url": str,
        "stream": yes_or_no,
        "timeout": float,
        "seed": yes_or_no,
        "protocol": str,
    }
    taken = take_options(f"openai/{name}", options, {**own, **_PASSED_ON})
    passed = {key: taken.pop(key) for key in list(taken) if key in _PASSED_ON}
    protocol = protocol_of(taken.pop("protocol")) if "protocol" in taken else None
    if protocol is None:
        return OpenAIAgent(name, parameters=passed, **taken)
    stops = {"stop": list(protocol.stop)} if protocol.stop else {}
    plain = OpenAIAgent(name, parameters=passed, **taken)
    uri = f"{plain.uri}{'&' if '?' in plain.uri else '?'}protocol={protocol.name}"
    return TextTools(plain.saying(**stops), protocol, uri)
