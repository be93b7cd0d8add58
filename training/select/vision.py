"""Conversations with images as TRL's trainers for vision models take them.

TRL wants every content as a list of parts, a bare `{"type": "image"}` where an image stands, and
the images themselves in a column of their own, in order. It fills no images into tool messages, so
those go into a user message behind them, exactly as the model was shown them (`agents/chat/parts`).
An image is its `data:` URL, which Transformers reads like a path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...agents.chat.parts import show_tool_images
from ...envs.core import images_in

__all__ = ["shows_images", "vision_form"]


def shows_images(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any message holds an image."""
    return any(map(images_in, messages))


def vision_form(messages: Sequence[Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Messages in TRL's form for vision models, and their images as `data:` URLs."""
    images: list[str] = []
    made: list[dict[str, Any]] = []
    for message in show_tool_images(messages):
        content = message["content"]
        parts: list[dict[str, Any]] = []
        if isinstance(content, list):
            for part in content:
                if "image_url" in part:
                    parts.append({"type": "image"})
                    images.append(part["image_url"]["url"])
                else:
                    parts.append({"type": "text", "text": part.get("text", "")})
        elif content:
            parts.append({"type": "text", "text": content})
        made.append({**message, "content": parts})
    return made, images
