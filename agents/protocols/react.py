"""ReAct (arXiv 2210.03629): a thought, one action, its input, and the observation that follows."""

from __future__ import annotations

import re
from typing import Any

from ...envs.core import Message, text_in
from .base import Protocol, Tools, Unreadable, as_json, object_at

__all__ = ["ReAct"]

_ACTION = re.compile(r"^[ \t]*Action:[ \t]*(.*)$", re.MULTILINE)
_INPUT = re.compile(r"Action Input:")
_THOUGHT = re.compile(r"\s*Thoughts?:[ \t]*", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:Final )?Answer:[ \t]*", re.MULTILINE | re.IGNORECASE)

INSTRUCTIONS = """\
You act by calling tools. These are the tools, one a line, each with a JSON Schema of its arguments:
{tools}

Answer in exactly this form, with one action, and stop after its input:
Thought: <what you think>
Action: <the name of a tool>
Action Input: <its arguments as a JSON object>
What the tool answers comes back after "Observation:".

To say something instead of calling a tool, end with:
Answer: <what you say>"""


class ReAct(Protocol):
    """One call a reply, in labelled lines."""

    name = "react"
    stop = ("\nObservation:",)

    def instructions(self, tools: Tools) -> str:
        return INSTRUCTIONS.format(tools="\n".join(as_json(tool["function"]) for tool in tools))

    def call(self, name: str, arguments: Any) -> str:
        return f"Action: {name}\nAction Input: {as_json(arguments)}"

    def result(self, message: Message) -> str:
        return f"Observation: {message['content'] or ''}"

    def begins(self, text: str) -> int:
        action = _ACTION.search(text)
        return action.start() if action else len(text)

    def divide(self, words: str, called: bool) -> tuple[str, str]:
        """A thought stands behind `Thought:`, up to the call, the answer or the next line."""
        thought = _THOUGHT.match(words)
        if thought is None:
            return "", _ANSWER.sub("", words, count=1).strip()
        if called:
            return words[thought.end() :].strip(), ""
        answer = _ANSWER.search(words)
        end = answer.start() if answer else (words + "\n").index("\n", thought.end())
        return words[thought.end() : end].strip(), words[answer.end() if answer else end :].strip()

    def written(self, message: Message) -> str:
        if message.get("tool_calls") or message.get("parse_error"):
            return super().written(message)
        return f"Answer: {text_in(message)}"

    def read(self, text: str) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        actions = list(_ACTION.finditer(text))
        if not actions:
            if stray := _INPUT.search(text):
                raise Unreadable(text, stray.start(), "an `Action Input:` with no `Action:`")
            return text.strip(), []
        if len(actions) > 1:
            raise Unreadable(text, actions[1].start(), "a second `Action:`; one reply has one")
        action = actions[0]
        name = action[1].strip()
        if not name:
            raise Unreadable(text, action.end(), "expected the name of a tool after `Action:`")
        rest = text[action.end() :]
        label = action.end() + len(rest) - len(rest.lstrip())
        if not text.startswith("Action Input:", label):
            raise Unreadable(text, label, "expected `Action Input:` after the action")
        arguments, end = object_at(text, label + len("Action Input:"))
        if left := text[end:].strip():
            raise Unreadable(text, text.index(left, end), "expected nothing after the action input")
        return text[: action.start()].strip(), [(name, arguments)]
