"""Reading an action: whatever an agent did becomes well-formed calls and format errors.

Every environment reads actions through `read_action`, so what "well formed" means is said once:
DeepDive's rule (arXiv 2509.10446, section 3.2) that every step must parse, name an existing tool
and carry arguments that fit its schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from .errors import FormatError
from .thoughts import separate_thoughts
from .tools import Tool


class Call(NamedTuple):
    """One well-formed call: `arguments` are checked and complete."""

    id: str
    tool: Tool
    arguments: dict[str, Any]


def read_action(
    action: object, tools: Mapping[str, Tool], characters: int
) -> tuple[str, list[Call | FormatError]]:
    """Read one action: what was said, without any thoughts in its text.

    Returns:
        The text of the message, and its tool calls in order, each one checked.

    Raises:
        FormatError: the message as a whole cannot be read.
    """
    if not _is_mapping(action):
        raise FormatError(
            "an action is one assistant message (a mapping with `role`, `content` and perhaps "
            f"`tool_calls`), not {type(action).__name__}"
        )
    action = separate_thoughts(action)  # type: ignore[arg-type]
    if problem := action.get("parse_error"):
        raise FormatError(f"your message could not be read: {str(problem)[:500]}")
    if action.get("role") != "assistant":
        raise FormatError("an action must have the role `assistant`")
    text = action.get("content")
    if text is None:
        text = ""
    elif not isinstance(text, str):
        raise FormatError("`content` must be a string or null")
    listed = action.get("tool_calls")
    if not listed:
        if listed is not None and not isinstance(listed, (list, tuple)):
            raise FormatError("`tool_calls` must be a list")
        if len(text) > characters:
            raise _too_long(len(text), characters)
        return text, []
    if not isinstance(listed, (list, tuple)):
        raise FormatError("`tool_calls` must be a list")
    length = len(text)
    seen: set[str] = set()
    read: list[Call | FormatError] = []
    for item in listed:
        try:
            call, size = _read_call(item, tools, characters)
            length += size
            if call.id in seen:
                raise FormatError(
                    f"two tool calls of one message have the id {call.id!r}",
                    call_id=call.id,
                    tool=call.tool.name,
                )
            seen.add(call.id)
            read.append(call)
        except FormatError as error:
            read.append(error)
    if length > characters:
        raise _too_long(length, characters)
    return text, read


def _read_call(item: object, tools: Mapping[str, Tool], characters: int) -> tuple[Call, int]:
    if not _is_mapping(item) or not _is_mapping(item.get("function")):
        raise FormatError("a tool call must be {id, type: 'function', function: {name, arguments}}")
    id, function = item.get("id"), item["function"]
    if not isinstance(id, str) or not id or len(id) > 200:
        raise FormatError("a tool call needs an id, a string of 1 to 200 characters")
    name = function.get("name")
    found = tools.get(name) if isinstance(name, str) else None
    if found is None:
        known = ", ".join(tools)
        shown = repr(name[:80]) if isinstance(name, str) else type(name).__name__
        raise FormatError(
            f"there is no tool {shown}; the tools are: {known}",
            call_id=id,
            tool=name[:80] if isinstance(name, str) else None,
        )
    arguments = function.get("arguments")
    size = _size(arguments)
    if size > characters:
        raise _too_long(size, characters, call_id=id, tool=found.name)
    try:
        if isinstance(arguments, str):  # JSON text belongs to an API's edge, but is understood
            arguments = _encodable(json.loads(arguments or "{}"))
        return Call(id, found, found.validate(arguments)), size
    except RecursionError:
        problem = "nested too deeply"
    except ValueError as error:
        problem = str(error)
    raise FormatError(
        f"{found.name}: {problem[:500]}. Expected: {found.signature}", call_id=id, tool=found.name
    )


def _encodable(value: Any) -> Any:
    """A value out of JSON text with halves of surrogate pairs replaced: they can be read, not
    written."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    # Nearly always a dict, and asking the abstract class costs a microsecond.
    return type(value) is dict or isinstance(value, Mapping)


def _size(value: object, depth: int = 0) -> int:
    """Characters of all strings in a value, numbers and the rest counted as eight."""
    if isinstance(value, str):
        return len(value)
    if depth > 50:
        return 8
    total = 0
    if _is_mapping(value):
        for key, item in value.items():
            total += len(key) if type(key) is str else 8
            total += len(item) if type(item) is str else _size(item, depth + 1)
        return total
    if isinstance(value, (list, tuple)):
        for item in value:
            total += _size(item, depth + 1)
        return total
    return 8


def _too_long(length: int, most: int, **where: Any) -> FormatError:
    return FormatError(
        f"the action has {length:,} characters; at most {most:,} are read in one action", **where
    )
