"""Images on their way to a server: where Chat Completions takes them.

OpenAI's Chat Completions takes images in user messages alone; a tool message holds text (its
parameter type says so, and servers such as vLLM refuse anything else). So the result of a tool
names each image where it stands, and a user message behind the results of the turn shows them:

    tool       "The gauge:\\n[image 1]"
    user       "Image 1, from `read_gauge`:", <image>

That form is understood by every provider behind LiteLLM too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...envs.core import Message, Part, images_in, mark_images

__all__ = ["show_tool_images"]


def show_tool_images(messages: Sequence[Message]) -> Sequence[Message]:
    """Move images out of tool results into a user message behind them.

    Contents of user messages stay as they are. All others are texts afterwards. Images are counted
    over the conversation. The form of a message does not depend on what comes later, so prompt
    caches keep working.

    Returns:
        The same sequence where no content has parts.
    """
    if not any(isinstance(message["content"], list) for message in messages):
        return messages
    return list(_moved(messages))


def _moved(messages: Sequence[Message]) -> Iterator[Message]:
    waiting: list[tuple[Message, list[Part]]] = []
    shown = 0
    for message in messages:
        if message["role"] != "tool" and waiting:
            yield _shown(waiting, shown)
            shown += sum(len(images) for _, images in waiting)
            waiting = []
        if message["role"] == "user" or not isinstance(message["content"], list):
            shown += len(images_in(message))
            yield message
            continue
        before = shown + sum(len(images) for _, images in waiting)
        text, images = mark_images(message["content"], before + 1)
        if images:
            waiting.append((message, images))
        yield {**message, "content": text}
    if waiting:
        yield _shown(waiting, shown)


def _shown(waiting: Sequence[tuple[Message, list[Part]]], before: int) -> Message:
    """The user message with the images of some results; `before` images were shown earlier."""
    parts: list[Part] = []
    number = before
    for message, images in waiting:
        tool = message.get("name")
        source = f", from `{tool}`" if tool else ""
        for image in images:
            number += 1
            parts += [{"type": "text", "text": f"Image {number}{source}:"}, image]
    return {"role": "user", "content": parts}
