"""Thoughts as Inspect has them: parts of a message's content, with the provider's signatures.

    {"type": "reasoning", "reasoning": "...", "signature": "...", "redacted": false}

Which parts there were is in the turn as its provider sent it, where that is known: thinking blocks
(Anthropic), reasoning items (OpenAI's Responses), reasoning details (OpenRouter).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...envs.core import Part, split_thoughts
from .inspect_parts import from_inspect

__all__ = ["read_content", "reasoning_parts"]

_DEEPEST = 6


def reasoning_parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an assistant message holds of thoughts, as parts of a content of Inspect's."""
    thoughts = str(message.get("thoughts") or "")
    origin = message.get("origin")
    turn = origin.get("turn") if isinstance(origin, Mapping) else None
    parts = list(_parts(turn, 0))
    if not thoughts:
        return parts
    readable = [text for part in parts if (text := _readable(part))]
    if _squeezed("".join(readable)) == _squeezed(thoughts):
        return parts
    return [_part(thoughts), *(part for part in parts if not _readable(part))]


def read_content(content: Any) -> tuple[str | list[Part], str]:
    """The content of an assistant's message in our form, and its thoughts."""
    listed = content if isinstance(content, list) else []
    thoughts = [_readable(part) for part in listed if part.get("type") == "reasoning"]
    spoken = [part for part in listed if part.get("type") != "reasoning"]
    said, _ = from_inspect(spoken if isinstance(content, list) else content)
    if isinstance(said, str):
        said, thought = _split(said)
        thoughts.append(thought)
    return said, "\n\n".join(filter(None, thoughts))


def _split(text: str) -> tuple[str, str]:
    """A text and the thoughts in it; one that never ends is left where it is."""
    split = split_thoughts(text)
    return (split.said, split.thoughts) if split.finished else (text, "")


def _readable(part: Mapping[str, Any]) -> str:
    """What a person can read of a part: of a redacted one, its summary alone."""
    text = "" if part.get("redacted") else part.get("reasoning")
    return str(text or part.get("summary") or "")


def _part(reasoning: str, summary: str = "", signature: str = "", *, redacted: bool = False) -> Any:
    part: dict[str, Any] = {"type": "reasoning", "reasoning": reasoning, "redacted": redacted}
    part |= {"summary": summary} if summary else {}
    return part | ({"signature": signature} if signature else {})


def _parts(turn: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The parts that a provider's turn holds, wherever it keeps them."""
    if depth > _DEEPEST:
        return
    if isinstance(turn, list):
        for item in turn:
            yield from _parts(item, depth + 1)
        return
    if not isinstance(turn, Mapping):
        return
    signature = str(turn.get("signature") or "")
    match turn.get("type"):
        case "thinking":
            yield _part(str(turn.get("thinking") or ""), signature=signature)
        case "redacted_thinking" | "reasoning.encrypted":
            yield _part(str(turn.get("data") or ""), redacted=True)
        case "reasoning.text":
            yield _part(str(turn.get("text") or ""), signature=signature)
        case "reasoning.summary":
            yield _part("", summary=str(turn.get("summary") or ""))
        case "reasoning":
            sealed = str(turn.get("encrypted_content") or "")
            texts = [_texts(turn.get("content")), _texts(turn.get("summary"))]
            plain = texts[0] if not sealed else ""
            yield _part(
                sealed or plain,
                texts[1],
                signature=str(turn.get("id") or ""),
                redacted=bool(sealed),
            )
        case _:
            for value in turn.values():
                yield from _parts(value, depth + 1)


def _texts(parts: Any) -> str:
    listed = parts if isinstance(parts, list) else ()
    return "\n\n".join(str(p.get("text") or "") for p in listed if isinstance(p, Mapping))


def _squeezed(text: str) -> str:
    return "".join(text.split())
