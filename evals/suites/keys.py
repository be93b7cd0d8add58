"""From tables of TOML to structs, with errors that name the key and the choices."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from ...envs.core import UsageError

T = TypeVar("T", bound=msgspec.Struct)

_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def taken(kind: type[T], given: Any, where: str) -> T:
    """A table as a struct.

    Raises:
        UsageError: a key is unknown, missing or of another type; the message names it.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"{where} is {given!r}; expected a table")
    fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
    check_keys(given, fields, where)
    missing = [name for name, field in fields.items() if field.required and name not in given]
    if missing:
        raise UsageError(f"{where} lacks the key {missing[0]!r}; it takes {', '.join(fields)}")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {_said(str(error))}") from None


def check_keys(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raises UsageError where a key is not among those that are known."""
    for key in given:
        if key not in known:
            raise UsageError(f"{where} has no key {key!r}; {choices(key, known)}")


def choices(given: str, known: Collection[str]) -> str:
    """`did you mean 'x'? Expected one of x, y`."""
    close = difflib.get_close_matches(given, [str(each) for each in known], n=1)
    hint = f"did you mean {close[0]!r}? Expected " if close else "expected "
    return f"{hint}one of {', '.join(map(str, known))}" if known else "expected none"


def _said(error: str) -> str:
    """msgspec's sentence in the words of TOML: `trials: expected a whole number, got a text`."""
    sentence, _, path = error.partition(" - at `$")
    sentence = re.sub(r"`([^`]*)`", _worded, sentence)
    sentence = sentence[:1].lower() + sentence[1:]
    key = re.sub(r"^\.", "", path.rstrip("`"))
    return f"{key}: {sentence}" if key else sentence


def _worded(match: re.Match[str]) -> str:
    names = [name for name in match[1].split(" | ") if name != "null"]
    return " or ".join(_KINDS.get(name, name) for name in names) or "nothing"
