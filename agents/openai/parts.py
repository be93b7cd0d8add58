"""Contents as the Responses API takes them: there, results of functions may hold images too."""

from __future__ import annotations

from typing import Any

from ...envs.core import Content, Part, parts_of

__all__ = ["to_input"]


def to_input(content: Content, before: str = "") -> str | list[dict[str, Any]]:
    """A content as the API takes it; text stays text.

    Args:
        content: of a message that is not the model's own.
        before: text to put in front.
    """
    if not isinstance(content, list):
        return before + (content or "")
    return [_input(part) for part in ([*parts_of(before), *content] if before else content)]


def _input(part: Part) -> dict[str, Any]:
    if "image_url" not in part:
        return {"type": "input_text", "text": part.get("text", "")}
    where = part["image_url"]
    return {
        "type": "input_image",
        "image_url": where["url"],
        "detail": where.get("detail", "auto"),
    }
