"""A local model in one episode: ids in, ids out, and each turn goes on from the turn before."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ...envs.core import Message, Usage, UsageError, say, separate_thoughts
from ..base import CONTEXT_FULL, Agent, Reply, Tokens
from .template import Dialogue, Template


class Generated(NamedTuple):
    """What a model wrote to a prompt."""

    ids: list[int]
    """The one that ended the reply included."""
    logprobs: list[float]
    """Of each id, at the temperature that it was sampled at."""
    finish: str
    """`stop` if the model ended the reply itself, else `length`."""


class Voice(Protocol):
    """A model that speaks in many episodes at once.

    Attributes:
        uri: its name.
        tokenizer, template: how it is spoken to.
        ends: ids that end a reply, and their text.
        context: most ids of prompt and reply together.
        max_tokens: of one reply, at most.
    """

    uri: str
    tokenizer: Any
    template: Template
    ends: Mapping[int, str]
    context: int
    max_tokens: int

    async def generate(self, prompt: list[int], seed: int, most: int) -> Generated:
        """At most `most` ids to follow a prompt.

        Raises:
            InfrastructureError: nobody answered.
        """
        ...


class Speaker(Agent):
    """Plays one episode.

    Args:
        voice: the model.
        budget: most ids after the first prompt, read and said. Default: what the context holds.
    """

    def __init__(self, voice: Voice, *, budget: int | None = None) -> None:
        self._voice, self.uri, self._budget = voice, voice.uri, budget
        self._most: int | None = None  # ids of prompt and reply together, known from the first turn
        self._dialogue: Dialogue | None = None

    def sees_images(self) -> bool:
        return False

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        voice = self._voice
        if self._dialogue is None:
            self._dialogue = Dialogue(voice.template, tools, voice.ends)
        try:
            prompt = self._dialogue.prompt(messages)
        except UsageError as error:
            raise UsageError(f"{voice.uri}: {error}") from None
        except Exception as error:  # Jinja's, raised by a template for what it does not take
            raise UsageError(f"{voice.uri}: its chat template refuses: {error}") from error
        if self._most is None:
            room = voice.context if self._budget is None else len(prompt) + self._budget
            self._most = min(voice.context, room)
        room = self._most - len(prompt)
        if room < 1:
            nothing = Tokens(prompt, [], [])
            return Reply(say(""), finish=CONTEXT_FULL, stop=True, tokens=nothing)
        began = time.perf_counter()
        ids, logprobs, finish = await voice.generate(prompt, seed, min(voice.max_tokens, room))
        spoken = ids[:-1] if finish == "stop" and ids[-1] in voice.ends else ids
        message = separate_thoughts(voice.template.action(voice.tokenizer.decode(spoken)))
        self._dialogue.spoken(messages, prompt, ids, message)
        usage = Usage(
            calls=1,
            input_tokens=len(prompt),
            output_tokens=len(ids),
            seconds=time.perf_counter() - began,
        )
        return Reply(message, usage, finish, tokens=Tokens(prompt, ids, logprobs))
