"""The agent behind `openai/<model>?api=responses`.

Reasoning models keep what they reasoned between tool calls only there. Nothing is stored at the
provider: each reply brings its reasoning, encrypted, and it goes back with the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message
from ..base import Reply
from ..chat.finishes import mark_unfinished
from ..chat.prices import reasons
from ..chat.refusals import as_body
from ..chat.transport import open_stream
from .agent import OpenAIAgent
from .items import finish_of, last_of, message_of, to_items, to_tools, usage_of


class ResponsesAgent(OpenAIAgent):
    """A model behind OpenAI's Responses API, or a server that speaks it.

    Args:
        model, openai: see `OpenAIAgent`. There are no seeds and no stop sequences here.
    """

    lacks = frozenset({"seed", "protocol"})
    named = {"api": "responses"}
    path = "/responses"

    def __init__(self, model: str, **openai: Any) -> None:
        super().__init__(model, **openai)
        settings = dict(self._parameters)
        if "max_tokens" in settings:
            settings["max_output_tokens"] = settings.pop("max_tokens")
        if "reasoning_effort" in settings:
            settings["reasoning"] = {"effort": settings.pop("reasoning_effort")}
        self._settings = settings

    def request(
        self,
        messages: Sequence[Message],
        tools: Sequence[Mapping[str, Any]],
        seed: int,
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model,
            "input": to_items(messages, self.source if self._returns else ""),
            "store": False,
            **self._settings,
        }
        if tools:
            request["tools"] = to_tools(tools)
        if not self.priced or reasons(self.priced):  # a model that does not refuses the request
            request["include"] = ["reasoning.encrypted_content"]
        return request

    async def read(self, request: dict[str, Any]) -> Reply:
        if self.stream:
            async with open_stream(await self.exchange(request | {"stream": True})) as events:
                return self.read_body(await last_of(events))
        return self.read_body(await self.exchange(request))

    def read_body(self, body: Any) -> Reply:
        response = as_body(body)
        used = self.paid(usage_of(response.get("usage") if isinstance(response, dict) else None))
        finish = finish_of(response, used)
        message = mark_unfinished(message_of(response["output"], self.source), finish)
        return Reply(message, used, finish)
