"""Contents as the Responses API takes them: there, results of functions may hold images too."""

from __future__ import annotations

from typing import Any

from ...envs.core import Content, parts_of

__all__ = ["to_input"]


def to_input(content: Content, before: str = "") -> str | list[dict[str, Any]]:
    """A content as the API takes it; text stays text.

    Args:
        content: of a message that is not the model's own.
        before: text to put in front.
    """
    if not isinstance(content, list):
        return before + (content or "")
    parts = [*parts_of(before), *content] if before else content
    return [
        {"type": "input_text", "text": part["text"]}
        if part["type"] == "text"
        else {
            "type": "input_image",
            "image_url": part["image_url"]["url"],
            "detail": part["image_url"].get("detail", "auto"),
        }
        for part in parts
    ]
