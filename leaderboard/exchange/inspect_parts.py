"""Contents of messages in Inspect's form and back: `ContentText` and `ContentImage`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...envs.core import Message, Part, UsageError, image_facts

_DETAILS = {"auto": "auto", "low": "low", "high": "high", "original": "high"}
"""Inspect's word for each of ours."""

__all__ = ["from_inspect", "to_inspect", "words_of"]


def to_inspect(message: Message) -> str | list[dict[str, Any]]:
    """A message's content as Inspect writes it."""
    content = message["content"]
    if not isinstance(content, list):
        return content or ""
    return [_written(part) for part in content]


def _written(part: Part) -> dict[str, Any]:
    if "image_url" not in part:
        return {"type": "text", "text": part.get("text", "")}
    where = part["image_url"]
    detail = _DETAILS.get(where.get("detail", "auto"), "auto")
    return {"type": "image", "image": where["url"], "detail": detail}


def words_of(content: str | list[dict[str, Any]]) -> str:
    """A content of Inspect's as one text, with `[image]` and the like for its other parts."""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text") or f"[{part.get('type')}]" for part in content)


def from_inspect(content: Any) -> tuple[str | list[Part], str]:
    """A content in our form, and the reasoning in it.

    An image is kept where its bytes are in the log. Where only its address is, and for sounds,
    videos and documents, the content says so in words: `[image: https://...]`.
    """
    if not isinstance(content, list):
        return str(content or ""), ""
    parts: list[Part] = []
    thoughts: list[str] = []
    for part in content:
        kind = part.get("type")
        if kind == "reasoning":
            thoughts.append(part.get("reasoning") or part.get("summary") or "")
        elif kind == "image" and (image := _image(part)) is not None:
            parts.append(image)
        else:
            parts.append({"type": "text", "text": _words(part)})
    if all(part["type"] == "text" for part in parts):
        said: str | list[Part] = "\n".join(part.get("text", "") for part in parts)
    else:
        said = parts
    return said, "\n".join(filter(None, thoughts))


def _image(part: Mapping[str, Any]) -> Part | None:
    detail = part.get("detail") or "auto"
    where = {"url": part.get("image")} | ({} if detail == "auto" else {"detail": detail})
    image: Any = {"type": "image_url", "image_url": where}
    try:
        image_facts(image)
    except UsageError:
        return None
    return image


def _words(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    if kind == "text":
        return part.get("text") or ""
    where = part.get(str(kind))
    address = isinstance(where, str) and not where.startswith("data:") and len(where) < 2000
    return f"[{kind}: {where}]" if address else f"[{kind}]"
