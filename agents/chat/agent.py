"""An agent behind an API: a request, its deadline, the reply or what went wrong.

What is asked and read here is Chat Completions; another API overrides `request` and `read`.

A client (OpenAI's, LiteLLM's) only sends requests; that everything else is the same code is why the
same server gets the same actions through each.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from ...envs.core import Message, Usage, UsageError, say, text_alone
from ..base import CONTEXT_FULL, Agent, InfrastructureError, Reply
from ..batches import Post, current_batches
from ..dialogue.form import Form, fit
from ..limits import limited
from ..network import proxy_used
from ..secrets import hide
from .cache import ReplyCache
from .finishes import check_calls, check_finish, mark_unfinished
from .prices import cost_of, is_priced, sees_images
from .refusals import (
    ContextFull,
    Malformed,
    NoSystemRole,
    NoThoughts,
    as_body,
    refusal_in,
    refusal_of,
    said_by,
)
from .stream import read_stream
from .transport import http_errors, open_stream
from .usage import usage_of
from .values import shown
from .wire import message_of, to_wire

T = TypeVar("T")


_PLAIN = Form(system=False, neighbours=False)
"""A model whose server refuses a system role, or roles that do not alternate."""


class ChatAgent(Agent):
    """A model behind Chat Completions.

    Args:
        model: the model's name for the client.
        stream: whether to ask for the reply in pieces; the action is the same.
        timeout: seconds for one call, from the request to the end of the reply.
        seed: whether requests carry a seed.
        thoughts: whether what the provider sent of its thoughts goes back to it.
        parameters: passed on to the API (`temperature`, `top_p`, `max_tokens`, ...).
        unnamed: the same, but no part of the agent's name.
        images: whether the model can be shown images. Default: what LiteLLM's table says of it; a
            model that the table does not know is shown them.

    Attributes:
        lacks: options that URIs of this kind do not take.
        named: what each name of this kind says beside its options.
        place: whose model this is; with the request, all that a reply depends on.
        provider: whose limits calls keep to.
        address: the server's URL, where it is known.
        priced: the model's name in LiteLLM's price table; empty at a server of one's own.
    """

    scheme: str
    lacks: frozenset[str] = frozenset()
    named: Mapping[str, str] = {}
    remote = True
    place: str = ""
    provider: str = ""
    address: str = ""
    priced: str = ""

    def __init__(
        self,
        model: str,
        *,
        stream: bool = False,
        timeout: float = 120.0,
        seed: bool = True,
        thoughts: bool = True,
        parameters: Mapping[str, Any] | None = None,
        unnamed: Mapping[str, Any] | None = None,
        images: bool | None = None,
    ) -> None:
        try:
            import openai
        except ImportError:
            raise UsageError(
                f"{self.scheme}/... needs the package `openai`: pip install 'palestra[apis]'"
            ) from None
        self._openai = openai
        self.model, self.stream = model, stream
        self._seed, self._timeout, self._returns = seed, timeout, thoughts
        self._folds = False
        self._parameters = {**(parameters or {}), **(unnamed or {})}
        named = {**self.named, **(parameters or {})}
        if not seed:
            named["seed"] = "false"
        if not thoughts:
            named["thoughts"] = "false"
        self.uri = f"{self.scheme}/{model}" + (
            f"?{urlencode(sorted(named.items()))}" if named else ""
        )
        self._cache: ReplyCache | None = None
        self._images = images

    def sees_images(self) -> bool:
        if self._images is not None:
            return self._images
        return not self.priced or sees_images(self.priced) is not False

    @cached_property
    def source(self) -> str:
        """The name under which turns are kept, to be sent back here alone; it holds no address."""
        place = hashlib.blake2b(self.place.encode(), digest_size=6).hexdigest()
        return f"{self.scheme}/{self.model}@{place}"

    @abstractmethod
    async def exchange(self, request: dict[str, Any]) -> Any:
        """Send the body of a request; the body that answers it, or a stream of them where the
        request asks for one."""

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
        if self._images is False:
            for message in messages:
                text_alone(message)
        sent = (self._folds, self._returns)
        try:
            return await self._ask(messages, tools, seed, extra or {})
        except (NoSystemRole, NoThoughts) as refused:
            self._give_up(refused, messages)
            if sent == (self._folds, self._returns):  # nothing is left that could be left out
                raise
            return await self.ask(messages, tools, seed=seed, extra=extra)

    def _give_up(self, refused: Exception, messages: Sequence[Message]) -> None:
        """Leave out, from now on, what the server refuses, if anything of it is sent."""
        if isinstance(refused, NoSystemRole):
            self._folds = self._folds or fit(messages, _PLAIN) != list(messages)
        elif any("origin" in message for message in messages):
            self._returns = False

    async def _ask(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        seed: int,
        extra: Mapping[str, Any],
    ) -> Reply:
        if self._folds:
            messages = fit(messages, _PLAIN)
        request = self.request(messages, tools, seed) | dict(extra)
        try:
            return await self.send(request, self.hints(messages), seed)
        except Malformed as malformed:
            message = say(malformed.written)
            message["parse_error"] = f"the server could not read the tool call: {malformed}"
            return Reply(message, Usage(calls=1), "malformed")
        except ContextFull as full:
            notes = {"refused": str(full)}
            return Reply(say(""), Usage(calls=1), CONTEXT_FULL, stop=True, notes=notes)

    def request(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], seed: int
    ) -> dict[str, Any]:
        """What is asked, as the API takes it; all that a reply depends on."""
        wire = to_wire(messages, self.source if self._returns else "")
        request = {"model": self.model, "messages": wire, **self._parameters}
        if tools:
            request["tools"] = list(tools)
        if self._seed:
            request["seed"] = seed % 2**31
        return request

    async def send(self, request: dict[str, Any], hints: Mapping[str, Any], seed: int) -> Reply:
        """The reply to a request: out of the cache, else the server's.

        The turn's seed belongs to what is asked even where no seed is sent: another trial asks
        again.
        """
        if self._cache is None:
            return await self._asked({**request, **hints}, seed)
        key = self._cache.key(self.scheme, self.place, request, seed)
        reply = self._cache.get(key)
        if reply is None:
            reply = await self._asked({**request, **hints}, seed)
            self._cache.put(key, reply)
        return reply

    async def _asked(self, request: dict[str, Any], seed: int) -> Reply:
        batches = current_batches()
        if batches is not None:
            return await batches.ask(self, request, seed)

        async def call() -> Reply:
            began = time.perf_counter()
            reply = await self.answered(self.read(request))
            reply.usage.seconds = time.perf_counter() - began
            return reply

        return await limited(self.provider, request, call)

    async def exchange_in_batch(self, request: dict[str, Any], post: Post) -> Any:
        """Exchange a request for its reply with `post` instead of the client; see `exchange`.

        Raises:
            UsageError: the provider has no batch API that is known here.
        """
        raise UsageError(f"{self.uri} is not behind OpenAI's or Anthropic's batch API")

    async def ask_in_batch(self, request: dict[str, Any], post: Post) -> Reply:
        """The reply to a request that goes into a batch; errors as in `answered`."""

        async def call() -> Reply:
            return self.read_body(await self.exchange_in_batch(request, post))

        return await self.answered(call(), timeout=None)

    def refuse(self, status: int, text: str) -> Exception:
        """The error of a request that failed in a batch; status 0: it was not answered at all."""
        if status == 0:
            return InfrastructureError(f"batch: {text}")
        return refusal_of(self.uri, status, text, text)

    async def answered(self, call: Awaitable[T], timeout: float | None = -1) -> T:
        """What a call of the client comes to, in time.

        Args:
            call: the call.
            timeout: seconds for it, or None for no limit. Default: the agent's own.

        Raises:
            InfrastructureError: nobody answered, whatever way the client says so.
            ContextFull: the conversation is too long for the model.
            NoSystemRole, NoThoughts: the same conversation may be taken in another form.
            UsageError: no call to this server can succeed.
        """
        openai = self._openai
        try:
            limit = self._timeout if timeout == -1 else timeout
            async with asyncio.timeout(limit):  # the client's own begins anew at each byte
                return await call
        except TimeoutError as error:
            raise InfrastructureError(
                f"the reply was not complete after {self._timeout:g} s"
            ) from error
        except openai.APIStatusError as error:
            headers = getattr(error.response, "headers", {})
            raise refusal_of(self.uri, error.status_code, *said_by(error), headers) from None
        except (openai.OpenAIError, *http_errors()) as error:
            status = getattr(error, "status_code", None)
            if isinstance(status, int) and 400 <= status < 600:  # LiteLLM's own kind
                raise refusal_of(self.uri, status, *said_by(error)) from None
            if problem := refusal_in(self.uri, {"error": getattr(error, "body", None)}):
                raise problem from None
            through = proxy_used(self.address) if self.address else ""
            cause = error.__cause__
            why = f" ({type(cause).__name__}: {cause})" if cause is not None else ""
            raise InfrastructureError(f"{type(error).__name__}: {error}{why}{through}") from None
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            if isinstance(error, UsageError):
                raise
            raise InfrastructureError(f"the server's reply cannot be read: {error!r}") from None

    async def read(self, request: dict[str, Any]) -> Reply:
        """Send a request and read the answer; what is not as it should be may raise anything that
        `answered` knows."""
        if self.stream:
            request = {**request, "stream": True, "stream_options": {"include_usage": True}}
            names = [tool["function"]["name"] for tool in request.get("tools", ())]
            async with open_stream(await self.exchange(request)) as chunks:
                turn, finish, usage = await read_stream(chunks, names)
            message = mark_unfinished(message_of(turn, self.source), finish)
            return Reply(message, self.paid(usage_of(usage)), hide(finish)[:80])
        return self.read_body(await self.exchange(request))

    def read_body(self, body: Any) -> Reply:
        """A reply out of the body of an answer.

        Raises:
            InfrastructureError: it holds none.
        """
        body = as_body(body)
        if problem := refusal_in(self.uri, body):
            raise problem
        choices = body.get("choices") if isinstance(body, Mapping) else None
        if not choices or not isinstance(choices, list):
            raise InfrastructureError(f"the server's reply has no choices: {shown(body)}")
        choice = next((each for each in choices if each.get("index") == 0), choices[0])
        check_finish(choice)
        finish = str(choice.get("finish_reason") or "")
        check_calls(choice, finish)
        if "message" not in choice and not finish:
            raise InfrastructureError(f"the server's reply has no message: {shown(body)}")
        message = message_of(choice.get("message") or {}, self.source)
        usage = body.get("usage") or choice.get("usage")
        return Reply(
            mark_unfinished(message, finish), self.paid(usage_of(usage)), hide(finish)[:80]
        )

    def paid(self, used: Usage) -> Usage:
        """What was used, with its price where the server does not say it and the table does."""
        if used.cost is None and self.priced:
            return msgspec.structs.replace(used, cost=cost_of(self.priced, used))
        return used
