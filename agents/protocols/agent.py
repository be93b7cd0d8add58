"""An agent whose model knows no tools, taught to call them in text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ...envs.core import Message, text_in
from ..base import Agent, Reply
from ..reasoning import reasoning_in
from .base import Protocol

if TYPE_CHECKING:
    from ..chat import ReplyCache

__all__ = ["TextTools", "read_reply"]


class TextTools(Agent):
    """Speaks a text protocol through an agent that takes plain chat messages.

    Args:
        agent: asked with system, user and assistant messages of text, and no tools.
        protocol: how tools are offered, called and answered.
        uri: the name under which results are listed.
    """

    def __init__(self, agent: Agent, protocol: Protocol, uri: str) -> None:
        self.agent, self.protocol, self.uri = agent, protocol, uri
        self.remote, self.identity = agent.remote, agent.identity

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        plain = self.protocol.render(messages, tools, getattr(self.agent, "source", ""))
        return read_reply(self.protocol, await self.agent.act(plain, (), seed=seed))

    def sees_images(self) -> bool:
        return False

    def knows_cost(self) -> bool:
        return self.agent.knows_cost()

    def takes_batches(self) -> bool:
        return self.agent.takes_batches()

    def cached_in(self, cache: ReplyCache) -> None:
        self.agent.cached_in(cache)

    async def check(self) -> None:
        await self.agent.check()

    async def close(self) -> None:
        await self.agent.close()


def read_reply(protocol: Protocol, reply: Reply) -> Reply:
    """A reply in plain text as the action that it writes out.

    The action keeps what its provider sent, and the text that it was read from, so that the model
    gets its own words back (see `Protocol.render`).
    """
    said = reply.message
    text = _written_text(said)
    if reply.stop or (said.get("parse_error") and not text.strip()):
        return reply  # nothing was written that could be read
    message = protocol.parse(text)
    in_text = message.get("thoughts", "")
    beside = _thoughts_beside(said)
    if beside and beside not in in_text:
        message["thoughts"] = "\n\n".join(filter(None, (beside, in_text)))
    if (origin := said.get("origin")) is not None:
        message["origin"] = {**origin, "text": text}
    return msgspec.structs.replace(reply, message=message)


def _thoughts_beside(message: Message) -> str:
    """What a reply thought outside of its text."""
    origin = message.get("origin")
    turn = origin["turn"] if origin is not None else None
    return reasoning_in(turn) if isinstance(turn, Mapping) else message.get("thoughts", "")


def _written_text(message: Message) -> str:
    """The text of a reply as the model wrote it: a call's arguments may hold marks of thoughts."""
    origin = message.get("origin")
    turn = origin["turn"] if origin is not None else None
    raw = turn.get("content") if isinstance(turn, Mapping) else None
    return raw if isinstance(raw, str) else text_in(message)
