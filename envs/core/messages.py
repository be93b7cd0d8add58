"""The words of a conversation: OpenAI chat messages as plain dicts, and the few ways to make one.

There is no message class. A `Message` is the dict that the ecosystem already speaks, with one
difference: inside Palestra the arguments of a tool call are a mapping; JSON text exists only at an
API's edge. A reply that could not be parsed is a Message too, with the reason in `parse_error`.

What an assistant message says stands in `content` and `tool_calls`. What the model thought before
it spoke stands in `thoughts`, and what its provider sent stands in `origin`; graders, simulated
users and partners never see either (see `thoughts.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Function(TypedDict):
    """Which tool, with which arguments."""

    name: str
    arguments: Mapping[str, Any]


class ToolCall(TypedDict):
    """One call of a tool, named by an id that its result repeats."""

    id: str
    type: Literal["function"]
    function: Function


class ImageURL(TypedDict):
    """An image as a `data:` URL with the image itself (`images.py` makes and checks them)."""

    url: str
    detail: NotRequired[str]


class Part(TypedDict):
    """A piece of a content of several parts: text, or an image."""

    type: Literal["text", "image_url"]
    text: NotRequired[str]
    image_url: NotRequired[ImageURL]


Content: TypeAlias = str | list[Part] | None
"""What a message says: text, or text and images in order."""


class Origin(TypedDict):
    """A model's turn as its provider sent it, to be sent back to that provider alone."""

    source: str
    """The provider, place and model that the turn came from; the place is a digest."""
    turn: Any
    """The provider's own form of the turn, with fields that Palestra does not know."""
    text: NotRequired[str]
    """The text that a text protocol read the message from."""


class Message(TypedDict):
    """One chat message (OpenAI's Chat Completions format)."""

    role: Literal["system", "user", "assistant", "tool"]
    content: Content
    thoughts: NotRequired[str]
    """What the model thought before it spoke (ours). It is no part of what was said."""
    origin: NotRequired[Origin]
    """The turn as its provider sent it (ours)."""
    tool_calls: NotRequired[list[ToolCall]]
    tool_call_id: NotRequired[str]
    name: NotRequired[str]
    parse_error: NotRequired[str]
    """Why the text of an assistant message could not be read as an action (ours, not OpenAI's)."""
    seat: NotRequired[str]
    """In the record of an arena: whose conversation this is a part of (ours)."""


Action: TypeAlias = Message
"""One assistant Message: text, tool calls, or both."""

Observation: TypeAlias = tuple[Message, ...]
"""The Messages that are new since the last action."""


def system(text: str) -> Message:
    """A system message."""
    return {"role": "system", "content": text}


def parts_of(content: str | Part | Sequence[str | Part]) -> list[Part]:
    """Texts and parts as a list of parts, in order: `["Before:", image(a), "After:", image(b)]`."""
    given = [content] if isinstance(content, str | Mapping) else content
    return [{"type": "text", "text": each} if isinstance(each, str) else each for each in given]


def user(content: str | Part | Sequence[str | Part], *, name: str | None = None) -> Message:
    """A user message of text, or of texts and images in order.

    Args:
        content: the text, or texts and parts (see `image`).
        name: who speaks, where there are several people.
    """
    said = content if isinstance(content, str) else parts_of(content)
    message: Message = {"role": "user", "content": said}
    if name is not None:
        message["name"] = name
    return message


def say(text: str) -> Message:
    """An assistant message with no tool call."""
    return {"role": "assistant", "content": text}


def call(tool: str, /, **arguments: Any) -> Message:
    """An assistant message that calls one tool: `call("search", query="...")`."""
    return calls((tool, arguments))


def calls(*named: tuple[str, Mapping[str, Any]]) -> Message:
    """An assistant message that calls several tools, in order: `calls(("a", {...}), ("b", {}))`."""
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{index}",
                "type": "function",
                "function": {"name": name, "arguments": arguments},
            }
            for index, (name, arguments) in enumerate(named)
        ],
    }


def tool_result(call_id: str, tool: str, content: str | list[Part]) -> Message:
    """The message that answers the tool call with this id."""
    return {"role": "tool", "tool_call_id": call_id, "name": tool, "content": content}


def text_in(message: Mapping[str, Any]) -> str:
    """The text of a message: its content, or the text parts of it on lines of their own."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or () if part["type"] == "text")


def text_of(messages: Iterable[Message]) -> str:
    """The texts of messages, one after another, separated by empty lines."""
    return "\n\n".join(map(text_in, messages))
