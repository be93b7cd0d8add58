"""Calls in `<tool_call>` tags: how Hermes and Qwen models, and many after them, were trained."""

from __future__ import annotations

import re
from typing import Any

from ...envs.core import Message
from ...envs.core.thoughts import thought_at
from .base import Protocol, Tools, Unreadable, as_json, named_call, object_at

__all__ = ["Hermes"]

OPEN, CLOSE = "<tool_call>", "</tool_call>"
_TAG = re.compile(r"</?tool_call>")

INSTRUCTIONS = """\
You act by calling tools. These are the tools, one a line, each with a JSON Schema of its arguments:
<tools>
{tools}
</tools>

To call a tool, write a JSON object with its name and its arguments between these tags:
<tool_call>
{{"name": "<tool>", "arguments": {{"<argument>": "<value>"}}}}
</tool_call>
What it answers comes back between <tool_response> and </tool_response>."""


class Hermes(Protocol):
    """Calls and answers in XML-like tags around JSON."""

    name = "hermes"

    def instructions(self, tools: Tools) -> str:
        return INSTRUCTIONS.format(tools="\n".join(as_json(tool) for tool in tools))

    def call(self, name: str, arguments: Any) -> str:
        return f"{OPEN}\n{as_json({'name': name, 'arguments': arguments})}\n{CLOSE}"

    def result(self, message: Message) -> str:
        return f"<tool_response>\n{message['content'] or ''}\n</tool_response>"

    def begins(self, text: str) -> int:
        found = text.find(OPEN)
        return len(text) if found < 0 else found

    def read(self, text: str) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        """Tags inside of thoughts are words, not calls."""
        calls: list[tuple[str, dict[str, Any]]] = []
        words: list[str] = []
        at = 0
        while tag := _TAG.search(text, at):
            if tag[0] == CLOSE:
                raise Unreadable(text, tag.start(), f"{CLOSE} with no {OPEN} before it")
            words.append(text[at : tag.start()])
            value, end = object_at(text, tag.end())
            calls.append(named_call(text, tag.end(), value, "name"))
            rest = text[end:].lstrip()
            at = len(text) - len(rest)
            if not rest.startswith(CLOSE):
                raise Unreadable(text, at, f"expected {CLOSE} after the JSON object")
            at += len(CLOSE)
            while (thought := thought_at(text, at)) and thought.closed:
                words.append(text[at : thought.end])
                at = thought.end
        words.append(text[at:])
        return "".join(words).strip(), calls
