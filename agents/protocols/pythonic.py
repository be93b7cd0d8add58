"""Calls as a list of Python calls: Llama 3.2's and 4's way, and the shortest there is."""

from __future__ import annotations

import ast
import json
import keyword
from collections.abc import Mapping
from typing import Any

from ...envs.core import Message, text_in
from .base import Protocol, Tools, Unreadable

__all__ = ["Pythonic"]

INSTRUCTIONS = """\
You act by calling tools. These are the tools, one a line:
{tools}

To call a tool, answer with a list of calls and nothing else, arguments by name:
[<tool>(<argument>="<value>")]"""

_TYPES = {
    "string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list",
    "object": "dict", "null": "None",
}  # fmt: skip


class Pythonic(Protocol):
    """A list of calls, written as Python and read as data: nothing is ever evaluated.

    Tools are offered as signatures, which takes a third of the tokens of their schemas. A reply
    that does not begin with `[` is words.
    """

    name = "pythonic"

    def instructions(self, tools: Tools) -> str:
        return INSTRUCTIONS.format(tools="\n".join(_signature(tool["function"]) for tool in tools))

    def call(self, name: str, arguments: Any) -> str:
        given = [
            f"{key}={_written(value)}"
            if _is_name(key)
            else f"**{{{_text(key)}: {_written(value)}}}"
            for key, value in dict(arguments).items()
        ]
        return f"{name if _is_name(name) else _text(name)}({', '.join(given)})"

    def result(self, message: Message) -> str:
        return text_in(message)

    def written(self, message: Message) -> str:
        calls = [call["function"] for call in message.get("tool_calls") or ()]
        if not calls:
            return text_in(message)
        return f"[{', '.join(self.call(each['name'], each['arguments']) for each in calls)}]"

    def begins(self, text: str) -> int:
        return 0 if text.lstrip()[:1] == "[" else len(text)

    def read(self, text: str) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        source = text.strip()
        if not source.startswith("["):
            return source, []
        return "", _Reader(text, source).calls()


class _Reader:
    """One list of calls as data."""

    def __init__(self, text: str, source: str) -> None:
        self._text, self._source = text, source
        self._start = text.index(source)

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        try:
            tree = ast.parse(self._source, mode="eval").body
        except SyntaxError as error:
            place = self._place(error.lineno or 1, (error.offset or 1) - 1)
            raise Unreadable(self._text, place, f"this is no Python: {error.msg}") from None
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes, depth
            raise Unreadable(self._text, self._start, f"this is no Python: {error}") from None
        if not isinstance(tree, ast.List) or not tree.elts:
            raise self._broken(tree, "expected a list of calls, [tool(argument=value)]")
        return [self._call(each) for each in tree.elts]

    def _call(self, node: ast.expr) -> tuple[str, dict[str, Any]]:
        if not isinstance(node, ast.Call):
            raise self._broken(node, "expected a call, tool(argument=value)")
        tool = node.func
        if isinstance(tool, ast.Name):
            name = tool.id
        elif isinstance(tool, ast.Constant) and isinstance(tool.value, str):
            name = tool.value
        else:
            raise self._broken(tool, "expected the name of a tool")
        if node.args:
            raise self._broken(node.args[0], "an argument without its name; write argument=value")
        arguments: dict[str, Any] = {}
        for each in node.keywords:
            value = self._value(each.value)
            named = {each.arg: value} if each.arg is not None else value
            if not isinstance(named, dict):
                raise self._broken(each.value, "expected argument=value")
            for key in named:
                if key in arguments:
                    raise self._broken(each.value, f"the argument {key!r} stands there twice")
            arguments.update(named)
        return name, arguments

    def _value(self, node: ast.expr) -> Any:
        """JSON's values alone: no names, no arithmetic, no tuples."""
        match node:
            case ast.Constant(value=str() | bool() | int() | float() | None as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.List(elts=items):
                return [self._value(item) for item in items]
            case ast.Dict(keys=keys, values=values):
                return {
                    self._key(key, node): self._value(value)
                    for key, value in zip(keys, values, strict=True)
                }
        raise self._broken(node, "expected a text in quotes, a number, True, False, None, [] or {}")

    def _key(self, key: ast.expr | None, whole: ast.expr) -> str:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return key.value
        raise self._broken(key or whole, "expected a text in quotes as a key")

    def _broken(self, node: ast.expr, reason: str) -> Unreadable:
        line = self._source.splitlines(keepends=True)[node.lineno - 1 : node.lineno]
        before = "".join(line).encode()[: node.col_offset].decode(errors="ignore")
        return Unreadable(self._text, self._place(node.lineno, len(before)), reason)

    def _place(self, line: int, column: int) -> int:
        lines = self._source.splitlines(keepends=True)
        return min(self._start + sum(map(len, lines[: line - 1])) + column, len(self._text))


def _signature(function: Mapping[str, Any]) -> str:
    """`name(argument: type = default, ...): what it does; argument: what it is`."""
    schema = function.get("parameters") or {}
    needed = schema.get("required", ())
    arguments, notes = [], []
    for name, each in schema.get("properties", {}).items():
        default = "" if name in needed else f" = {_written(each.get('default'))}"
        arguments.append(f"{name}: {_type(each)}{default}")
        if about := each.get("description"):
            notes.append(f"{name}: {about}")
    about = " ".join([function.get("description") or "", *notes]).strip()
    return f"{function['name']}({', '.join(arguments)}) - {about}"


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(_written(value) for value in schema["enum"])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_type(each) for each in choices)
    kind = schema.get("type", "Any")
    kinds = kind if isinstance(kind, list) else [kind]
    named = " | ".join(_TYPES.get(each, "Any") for each in kinds)
    return f"list[{_type(schema['items'])}]" if kind == "array" and "items" in schema else named


def _written(value: Any) -> str:
    """A value as Python, texts in double quotes."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(k))}: {_written(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _argument(name: str, value: Any) -> str:
    if _is_name(name):
        return f"{name}={_written(value)}"
    return f"**{{{_text(name)}: {_written(value)}}}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
