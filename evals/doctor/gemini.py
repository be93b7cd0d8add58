"""Gemini's `generateContent` as a server writes it, around messages of Chat Completions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .chat import Chat, Message, as_object

_PLAIN = ("functionCall", "function_call", "text", "thought")


class Gemini(Chat):
    """Google's API; see `Chat` for what each part is. It does not stream here."""

    answers = "candidates"
    usage = {"promptTokenCount": 20, "candidatesTokenCount": 5, "totalTokenCount": 25}

    def seen(self, request: dict[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        rules = request.get("system_instruction") or request.get("systemInstruction")
        if rules:
            found.append({"role": "system", "content": _text(rules["parts"])})
        for content in request["contents"]:
            read = _turn if content["role"] == "model" else _user
            found += read(content["parts"], len(found))
        return {**request, "messages": found}

    def seed(self, request: Mapping[str, Any]) -> Any:
        return (request.get("generationConfig") or {}).get("seed")

    def whole(self, message: Message) -> dict[str, Any]:
        parts = [*(message.get("before") or ()), *_parts(message)]
        content = {"role": "model", "parts": parts}
        candidate = {"content": content, "finishReason": "STOP", "index": 0}
        about = {"usageMetadata": self.used(), "modelVersion": "m", "responseId": "x"}
        return {"candidates": [candidate], **about}

    def error(self, stream: bool) -> dict[str, Any]:
        about = {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}
        return {"error": about}


def _parts(message: Message) -> Iterator[dict[str, Any]]:
    if text := message.get("content"):
        yield {"text": text}
    for call in message.get("tool_calls") or ():
        function = call["function"]
        given = as_object(function)
        others = {k: v for k, v in call.items() if k not in ("id", "type", "function")}
        yield {"functionCall": {"name": function["name"], "args": given}, **others}


def _turn(parts: Sequence[Mapping[str, Any]], at: int) -> list[dict[str, Any]]:
    before = [dict(part) for part in parts if part.get("thought")]
    said = [part for part in parts if not part.get("thought")]
    turn: dict[str, Any] = {"role": "assistant", "content": _text(said), "before": before}
    calls = [part for part in said if _held(part, "functionCall", "function_call")]
    if calls:
        turn["tool_calls"] = [_call(part, at, index) for index, part in enumerate(calls)]
    return [turn]


def _call(part: Mapping[str, Any], at: int, index: int) -> dict[str, Any]:
    about = _held(part, "functionCall", "function_call") or {}
    arguments = json.dumps(about.get("args") or {}, ensure_ascii=False)
    function = {"name": about["name"], "arguments": arguments}
    others = {k: v for k, v in part.items() if k not in _PLAIN}
    if "thought_signature" in others:
        others["thoughtSignature"] = others.pop("thought_signature")
    id = about.get("id") or f"{about['name']}_{at}_{index}"
    return {"id": id, "type": "function", "function": function, **others}


def _user(parts: Sequence[Mapping[str, Any]], at: int) -> list[dict[str, Any]]:
    """The messages that one of the user's is: results of tools, and what the user says."""
    found: list[dict[str, Any]] = []
    said: list[dict[str, Any]] = []
    for index, part in enumerate(parts):
        result = _held(part, "functionResponse", "function_response")
        data = _held(part, "inlineData", "inline_data")
        if result:
            response = result.get("response") or {}
            text = next((v for v in response.values() if isinstance(v, str)), json.dumps(response))
            id = result.get("id") or f"{result['name']}_{at - 1}_{index}"
            found.append({"role": "tool", "tool_call_id": id, "content": text})
        elif data:
            kind = data.get("mimeType") or data.get("mime_type")
            url = f"data:{kind};base64,{data['data']}"
            said.append({"type": "image_url", "image_url": {"url": url}})
        else:
            said.append({"type": "text", "text": part["text"]})
    if said:
        plain = all(part["type"] == "text" for part in said)
        content = "".join(part["text"] for part in said) if plain else said
        found.append({"role": "user", "content": content})
    return found


def _held(part: Mapping[str, Any], *names: str) -> Mapping[str, Any] | None:
    """What a part holds under one of its spellings."""
    return next((part[name] for name in names if name in part), None)


def _text(parts: Sequence[Mapping[str, Any]]) -> str:
    return "".join(part["text"] for part in parts if "text" in part)
