"""Conversations for models whose chat template takes no system role, or wants roles in turn."""

from __future__ import annotations

from collections.abc import Sequence

from ..envs.core import Message, Part, text_in, user

__all__ = ["without_system"]


def without_system(messages: Sequence[Message]) -> list[Message]:
    """A conversation for models that know no system role and want the other roles in turn.

    Instructions go to the beginning of the first user message; neighbouring user messages become
    one.
    """
    plain: list[Message] = []
    rules = [text_in(message) for message in messages if message["role"] == "system"]
    for message in messages:
        if message["role"] == "system":
            continue
        if message["role"] == "user" and rules:
            message = _join([*map(user, rules), message])
            rules = []
        if message["role"] == "user" and plain and plain[-1]["role"] == "user":
            plain[-1] = _join([plain[-1], message])
        else:
            plain.append(message)
    if rules:
        plain.insert(0, _join([*map(user, rules)]))
    return plain


def _join(messages: Sequence[Message]) -> Message:
    """Several user messages as one."""
    contents = [message["content"] for message in messages]
    if all(isinstance(content, str | None) for content in contents):
        return {**messages[-1], "content": "\n\n".join(filter(None, map(text_in, messages)))}
    parts: list[Part] = []
    for content in contents:
        if isinstance(content, list):
            parts += content
        elif content:
            parts.append({"type": "text", "text": content})
    return {**messages[-1], "content": parts}
