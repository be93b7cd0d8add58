"""Contents of messages: a text, or a list of texts and images.

`images.py` makes and checks one image; here is what a whole content is to those who read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from .errors import UsageError
from .images import image_facts, is_image_part
from .messages import Content, Message, Part, parts_of, text_in

__all__ = [
    "add_remark", "check_parts", "content_of", "content_problem", "describe", "encodable",
    "images_in", "mark_images", "text_alone",
]  # fmt: skip


def images_in(message: Mapping[str, Any]) -> list[Part]:
    """The images of a message, in order."""
    content = message.get("content")
    if not isinstance(content, list):
        return []
    return [part for part in content if is_image_part(part)]


def text_alone(message: Message | Mapping[str, Any]) -> str:
    """The text of a message, for an agent that reads nothing else.

    Raises:
        UsageError: the message shows an image.
    """
    if found := images_in(message):
        raise UsageError(
            f"this {message['role']} message shows an image ({image_facts(found[0]).name}), and "
            "the agent reads text only; name an agent that sees images"
        )
    return text_in(message)


def content_of(value: object) -> str | list[Part]:
    """What a tool returned as the content of its result.

    Text stays text. An image, or a list of parts and texts with at least one part among them,
    becomes a list of parts. Nothing becomes an empty text, and any other value becomes JSON.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if is_image_part(value):
        return parts_of(value)  # type: ignore[arg-type] - just checked
    if isinstance(value, list | tuple):
        found = [is_image_part(item) or _is_text_part(item) for item in value]
        if any(found) and all(f or isinstance(v, str) for f, v in zip(found, value, strict=True)):
            return parts_of(value)  # type: ignore[arg-type] - just checked
    return msgspec.json.encode(value).decode()


def content_problem(content: object, *, images: bool = True) -> str:
    """Why a content cannot be observed; empty where it can.

    Args:
        content: a text, or a list of parts.
        images: whether images may be in it.
    """
    if isinstance(content, str):
        return ""
    if not isinstance(content, list) or not content:
        return f"a content is a text or a list of parts, not {content!r:.80}"
    for part in content:
        if _is_text_part(part):
            continue
        try:
            image_facts(part)
        except UsageError as error:
            return str(error)
        if not images:
            return "an image where there may be none"
    return ""


def mark_images(content: Content, first: int = 1) -> tuple[str, list[Part]]:
    """Take the images out of a content.

    Args:
        content: of a message.
        first: the number of the first image.

    Returns:
        The text with `[image 1]` in place of each image, and the images in order.
    """
    if not isinstance(content, list):
        return content or "", []
    images: list[Part] = []
    lines: list[str] = []
    for part in content:
        if is_image_part(part):
            lines.append(f"[image {first + len(images)}]")
            images.append(part)  # type: ignore[arg-type] - just checked
        else:
            lines.append(part["text"] if _is_text_part(part) else repr(part))  # type: ignore[typeddict-item]
    return "\n".join(lines), images


def describe(message: Message | Mapping[str, Any]) -> str:
    """The text of a message for people and records, with each image named where it stands."""
    content = message.get("content")
    if not isinstance(content, list):
        return str(content or "")
    return "\n".join(_in_words(part) for part in content)


def _in_words(part: Any) -> str:
    if _is_text_part(part):
        return part["text"]
    try:
        return f"[image: {image_facts(part).name}]"
    except UsageError as error:
        return f"[no image: {error}]"


def check_parts(messages: Sequence[Message], announced: bool, name: str) -> None:
    """Check what an environment shows.

    Args:
        messages: what is observed.
        announced: whether the environment says that it shows images.
        name: of the environment.

    Raises:
        UsageError: an image that is none, or that nobody was told of.
    """
    for message in messages:
        content = message.get("content")
        if not isinstance(content, list):
            continue
        if problem := content_problem(content):
            raise UsageError(
                f"{name} shows a {message['role']} message that is not valid: {problem}"
            )
        if images_in(message):
            if message["role"] not in ("user", "tool"):
                raise UsageError(
                    f"{name} shows an image in a {message['role']} message; images may be in user "
                    "and tool messages"
                )
            if not announced:
                raise UsageError(
                    f"{name} shows an image, but does not say so: set images = True in the class, "
                    "so that agents that read text only are refused before anything is played"
                )


def _is_text_part(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and value.get("type") == "text"
        and len(value) == 2
        and isinstance(value.get("text"), str)
    )


def add_remark(content: str | list[Part], remark: str) -> str | list[Part]:
    """A content with a remark behind it."""
    if isinstance(content, list):
        return [*content, Part(type="text", text=remark)]
    return f"{content}\n\n{remark}"


def encodable(content: str | list[Part]) -> str | list[Part]:
    """A content with lone surrogates replaced, so that every observation can be encoded."""
    if isinstance(content, str):
        return content if content.isascii() else content.encode("utf-8", "replace").decode()
    return [
        Part(type="text", text=str(encodable(part["text"]))) if "text" in part else part
        for part in content
    ]
