"""Tools: typed methods marked `@tool`, from which schema, validation and documentation derive.

    class Shop(ToolEnv):
        @tool
        def price(self, item: str, quantity: Annotated[int, Range(1, 99)] = 1) -> str:
            \"\"\"Ask what something costs.

            Args:
                item: Name of the item.
                quantity: How many.
            \"\"\"

The JSON Schema that a model sees, the check that its arguments pass and the Gymnasium space are all
made from that one signature, so they cannot disagree.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar, overload

import docstring_parser
import msgspec

from .schemas import struct_of

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__palestra_tool__"


def Range(low: float | None = None, high: float | None = None) -> msgspec.Meta:
    """Bounds of a number, inclusive: `Annotated[int, Range(1, 20)]`."""
    return msgspec.Meta(ge=low, le=high)


def Length(low: int | None = None, high: int | None = None) -> msgspec.Meta:
    """Bounds of the length of a string or list, inclusive."""
    return msgspec.Meta(min_length=low, max_length=high)


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(*, final: bool = False, writes: bool = False) -> Callable[[F], F]: ...
def tool(
    function: F | None = None, /, *, final: bool = False, writes: bool = False
) -> F | Callable[[F], F]:
    """Mark a method as a tool that agents may call.

    Args:
        final: A successful call ends the episode (an answer, a submission). It does not count
            against the limit of tool calls.
        writes: The tool changes the state of the world (it is not only a look at it).
    """

    def mark(function: F) -> F:
        setattr(function, _MARK, {"final": final, "writes": writes})
        return function

    return mark if function is None else mark(function)


class Tool:
    """One tool of an environment.

    Attributes:
        name, description: what the model reads.
        parameters: JSON Schema of the arguments (an object, nothing else allowed in it).
        final, writes: as given to `@tool`.
    """

    def __init__(
        self, function: Callable[..., Any], *, final: bool = False, writes: bool = False
    ) -> None:
        self.name = function.__name__
        self.function = function
        self.final, self.writes = final, writes
        documentation = docstring_parser.parse(inspect.getdoc(function) or "")
        if not documentation.description:
            raise TypeError(f"tool {self.name!r} has no docstring; the model is told nothing of it")
        self.description = documentation.description.strip()
        described = {
            p.arg_name: " ".join((p.description or "").split()) for p in documentation.params
        }
        hints = typing.get_type_hints(function, include_extras=True)
        fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            name = parameter.name
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise TypeError(f"tool {self.name!r}: *{name} has no schema; name every parameter")
            if name not in hints:
                raise TypeError(f"tool {self.name!r}: parameter {name!r} needs a type annotation")
            if not described.get(name):
                raise TypeError(
                    f"tool {self.name!r}: parameter {name!r} is not described; add it under 'Args:'"
                )
            kind = typing.Annotated[hints[name], msgspec.Meta(description=described[name])]
            default = parameter.default
            fields.append((name, kind) if default is parameter.empty else (name, kind, default))
        self._arguments = msgspec.defstruct(
            "Arguments", fields, kw_only=True, forbid_unknown_fields=True
        )
        self._names = tuple(field[0] for field in fields)
        self.parameters = _schema(self._arguments)
        self.signature = (
            f"{self.name}({', '.join(_parameter(self.parameters, n) for n in self._names)})"
        )

    @classmethod
    def of_schema(
        cls,
        name: str,
        description: str,
        parameters: Mapping[str, Any],
        function: Callable[..., Any],
        *,
        final: bool = False,
        writes: bool = False,
    ) -> Tool:
        """A tool whose arguments a JSON Schema describes, for tools that tasks bring along.

        Args:
            parameters: schema of an object; arguments are checked by it (`schemas.py` says what of
                JSON Schema is understood).
            function: called as `function(env, **arguments)`; what was not given is absent.
        """
        return _SchemaTool(name, description, parameters, function, final=final, writes=writes)

    def validate(self, arguments: object) -> dict[str, Any]:
        """The arguments as keyword arguments of the method, defaults filled in.

        Raises:
            ValueError: they do not fit; the message says which argument, and what was expected.
        """
        if type(arguments) is not dict and not isinstance(arguments, Mapping):
            raise ValueError(f"the arguments must be a JSON object, not {_kind(arguments)}")
        checked = _converted(arguments, self._arguments)
        return {name: getattr(checked, name) for name in self._names}

    def openai(self) -> dict[str, Any]:
        """The tool as OpenAI's Chat Completions takes it (a fresh dict)."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": _copy(self.parameters),
            },
        }

    def __reduce__(self) -> tuple[Any, ...]:  # the struct of the arguments is made anew
        return _tool, (self.function, self.final, self.writes)

    def __repr__(self) -> str:
        return f"Tool({self.signature})"


class _SchemaTool(Tool):
    """A tool that is given its schema. The check is made when it is first called."""

    def __init__(
        self,
        name: str,
        description: str,
        parameters: Mapping[str, Any],
        function: Callable[..., Any],
        *,
        final: bool,
        writes: bool,
    ) -> None:
        self.name, self.description, self.function = name, description, function
        self.final, self.writes = final, writes
        self.parameters = dict(parameters)
        self._checked: type[msgspec.Struct] | None = None

    @property
    def signature(self) -> str:  # type: ignore[override] - made when it is needed
        """The tool as one would write a call of it."""
        named = self.parameters.get("properties", {})
        required = set(self.parameters.get("required", ()))
        shown = [
            _parameter(self.parameters, n) + ("" if n in required else " (optional)") for n in named
        ]
        return f"{self.name}({', '.join(shown)})"

    def validate(self, arguments: object) -> dict[str, Any]:
        """As `Tool.validate`; arguments that were not given are absent."""
        if type(arguments) is not dict and not isinstance(arguments, Mapping):
            raise ValueError(f"the arguments must be a JSON object, not {_kind(arguments)}")
        if self._checked is None:
            self._checked = struct_of(self.parameters)
        return msgspec.to_builtins(_converted(arguments, self._checked))

    def __reduce__(self) -> tuple[Any, ...]:
        named = (self.name, self.description, self.parameters, self.function)
        return _schema_tool, (*named, self.final, self.writes)


def _converted(arguments: Mapping[str, Any], kind: type[Any]) -> Any:
    """Arguments as a struct; 5.0 is an integer (JSON Schema, section 6.1.1 of its validation).

    Raises:
        ValueError: they do not fit.
    """
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        if _holds_floats(arguments):
            with suppress(msgspec.ValidationError):
                return msgspec.convert(_with_whole_numbers(arguments), kind)
        raise ValueError(_readable(error)) from None


def _holds_floats(value: Any, depth: int = 0) -> bool:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list) and depth < 50:
        return any(_holds_floats(item, depth + 1) for item in value)
    return type(value) is float


def _with_whole_numbers(value: Any, depth: int = 0) -> Any:
    """A value with integers in place of floats that are whole."""
    if depth > 50:
        return value
    if isinstance(value, Mapping):
        return {name: _with_whole_numbers(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item, depth + 1) for item in value]
    whole = type(value) is float and value.is_integer() and abs(value) < 2**53
    return int(value) if whole else value


def _schema_tool(*given: Any) -> Tool:
    *named, final, writes = given
    return _SchemaTool(*named, final=final, writes=writes)


def _tool(function: Callable[..., Any], final: bool, writes: bool) -> Tool:
    return Tool(function, final=final, writes=writes)


def tools_of(cls: type) -> dict[str, Tool]:
    """The tools of a class, its parents' first, in the order in which they were written."""
    found: dict[str, Tool] = {}
    for base in reversed(cls.__mro__):
        for name, function in vars(base).items():
            marks = getattr(function, _MARK, None)
            if marks is not None:
                found[name] = Tool(function, **marks)
            elif name in found:  # overridden by something that is no tool
                del found[name]
    return found


def _schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    (reference,), parts = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    components = dict(parts)
    schema = components.pop(reference["$ref"].rpartition("/")[2])
    schema.pop("title", None)
    schema.setdefault("properties", {})
    schema.setdefault("required", [])
    if components:
        schema["$defs"] = components
    return schema


def _copy(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _copy(value) for key, value in schema.items()}
    return [_copy(item) for item in schema] if isinstance(schema, list) else schema


def _parameter(schema: dict[str, Any], name: str) -> str:
    described = schema["properties"][name]
    kind = described.get("type") or ("|".join(map(str, described.get("enum", []))) or "any")
    default = f" = {described['default']!r}" if "default" in described else ""
    return f"{name}: {kind}{default}"


_WORDS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "array": "list"}


def _readable(error: msgspec.ValidationError) -> str:
    """msgspec's message in the words of JSON, with the argument's name first."""
    message, _, where = str(error).partition(" - at `$.")
    message = re.sub(r"`(\w+)`", lambda m: f"`{_WORDS.get(m[1], m[1])}`", message)
    message = message[0].lower() + message[1:]
    message = message.replace("object contains unknown field", "unknown argument")
    message = message.replace("object missing required field", "missing argument")
    return f"argument `{where.rstrip('`')}`: {message}" if where else message


def _kind(value: object) -> str:
    return {str: "a string", list: "a list", type(None): "null"}.get(type(value), "something else")
