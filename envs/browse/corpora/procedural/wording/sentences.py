"""How sentences are kept, and the plain ones that every predicate has from its phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ....corpus import Kind
from ..schema import PREDICATES

__all__ = ["Wording", "compiled", "positional"]


class Wording(NamedTuple):
    """Sentences about one predicate.

    Attributes:
        own: on the page of the fact's subject.
        other: on the page of the fact's object.
        many: on the page of the object, about several subjects at once.
    """

    own: tuple[str, ...]
    other: tuple[str, ...] = ()
    many: tuple[str, ...] = ()


_FIELDS = {"S": "0", "s": "1", "P": "2", "p": "3", "v": "4", "o": "5"}
_FIELD = re.compile(r"\{([SsPpvo])\}")


def compiled(wordings: Mapping[int, Wording]) -> tuple[Wording, ...]:
    """Wordings for all predicates, with the plain sentences added and fields made positional."""
    return tuple(
        _compiled(number, wordings.get(number, Wording((), (), ())))
        for number in range(len(PREDICATES))
    )


def _compiled(number: int, wording: Wording) -> Wording:
    predicate = PREDICATES[number]
    own, other, many = wording
    # A date brings its own preposition.
    bare = predicate.phrase
    if predicate.kind == Kind.DATE:
        bare = bare.replace(" on {}", " {}").replace(" in {}", " {}")
    own = (*own, "{S} " + bare.replace("{}", "{v}") + ".")
    if predicate.kind == Kind.ENTITY:
        other = (*other, "{S} " + predicate.inverse.replace("{}", "{v}") + ".")
        many = (*many, "{S} " + predicate.inverse.replace("{}", "{v}") + ".")
    return Wording(*(tuple(positional(s) for s in group) for group in (own, other, many)))


def positional(sentence: str) -> str:
    """A sentence whose fields are numbered `S, s, P, p, v, o`, for a quick `str.format`."""
    return _FIELD.sub(lambda match: "{" + _FIELDS[match[1]] + "}", sentence)
