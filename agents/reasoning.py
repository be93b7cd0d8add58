"""The readable part of what a model reasoned, in the forms in which providers send it.

| field of the turn | sent by |
|---|---|
| `reasoning_content` | DeepSeek, Kimi, GLM, Qwen, vLLM, LiteLLM |
| `reasoning` | OpenRouter, Groq, vLLM since 0.12, Ollama |
| `reasoning_details` | OpenRouter, MiniMax |
| `thinking_blocks` | LiteLLM, for Anthropic and Bedrock |
| parts of `content` with `thinking` | Mistral, Anthropic |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TEXTS = ("reasoning_content", "reasoning", "thinking")
_BLOCKS = ("reasoning_details", "thinking_blocks", "content")
_READABLE = ("thinking", "text", "summary", "reasoning", "content")
"""Where a block has its text; a signature or encrypted data is nothing to read."""


def reasoning_in(turn: Mapping[str, Any]) -> str:
    """What the model reasoned, as text; empty where nothing of it can be read."""
    for name in _TEXTS:
        value = turn.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    for name in _BLOCKS:
        blocks = turn.get(name)
        if isinstance(blocks, list) and (found := "\n\n".join(_of_blocks(blocks, name))):
            return found
    return ""


def _of_blocks(blocks: list[Any], name: str) -> Iterator[str]:
    for block in blocks:
        if not isinstance(block, Mapping):
            continue
        kind = str(block.get("type", ""))
        if name == "content" and kind not in ("thinking", "reasoning"):
            continue  # what is said
        for key in _READABLE:
            if text := _text(block.get(key)):
                yield text
                break


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        texts = (part.get("text") for part in value if isinstance(part, Mapping))
        return "".join(text for text in texts if isinstance(text, str)).strip()
    return ""
