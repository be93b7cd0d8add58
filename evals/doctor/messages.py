"""Anthropic's Messages as a server writes them, around messages of Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .chat import Chat, Message, as_object

_THOUGHTS = ("thinking", "redacted_thinking")


class Messages(Chat):
    """Anthropic's API; see `Chat` for what each part is. It does not stream here."""

    answers = "content"
    usage = {"input_tokens": 20, "output_tokens": 5}

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        if rules := request.get("system"):
            found.append({"role": "system", "content": _text(rules)})
        for message in request["messages"]:
            if message["role"] == "assistant":
                found.append(self._turn(message["content"]))
            else:
                found += _user(message["content"])
        return {**request, "messages": found}

    def _turn(self, content: Any) -> dict[str, Any]:
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        before: list[Any] = []
        while blocks and blocks[0]["type"] in _THOUGHTS:
            before, blocks = [*before, _bare(blocks[0])], blocks[1:]
        turn: dict[str, Any] = {"role": "assistant", "content": _text(blocks), "before": before}
        calls = [_call(block) for block in blocks if block["type"] == "tool_use"]
        if calls:
            turn["tool_calls"] = calls
        for block in blocks:  # thoughts behind what they led to are out of their place
            if block["type"] not in ("text", "tool_use"):
                turn[f"content.{block['type']}"] = block
        return turn

    def thinks(self, request: Mapping[str, Any]) -> bool:
        return (request.get("thinking") or {}).get("type") in ("enabled", "adaptive")

    def objection(self, request: Mapping[str, Any]) -> str:
        if self.thinks(request) and request.get("temperature", 1) != 1:
            return (
                "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."
            )
        budget = (request.get("thinking") or {}).get("budget_tokens") or 0
        if budget and request.get("max_tokens", 0) <= budget:
            return "`max_tokens` must be greater than `thinking.budget_tokens`."
        roles = [message["role"] for message in request["messages"]]
        return "" if "system" not in roles else 'messages: Unexpected role "system".'

    def whole(self, message: Message) -> dict[str, Any]:
        content = [*(message.get("before") or ()), *_blocks(message)]
        body = {"id": "msg_x", "type": "message", "role": "assistant", "model": "m"}
        reason = "tool_use" if message.get("tool_calls") else "end_turn"
        ends = {"stop_reason": reason, "stop_sequence": None, "usage": self.used()}
        return {**body, "content": content, **ends}

    def error(self, stream: bool) -> dict[str, Any]:
        return {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    text = message.get("content")
    if text:
        yield {"type": "text", "text": text}
    for call in message.get("tool_calls") or ():
        function = call["function"]
        about = {"id": call["id"], "name": function["name"], "input": as_object(function)}
        yield {"type": "tool_use", **about}


def _call(block: Mapping[str, Any]) -> dict[str, Any]:
    arguments = json.dumps(block["input"], ensure_ascii=False)
    function = {"name": block["name"], "arguments": arguments}
    known = ("type", "id", "name", "input", "cache_control", "caller")
    others = {key: value for key, value in block.items() if key not in known}
    return {"id": block["id"], "type": "function", "function": function, **others}


def _user(content: Any) -> Iterator[dict[str, Any]]:
    """The messages that one of the user's is: results of tools, and what the user says."""
    if isinstance(content, str):
        yield {"role": "user", "content": content}
        return
    said: list[Any] = []
    for block in content:
        if block["type"] == "tool_result":
            result = block.get("content") or ""
            about = {"role": "tool", "tool_call_id": block["tool_use_id"]}
            yield {**about, "content": result if isinstance(result, str) else _parts(result)}
        else:
            said.append(block)
    if said:
        yield {"role": "user", "content": _parts(said)}


def _parts(blocks: list[Any]) -> Any:
    """Text where all is text, else parts as Chat Completions has them."""
    if all(block["type"] == "text" for block in blocks):
        return _text(blocks)
    return [_part(block) for block in blocks]


def _part(block: Mapping[str, Any]) -> dict[str, Any]:
    if block["type"] != "image":
        return {"type": "text", "text": block["text"]}
    source = block["source"]
    url = source.get("url") or f"data:{source['media_type']};base64,{source['data']}"
    return {"type": "image_url", "image_url": {"url": url}}


def _bare(block: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "cache_control"}


def _text(blocks: Any) -> str:
    if isinstance(blocks, str):
        return blocks
    return "".join(block["text"] for block in blocks if block["type"] == "text")
