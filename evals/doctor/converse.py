"""Bedrock's Converse as a server writes it, around messages of Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .chat import Chat, Message, as_object


class Converse(Chat):
    """Bedrock's API; see `Chat` for what each part is. It does not stream here."""

    answers = "output"
    usage = {"inputTokens": 20, "outputTokens": 5, "totalTokens": 25}

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        if rules := request.get("system"):
            found.append({"role": "system", "content": _text(rules)})
        for message in request["messages"]:
            read = _turn if message["role"] == "assistant" else _user
            found += read(message["content"])
        return {**request, "messages": found}

    def thinks(self, request: Mapping[str, Any]) -> bool:
        fields = request.get("additionalModelRequestFields") or {}
        return (fields.get("thinking") or {}).get("type") in ("enabled", "adaptive")

    def objection(self, request: Mapping[str, Any]) -> str:
        roles = [message["role"] for message in request["messages"]]
        if any(one == other for one, other in pairwise(roles)):
            return "A conversation must alternate between user and assistant roles."
        temperature = (request.get("inferenceConfig") or {}).get("temperature", 1)
        if self.thinks(request) and temperature != 1:
            return "`temperature` may only be set to 1 when thinking is enabled."
        return ""

    def whole(self, message: Message) -> dict[str, Any]:
        content = [*(message.get("before") or ()), *_blocks(message)]
        reason = "tool_use" if message.get("tool_calls") else "end_turn"
        output = {"message": {"role": "assistant", "content": content}}
        ends = {"stopReason": reason, "usage": self.used(), "metrics": {"latencyMs": 1}}
        return {"output": output, **ends}

    def error(self, stream: bool) -> dict[str, Any]:
        return {"message": "The system encountered an unexpected error."}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    if text := message.get("content"):
        yield {"text": text}
    for call in message.get("tool_calls") or ():
        function = call["function"]
        given = as_object(function)
        yield {"toolUse": {"toolUseId": call["id"], "name": function["name"], "input": given}}


def _turn(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    before: list[Any] = []
    while blocks and "reasoningContent" in blocks[0]:
        before, blocks = [*before, dict(blocks[0])], blocks[1:]
    turn: dict[str, Any] = {"role": "assistant", "content": _text(blocks), "before": before}
    for block in blocks:
        if use := block.get("toolUse"):
            arguments = json.dumps(use["input"], ensure_ascii=False)
            function = {"name": use["name"], "arguments": arguments}
            call = {"id": use["toolUseId"], "type": "function", "function": function}
            turn.setdefault("tool_calls", []).append(call)
        elif not block.keys() & {"text", "cachePoint"}:
            turn[f"content.{next(iter(block))}"] = block
    return [turn]


def _user(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The messages that one of the user's is: results of tools, and what the user says."""
    found: list[dict[str, Any]] = []
    said = [block for block in blocks if block.keys() & {"text", "image"}]
    for block in blocks:
        if result := block.get("toolResult"):
            content = _parts(result["content"])
            about = {"role": "tool", "tool_call_id": result["toolUseId"]}
            found.append({**about, "content": content})
    return [*found, {"role": "user", "content": _parts(said)}] if said else found


def _parts(blocks: Sequence[Mapping[str, Any]]) -> Any:
    if not any("image" in block for block in blocks):
        return _text(blocks)
    return [_part(block) for block in blocks]


def _part(block: Mapping[str, Any]) -> dict[str, Any]:
    if "image" not in block:
        return {"type": "text", "text": _text([block])}
    image = block["image"]
    url = f"data:image/{image['format']};base64,{image['source']['bytes']}"
    return {"type": "image_url", "image_url": {"url": url}}


def _text(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "".join(
        block["text"] if "text" in block else json.dumps(block["json"])
        for block in blocks
        if block.keys() & {"text", "json"}
    )
