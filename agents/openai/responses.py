"""The agent behind `openai/<model>?api=responses`.

Reasoning models keep what they reasoned between tool calls only there. Nothing is stored at the
provider: each reply brings its reasoning, encrypted, and the player of an episode sends it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message
from ..base import Agent, Reply
from ..chat.prices import reasons
from .agent import OpenAIAgent
from .items import Item, finish_of, from_items, last_of, to_items, to_tools, usage_of


class ResponsesAgent(OpenAIAgent):
    """A model behind OpenAI's Responses API, or a server that speaks it.

    Asked without a seat, it remembers nothing: the conversation goes out as its messages say it.

    Args:
        model, openai: see `OpenAIAgent`. There are no seeds and no stop sequences here.
    """

    lacks = frozenset({"seed", "protocol"})
    named = {"api": "responses"}

    def __init__(self, model: str, **openai: Any) -> None:
        super().__init__(model, **openai)
        settings = dict(self._parameters)
        if "max_tokens" in settings:
            settings["max_output_tokens"] = settings.pop("max_tokens")
        if "reasoning_effort" in settings:
            settings["reasoning"] = {"effort": settings.pop("reasoning_effort")}
        self._settings = settings

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return Reminding(self)

    def request(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        seed: int,
        memory: Mapping[int, Sequence[Item]] | None = None,
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model,
            "input": to_items(messages, memory or {}),
            "store": False,
            **self._settings,
        }
        if tools:
            request["tools"] = to_tools(tools)
        if not self.priced or reasons(self.priced):  # a model that does not refuses the request
            request["include"] = ["reasoning.encrypted_content"]
        return request

    async def complete(self, request: dict[str, Any]) -> Any:
        # As plain JSON: the library's classes would leave their mark on what goes back as it came.
        return await self.client.post(
            "/responses",
            cast_to=object,
            body=request,
            stream=self.stream,
            stream_cls=self._openai.AsyncStream[object],
        )

    async def read(self, request: dict[str, Any]) -> Reply:
        if self.stream:
            response = await last_of(await self.complete(request | {"stream": True}))
        else:
            response = await self.complete(request)
        used = self.paid(usage_of(response.get("usage") if isinstance(response, dict) else None))
        finish = finish_of(response, used)
        message, memory = from_items(response["output"])
        return Reply(message, used, finish, memory=memory)


class Reminding(Agent):
    """Plays one episode, and reminds the model of what it reasoned in it.

    A turn's items go back where the conversation up to and with it is the one they came from;
    whatever differs goes out as its messages say it.
    """

    def __init__(self, agent: ResponsesAgent) -> None:
        self._agent, self.uri, self.remote = agent, agent.uri, agent.remote
        self._known: list[Message] = []
        self._memory: dict[int, Sequence[Item]] = {}

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        pairs = list(zip(self._known, messages, strict=False))
        same = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
        memory = {index: items for index, items in self._memory.items() if index < same}
        request = self._agent.request(messages, tools, seed, memory)
        reply = await self._agent.send(request, self._agent.hints(messages))
        self._known = [*messages, reply.message]
        self._memory = memory | {len(messages): reply.memory}
        return reply
