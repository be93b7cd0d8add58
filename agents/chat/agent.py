"""An agent behind an API: a request, its deadline, the reply or what went wrong.

What is asked and read here is Chat Completions; another API overrides `request` and `read`.

A client (OpenAI's, LiteLLM's) only sends requests; that everything else is the same code is why the
same server gets the same actions through each.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ...envs.core import Message, Usage, UsageError
from ..base import Agent, InfrastructureError, Reply
from ..limits import limited
from ..protocols import TextTools, protocol_of
from ..uri import take_options, yes_or_no
from .cache import ReplyCache
from .prices import cost_of, is_priced
from .wire import from_wire, read_stream, to_wire, usage_of

T = TypeVar("T")
PASSED_ON = {"temperature": float, "top_p": float, "max_tokens": int, "reasoning_effort": str}
"""Options of a URI that go into each request as they are."""
TAKEN = {
    "base_url": str, "timeout": float, "seed": yes_or_no, "stream": yes_or_no, "protocol": str,
}  # fmt: skip
"""Options of a URI beside those."""


class ChatAgent(Agent):
    """A model behind Chat Completions.

    Args:
        model: the model's name for the client.
        stream: whether to ask for the reply in pieces; the action is the same.
        timeout: seconds for one call, from the request to the end of the reply.
        seed: whether requests carry a seed.
        parameters: passed on to the API (`temperature`, `top_p`, `max_tokens`, ...).
        unnamed: the same, but no part of the agent's name.

    Attributes:
        lacks: options that URIs of this kind do not take.
        named: what each name of this kind says beside its options.
        place: whose model this is; with the request, all that a reply depends on.
        provider: whose limits calls keep to.
        priced: the model's name in LiteLLM's price table; empty at a server of one's own.
    """

    scheme: str
    lacks: frozenset[str] = frozenset()
    named: Mapping[str, str] = {}
    remote = True
    place: str = ""
    provider: str = ""
    priced: str = ""

    def __init__(
        self,
        model: str,
        *,
        stream: bool = False,
        timeout: float = 120.0,
        seed: bool = True,
        parameters: Mapping[str, Any] | None = None,
        unnamed: Mapping[str, Any] | None = None,
    ) -> None:
        try:
            import httpx
            import openai
        except ImportError:
            raise UsageError(
                f"{self.scheme}/... needs the package `openai`: pip install 'palestra[apis]'"
            ) from None
        self._openai, self._httpx = openai, httpx
        self.model, self.stream = model, stream
        self._seed, self._timeout = seed, timeout
        self._parameters = {**(parameters or {}), **(unnamed or {})}
        named = {**self.named, **(parameters or {})}
        if not seed:
            named["seed"] = "false"
        self.uri = f"{self.scheme}/{model}" + (
            f"?{urlencode(sorted(named.items()))}" if named else ""
        )
        self._cache: ReplyCache | None = None

    @abstractmethod
    async def complete(self, request: dict[str, Any]) -> Any:
        """Send a request and return the client's answer, or its stream where that is asked for."""

    def hints(self, messages: Sequence[Message]) -> dict[str, Any]:
        """What helps the provider and changes no reply: of prompt caching."""
        return {}

    def knows_cost(self) -> bool:
        return not self.priced or is_priced(self.priced)

    def cached_in(self, cache: ReplyCache) -> None:
        self._cache = cache

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
        request = self.request(messages, tools, seed) | dict(extra or {})
        return await self.send(request, self.hints(messages))

    def request(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], seed: int
    ) -> dict[str, Any]:
        """What is asked, as the API takes it; all that a reply depends on."""
        request = {"model": self.model, "messages": to_wire(messages), **self._parameters}
        if tools:
            request["tools"] = list(tools)
        if self._seed:
            request["seed"] = seed % 2**31
        return request

    async def send(self, request: dict[str, Any], hints: Mapping[str, Any]) -> Reply:
        """The reply to a request: out of the cache, else the server's."""
        if self._cache is None:
            return await self._asked({**request, **hints})
        key = self._cache.key(self.scheme, self.place, request)
        reply = self._cache.get(key)
        if reply is None:
            reply = await self._asked({**request, **hints})
            self._cache.put(key, reply)
        return reply

    async def _asked(self, request: dict[str, Any]) -> Reply:
        async def call() -> Reply:
            began = time.perf_counter()
            reply = await self.answered(self.read(request))
            reply.usage.seconds = time.perf_counter() - began
            return reply

        return await limited(self.provider, request, call)

    async def answered(self, call: Awaitable[T]) -> T:
        """What a call of the client comes to, in time.

        Raises:
            InfrastructureError: nobody answered, whatever way the client says so.
        """
        openai = self._openai
        try:
            async with asyncio.timeout(self._timeout):  # the client's own begins anew at each byte
                return await call
        except TimeoutError as error:
            raise InfrastructureError(
                f"the reply was not complete after {self._timeout:g} s"
            ) from error
        except openai.APIStatusError as error:
            raise _status(error) from error
        except (openai.OpenAIError, self._httpx.HTTPError) as error:
            raise InfrastructureError(f"{type(error).__name__}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise InfrastructureError(f"the server's reply cannot be read: {error!r}") from error

    async def read(self, request: dict[str, Any]) -> Reply:
        """Send a request and read the answer; what is not as it should be may raise anything that
        `answered` knows."""
        if self.stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
            message, finish, usage = await read_stream(await self.complete(request))
            return Reply(message, self.paid(usage_of(usage)), finish)
        answer = await self.complete(request)
        if isinstance(answer, str) or not getattr(answer, "choices", None):
            raise InfrastructureError(f"the server's reply has no choices: {str(answer)[:200]}")
        choice = answer.choices[0]
        calls = [
            {"id": c.id, "name": c.function.name, "arguments": c.function.arguments}
            for c in choice.message.tool_calls or ()
        ]
        refusal = getattr(choice.message, "refusal", None)
        message = from_wire(choice.message.content, calls, refusal)
        usage = getattr(answer, "usage", None)
        return Reply(message, self.paid(usage_of(usage)), choice.finish_reason or "")

    def paid(self, used: Usage) -> Usage:
        """What was used, with its price where the server does not say it and the table does."""
        if used.cost is None and self.priced:
            return msgspec.structs.replace(used, cost=cost_of(self.priced, used))
        return used


def _status(error: Any) -> InfrastructureError:
    status = error.status_code
    after = error.response.headers.get("retry-after")
    try:
        seconds = float(after) if after else None
    except ValueError:  # a date; our own backoff will do
        seconds = None
    # 422: what LiteLLM makes of an error in the body of a reply with status 200
    retry = status in (408, 409, 422, 429) or status >= 500
    return InfrastructureError(f"HTTP {status}: {error.message}", retry=retry, after=seconds)


def speaking(kind: type[ChatAgent], name: str, options: Mapping[str, str]) -> Agent:
    """The agent of this kind that a URI describes; through a text protocol if it names one.

    Raises:
        UsageError: no model is named, or an option is wrong.
    """
    if not name:
        raise UsageError(f"{kind.scheme} needs a model, such as {kind.scheme}/gpt-5")
    kinds = {key: kind_of for key, kind_of in TAKEN.items() if key not in kind.lacks}
    about = f"{kind.scheme}/{name}" + (f"?{urlencode(kind.named)}" if kind.named else "")
    taken = take_options(about, options, kinds | PASSED_ON)
    parameters = {key: taken.pop(key) for key in list(taken) if key in PASSED_ON}
    if "protocol" not in taken:
        return kind(name, parameters=parameters, **taken)
    protocol = protocol_of(taken.pop("protocol"))
    stops = {"stop": list(protocol.stop)} if protocol.stop else {}
    plain = kind(name, parameters=parameters, unnamed=stops, **taken)
    uri = f"{plain.uri}{'&' if '?' in plain.uri else '?'}protocol={protocol.name}"
    return TextTools(plain, protocol, uri)
