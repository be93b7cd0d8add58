"""From messages to token ids that only ever grow.

A conversation is never tokenised again: the prompt of a turn is the prompt of the turn before, the
ids that were sampled, and the ids of what came after. So what a trainer learns from is what the
model saw and said, to the token, however a template would rewrite the past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...envs.core import Message, UsageError, text_alone
from ..protocols import CHATML, Protocol, offers_tools, protocol_of
from .form import find_form, fit

__all__ = ["Dialogue", "Template", "thoughts_of"]

_HERE = "\u2402reply\u2403"
Tools = Sequence[Mapping[str, Any]]


class Template:
    """How one model is spoken to.

    Args:
        tokenizer: with a chat template, or with ChatML's tokens.
        protocol: a text protocol's name, `native` for the template's own tools, or empty: `native`
            where the template offers tools as Hermes does, else `hermes`.
    """

    def __init__(self, tokenizer: Any, protocol: str = "") -> None:
        self._tokenizer = tokenizer
        self._jinja: str = tokenizer.chat_template or ""
        offers = offers_tools(self._jinja)
        self.native = protocol == "native" or (not protocol and offers)
        if protocol == "native" and not offers:
            protocol_of(protocol)  # says which there are
        self.protocol: Protocol = protocol_of("hermes" if protocol in ("", "native") else protocol)
        vocabulary = tokenizer.get_vocab()
        if not offers and {"<|im_start|>", "<|im_end|>"} <= vocabulary.keys():
            self._jinja = CHATML
        self._form = find_form(lambda messages: self._rendered(messages, (), speak=False))

    def begin(self, messages: Sequence[Message], tools: Tools) -> list[int]:
        """The ids of a conversation up to where the model is to speak."""
        return self._ids(self._text(messages, tools))

    def follow(self, messages: Sequence[Message], ended: str) -> list[int]:
        """The ids from the end of a reply to where the model is to speak again.

        Args:
            messages: what came after the reply.
            ended: the text of the token that ended the reply, empty if none did.
        """
        past: list[Message] = [
            {"role": "user", "content": "-"}, {"role": "assistant", "content": _HERE},
        ]  # fmt: skip
        after = self._chat([*past, *self._plain(messages, ())], ()).rpartition(_HERE)[2]
        return self._ids(after.removeprefix(ended) if ended else after)

    def reply(self, message: Message, ends: Mapping[int, str]) -> list[int]:
        """The ids of a reply as the model would write it, the one that ends it included.

        Args:
            message: an assistant message. Its thoughts (`thoughts`, or `reasoning_content`) are
                written as the template writes them, else before the text between `<think>` tags.
            ends: ids that end a reply, and their text.

        Raises:
            UsageError: the template writes replies in another form than it asks for them, or ends
                them with none of `ends`.
        """
        asked: list[Message] = [{"role": "user", "content": "-"}]
        begun = self._text(asked, ())
        plain = self._plain([*asked, message], ())
        plain[-1] = self._with_thoughts(plain[-1], thoughts_of(message))
        whole = self._chat(plain, (), speak=False)
        said = whole.removeprefix(begun)
        if said == whole:
            raise UsageError(
                f"the chat template asks for a reply with {begun[-40:]!r} and writes one otherwise "
                f"({whole[-80:]!r}): what is learned would not be what is asked for. Choose a text "
                "protocol (protocol=hermes), or give the tokenizer another template"
            )
        at, end = max((said.rfind(text), id) for id, text in ends.items())
        if at < 0:
            raise UsageError(
                f"the chat template ends a reply with {said[-20:]!r}, and the model with "
                f"{', '.join(map(repr, ends.values()))}: it would never learn to stop. Set the "
                "tokenizer's eos_token to what ends a turn"
            )
        return [*self._ids(said[:at]), end]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        return self._tokenizer.decode(ids)

    def action(self, text: str) -> Message:
        """A reply's text as an action."""
        return self.protocol.parse(text)

    def _text(self, messages: Sequence[Message], tools: Tools, *, speak: bool = True) -> str:
        return self._chat(self._plain(messages, tools), tools, speak=speak)

    def _plain(self, messages: Sequence[Message], tools: Tools) -> list[Any]:
        """As the template takes them: a text protocol leaves nothing but text."""
        if self.native:
            return [_filled(message) for message in messages]
        return self.protocol.render(messages, tools)

    def _with_thoughts(self, message: dict[str, Any], thoughts: str) -> dict[str, Any]:
        """A reply with its thoughts where the template has a place for them, else in its text."""
        if not thoughts:
            return message
        if self._form.thoughts:
            return {**message, "reasoning_content": thoughts}
        bare = {name: value for name, value in message.items() if name != "reasoning_content"}
        return {**bare, "content": f"<think>\n{thoughts}\n</think>\n\n{message['content']}"}

    def _chat(self, plain: Sequence[Any], tools: Tools, *, speak: bool = True) -> str:
        return self._rendered(fit(plain, self._form), tools, speak=speak)

    def _rendered(self, plain: Sequence[Any], tools: Tools, *, speak: bool) -> str:
        return self._tokenizer.apply_chat_template(
            list(plain),
            tools=list(tools) if self.native and tools else None,
            chat_template=self._jinja or None,
            add_generation_prompt=speak,
            tokenize=False,
        )

    def _ids(self, text: str) -> list[int]:
        return self._tokenizer(text, add_special_tokens=False)["input_ids"]


class Dialogue:
    """One conversation in ids."""

    def __init__(self, template: Template, tools: Tools, ends: Mapping[int, str]) -> None:
        self._template, self._tools, self._ends = template, list(tools), ends
        self._ids: list[int] = []
        self._known: list[Message] = []

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """The ids to go on from; those of earlier turns stay as they are."""
        known = len(self._known)
        if known and list(messages[:known]) == self._known:
            ended = self._ends.get(self._ids[-1], "") if self._ids else ""
            return self._ids + self._template.follow(messages[known:], ended)
        return self._template.begin(messages, self._tools)

    def spoken(self, messages: Sequence[Message], prompt: list[int], reply: list[int],
               message: Message) -> None:  # fmt: skip
        """Note what the model said to a prompt."""
        self._ids = prompt + reply
        self._known = [*messages, message]


def thoughts_of(message: Mapping[str, Any]) -> str:
    """What a model thought before it spoke, also where an export has named it otherwise."""
    return str(message.get("thoughts") or message.get("reasoning_content") or "")


def _filled(message: Message) -> dict[str, Any]:
    """As templates expect it: they join texts, so a missing one is empty."""
    filled: dict[str, Any] = {**message, "content": text_alone(message)}
    filled.pop("origin", None)
    filled.pop("thoughts", None)
    thoughts = thoughts_of(message)
    return filled | ({"reasoning_content": thoughts} if thoughts else {})
