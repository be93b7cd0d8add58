"""What a text protocol is, and the parts that all of them need."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ...envs.core import Message, separate_thoughts, text_alone, text_in
from ...envs.core.thoughts import UNFINISHED, closing_marks, thought_at

Tools = Sequence[Mapping[str, Any]]
_decode = json.JSONDecoder().raw_decode
_MARKS_TRIED = 16
"""The most marks behind which a reply is read, where it cannot be read from its beginning."""


class Unreadable(ValueError):
    """A reply breaks its protocol: where, and why."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        super().__init__(f"line {line}, column {column} (character {position}): {reason}")


class Protocol(ABC):
    """How tools are offered, called and answered in plain text.

    Attributes:
        name: what it is chosen by.
        stop: texts that end a reply, for samplers that can stop there.
    """

    name: str
    stop: tuple[str, ...] = ()

    @abstractmethod
    def instructions(self, tools: Tools) -> str:
        """What the system message says about tools and how to call them."""

    @abstractmethod
    def call(self, name: str, arguments: Any) -> str:
        """One tool call as the model writes it."""

    @abstractmethod
    def result(self, message: Message) -> str:
        """A tool's answer as the model reads it."""

    def begins(self, text: str) -> int:
        """Where the first call could begin in a text; its length where there is none.

        Marks of thoughts behind it may be a part of an argument.
        """
        return len(text)

    def divide(self, words: str, called: bool) -> tuple[str, str]:
        """The thoughts and the speech in the words beside a reply's calls (`called`: it has some).

        Default: all of them are speech.
        """
        return "", words

    @abstractmethod
    def read(self, text: str) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        """The words of a reply beside its calls, and the calls.

        Raises:
            Unreadable: the reply breaks the protocol.
        """

    def render(self, messages: Sequence[Message], tools: Tools, source: str = "") -> list[Message]:
        """A conversation with nothing but system, user and assistant messages of text.

        The instructions join the first system message, or become it. Neighbouring results of tools
        become one user message.

        Args:
            messages: the conversation.
            tools: the tools that may be called.
            source: who is asked; replies that came from there go back in their own words.
        """
        plain: list[Message] = []
        if tools:
            plain.append({"role": "system", "content": self.instructions(tools)})
        for number, message in enumerate(messages):
            content = text_alone(message)
            role = message["role"]
            if role == "system" and number == 0 and plain:
                plain[0]["content"] = f"{content}\n\n{plain[0]['content']}"
            elif role == "tool":
                text = self.result({**message, "content": content})
                if number and messages[number - 1]["role"] == "tool":
                    plain[-1]["content"] = f"{plain[-1]['content']}\n{text}"
                else:
                    plain.append({"role": "user", "content": text})
            elif role == "assistant":
                plain.append(self._own_words(message, source))
            else:
                plain.append({"role": role, "content": content})
        return plain

    def _own_words(self, message: Message, source: str) -> Message:
        """An assistant message as plain text: the model's own words, where it is asked again."""
        origin = message.get("origin")
        if origin is not None and origin["source"] == source and "text" in origin:
            read = self.parse(origin["text"])
            if all(read.get(key) == message.get(key) for key in ("content", "tool_calls")):
                return {"role": "assistant", "content": origin["text"], "origin": origin}
        return {"role": "assistant", "content": self.written(message)}

    def written(self, message: Message) -> str:
        """An assistant message as the model would have written it."""
        parts = [text_in(message)]
        for call in message.get("tool_calls") or ():
            function = call["function"]
            parts.append(self.call(function["name"], function["arguments"]))
        return "\n".join(part for part in parts if part)

    def parse(self, text: str) -> Message:
        """A reply as an action, its thoughts set apart; one that breaks the protocol carries
        `parse_error`."""
        end, thoughts, closed = self._leading_thoughts(text)
        if not closed:
            return _with_thoughts(_broken("", UNFINISHED), thoughts)
        try:
            words, calls = self.read(_blanked(text, end))
        except Unreadable as error:
            # Its opening mark may stand in the prompt, and a call be spoken of in the thought.
            for mark in closing_marks(text, end, len(text))[:_MARKS_TRIED]:
                with suppress(Unreadable):
                    words, calls = self.read(_blanked(text, mark[1]))
                    thoughts.append(text[end : mark[0]].strip())
                    break
            else:
                return _with_thoughts(_broken(text[end:], str(error)), thoughts)
        beside, words = self.divide(words, bool(calls))
        message: Message = {"role": "assistant", "content": words if words or not calls else None}
        if calls:
            message["tool_calls"] = [
                {
                    "id": f"call_{number}",
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
                for number, (name, arguments) in enumerate(calls)
            ]
        return separate_thoughts(_with_thoughts(message, [*thoughts, beside]))

    def _leading_thoughts(self, text: str) -> tuple[int, list[str], bool]:
        """Where the thoughts end that a reply begins with, what they are, and whether they end."""
        end, thoughts = 0, []
        while thought := thought_at(text, end):
            end = thought.end
            thoughts.append(thought.text)
            if not thought.closed:
                return end, thoughts, False
        first = end + self.begins(text[end:])
        if marks := closing_marks(text, end, first):  # the opening mark stood in the prompt
            calling = (m for m in marks if self.begins(text[m[1] :]) < len(text) - m[1])
            mark = next(calling, marks[-1])
            thoughts.append(text[end : mark[0]].strip())
            end = mark[1]
        return end, thoughts, True


def _broken(text: str, problem: str) -> Message:
    return {"role": "assistant", "content": text, "parse_error": problem}


def _blanked(text: str, end: int) -> str:
    """A text with blanks in place of its beginning, so that places in it stay what they are."""
    return "".join("\n" if sign == "\n" else " " for sign in text[:end]) + text[end:]


def _with_thoughts(message: Message, thoughts: Sequence[str]) -> Message:
    if whole := "\n\n".join(filter(None, thoughts)):
        message["thoughts"] = whole
    return message


def as_json(value: Any) -> str:
    """JSON on one line, letters as they are."""
    return json.dumps(value, ensure_ascii=False)


def object_at(text: str, position: int) -> tuple[dict[str, Any], int]:
    """The JSON object that begins at a position (blanks apart), and where it ends.

    Raises:
        Unreadable: there is none.
    """
    start = position + len(text[position:]) - len(text[position:].lstrip())
    if text[start : start + 1] != "{":
        found = repr(text[start : start + 20]) if start < len(text) else "the end of the reply"
        raise Unreadable(text, start, f"expected a JSON object and found {found}")
    try:
        value, end = _decode(text, start)
    except json.JSONDecodeError as error:
        raise Unreadable(text, error.pos, f"this is no JSON: {error.msg}") from None
    except RecursionError:
        raise Unreadable(text, start, "the JSON is nested too deeply") from None
    return value, end


def named_call(
    text: str, position: int, value: dict[str, Any], key: str
) -> tuple[str, dict[str, Any]]:
    """The tool and the arguments in an object `{key: name, "arguments": {...}}`.

    Raises:
        Unreadable: it holds something else.
    """
    expected = f'expected {{"{key}": "<tool>", "arguments": {{...}}}}'
    if unknown := sorted(value.keys() - {key, "arguments"}):
        raise Unreadable(text, position, f"{expected}; {unknown[0]!r} is no part of it")
    if not isinstance(value.get(key), str):
        raise Unreadable(text, position, f"{expected}; {key!r} is missing or no text")
    arguments = value.get("arguments")
    if not isinstance(arguments, dict):
        raise Unreadable(text, position, f"{expected}; 'arguments' is missing or no object")
    return value[key], arguments
