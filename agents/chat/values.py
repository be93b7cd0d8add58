"""Values out of a server's JSON, as they can be stored, sent again and shown."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ..base import InfrastructureError
from ..secrets import hide, holds_key

MOST_CHARACTERS = 4_000_000
"""The most characters of one reply. The longest that models write today have 128,000 tokens."""


def storable(value: Any) -> Any:
    """A value out of JSON as it can be stored and sent again: without keys, whatever a server says.

    Raises:
        InfrastructureError: it holds what JSON of ours cannot, such as a number of 40 digits.
    """
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return storable(encodable(value))
    except (ValueError, OverflowError, RecursionError, TypeError) as error:
        raise InfrastructureError(f"the server's reply cannot be kept: {error}") from None
    if len(text) > 2 * MOST_CHARACTERS:
        raise InfrastructureError(f"the reply has {len(text):,} bytes; no model writes so many")
    return msgspec.json.decode(hide(text.decode())) if holds_key(text) else value


def shown(value: Any) -> str:
    """The beginning of what a server sent, for messages; keys are hidden before it is cut."""
    return hide(value if isinstance(value, str) else repr(value))[:200]


def encodable(value: Any) -> Any:
    """A value out of JSON without halves of surrogate pairs: they can be read, never written."""
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.loads(whole(json.dumps(value, ensure_ascii=False)))
    return value


def whole(text: str) -> str:
    """Text without halves of surrogate pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_json(arguments: Any) -> str:
    """Arguments of a tool call as the API takes them; what is text already stays as it is."""
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False)
