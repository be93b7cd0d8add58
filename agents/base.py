"""The contract of an agent: one method that turns a conversation into a reply.

    class Parrot(Agent):
        async def act(self, messages, tools, *, seed):
            return Reply(say(messages[-1]["content"]))

An agent serves many episodes at once and keeps nothing of them; whoever needs a memory of its own
for each episode (a script, a recording) hands out a fresh player in `seated`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from ..envs.core import Message, Usage
from .secrets import hide

if TYPE_CHECKING:
    from .chat import ReplyCache


CONTEXT_FULL = "context_full"
"""The finish of a conversation that leaves no room for a reply: the agent's own end."""


class Tokens(msgspec.Struct):
    """A reply of a local model to the token; what a trainer learns from.

    Attributes:
        prompt: ids of everything that the model read. In one episode, each turn's begins with the
            turn before: its prompt and what was sampled then.
        sampled: ids of the reply, the one that ended it included.
        logprobs: of each sampled id, at the temperature that it was sampled at.
    """

    prompt: list[int]
    sampled: list[int]
    logprobs: list[float]


class Reply(msgspec.Struct):
    """What an agent answered and what that took."""

    message: Message
    usage: Usage = msgspec.field(default_factory=Usage)
    finish: str = ""
    """Why the reply ended: the provider's finish reason, or `context_full` where there was no room
    for a reply (then `stop` is set, too: it is the agent's own end)."""
    stop: bool = False
    """The agent gives up: the message is not played and the episode ends."""
    notes: Mapping[str, Any] = {}
    """What the reply rests on and the message does not say (a plan); stored with the episode."""
    tokens: Tokens | None = None
    """Of local models only."""


class InfrastructureError(Exception):
    """The agent could not be asked (time-out, 5xx, bad JSON from a server): not its fault.

    Its message holds no keys, whatever a server repeats.

    Attributes:
        retry: whether asking again may help.
        after: how many seconds the server asked to wait, if it did.
        usage: what was used up in vain, where it is known.
    """

    def __init__(
        self,
        message: str,
        *,
        retry: bool = True,
        after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(hide(message).encode("utf-8", "replace").decode())
        self.retry, self.after, self.usage = retry, after, usage


class Agent(ABC):
    """Somebody who acts.

    Attributes:
        uri: the name under which results are listed; the same URI means the same agent.
        remote: whether a call waits for something outside this process.
        identity: what its name does not say and results depend on, such as a digest of weights that
            may be overwritten.
    """

    uri: str = "agent"
    remote: bool = False
    identity: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        """Answer a conversation.

        Args:
            messages: all messages so far, OpenAI format, arguments of tool calls as mappings.
            tools: the tools that may be called, OpenAI format.
            seed: for whatever is random in the answer; differs from turn to turn.

        Raises:
            InfrastructureError: nobody answered.
        """

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        """The player of one episode. Called once `env` is reset.

        Args:
            env: the unwrapped environment. Only agents that are allowed to (oracles, recordings)
                look at it.
            seed: for whatever is random over the episode.
            seat: which of several agents, in an arena.
        """
        return self

    def plays(self, env: Any) -> bool:
        """Whether the agent can play this environment (a class or an instance)."""
        return True

    def sees_images(self) -> bool:
        """Whether the agent can be shown images; True for scripts, which nothing stops.

        `plan` refuses an agent that cannot for environments that show some. An agent that reads
        text only returns False, and raises UsageError for an image that it is shown anyway.
        """
        return True

    def knows_cost(self) -> bool:
        """Whether usage says what was paid: always, where nothing is to pay."""
        return True

    def takes_batches(self) -> bool:
        """Whether its requests can go into a provider's batches."""
        return False

    def cached_in(self, cache: ReplyCache) -> None:  # noqa: B027 - most agents ask nobody
        """Keep the replies of models that are asked elsewhere, and ask nothing twice."""

    async def check(self) -> None:  # noqa: B027 - most agents have nothing to check
        """Find out, quickly, whether the agent can be asked at all.

        Raises:
            UsageError: it cannot; the message says what to do.
        """

    async def close(self) -> None:  # noqa: B027 - most agents hold nothing
        """Let go of connections and processes."""
