"""Conversations as text for planners and judges, and their replies read back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from ...envs.core import Message, Part, images_in, mark_images, parts_of
from ...leaderboard.answers import after_thinking

JUDGED_CHARACTERS = 2_000
"""How much of a reply a judge sees where no tag closes the thoughts (K2-Think's figure)."""


def shown(messages: Sequence[Message]) -> str:
    """A conversation as text, with `[image 1]` for its first image and so on.

    A single user message is its content.
    """
    if len(messages) == 1 and messages[0]["role"] == "user":
        return mark_images(messages[0]["content"])[0]
    texts: list[str] = []
    images = 1
    for message in messages:
        texts.append(f"[{message['role']}]\n{said(message, images)}")
        images += len(images_in(message))
    return "\n\n".join(texts)


def with_images(text: str, messages: Sequence[Message]) -> str | list[Part]:
    """A text about messages, followed by the images that they show, as `shown` numbers them."""
    images = [part for message in messages for part in images_in(message)]
    return [*parts_of(text), *images] if images else text


def said(message: Message, images: int = 1) -> str:
    """One message as text: its content, and a line for each tool call.

    Args:
        message: any.
        images: the number of its first image.
    """
    text = mark_images(message.get("content"), images)[0]
    lines = [text] if text else []
    for call in message.get("tool_calls") or ():
        function = call["function"]
        arguments = json.dumps(function["arguments"], ensure_ascii=False, default=str)
        lines.append(f"{function['name']}({arguments})")
    return "\n".join(lines)


def judged_text(messages: Sequence[Message]) -> str:
    """What a judge sees of a candidate: its last message after the thoughts, or its last part.

    K2-Think (arXiv 2509.07604, inference code): the text behind the tag that closes the thoughts,
    else the last 2,000 characters.
    """
    last = next((m for m in reversed(messages) if m["role"] == "assistant"), None)
    if last is None:
        return ""
    text = said(last)
    after = after_thinking(text)
    return text[-JUDGED_CHARACTERS:] if after is None else after


def without_thoughts(text: str) -> str:
    """The text behind the thoughts, or all of it."""
    after = after_thinking(text)
    return text.strip() if after is None else after


def read_object(text: str, key: str) -> dict[str, Any] | None:
    """The last JSON object in a text that has this key, or None."""
    decoder, found = json.JSONDecoder(), None
    text = without_thoughts(text)
    end = 0
    for match in re.finditer(r"\{", text):
        if match.start() < end:  # inside of what was read
            continue
        try:
            value, end_ = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and key in value:
            found, end = value, end_
    return found
