"""What the name of an operation says: verb, noun, and the kind of what it does."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..catalogue import Api
from .rules import kind_of, singular, words

__all__ = ["Parsed", "parsed"]

_CUT = ("batch", "admin", "bulk", "async", "internal")
"""Words before the verb: how, not what. Batches take lists of structures and make no tools."""


class Parsed(NamedTuple):
    """An operation, read."""

    api: Api
    verb: str
    noun: tuple[str, ...]
    """In the singular: `("vpc", "endpoint")`."""
    owner: tuple[str, ...]
    """Of Google's: the resource that the method stands under, in the singular; else the noun."""
    kind: str


def parsed(api: Api) -> Parsed | None:
    """The operation read by `rules.py`; None where no rule decides."""
    if api.source == "google":
        path = api.name.split(".")[1:]
        method = words(path[-1])
        owner = _noun(words(path[-2])) if len(path) > 1 else ()
    else:
        method, owner = words(re.sub(r"V\d+$", "", api.name)), ()
        if len(method) < 2 and not owner:
            return None
    if not method or (method[0] in _CUT and method[0] != "admin"):
        return None
    if method[0] == "admin":
        method = method[1:]
    if not method:
        return None
    kind = kind_of(method[0])
    if kind is None:
        return None
    noun = _noun(method[1:]) or owner
    if method[0] == "aggregated":
        noun = owner
    if not noun:
        return None
    return Parsed(api, method[0], noun, owner or noun, kind)


def _noun(found: tuple[str, ...]) -> tuple[str, ...]:
    return (*found[:-1], singular(found[-1])) if found else ()
