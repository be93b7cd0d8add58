"""Words for predicates and types that only have an identifier: "birthPlace" -> "birth place"."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["local_name", "phrases", "words_of"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-.]+|\s+")
_VERBS = ("is", "was", "are", "were", "has", "had", "have", "can", "does", "did")
_PREPOSITIONS = ("in", "of", "by", "at", "on", "to", "from", "with", "for", "as", "after", "into")


def local_name(identifier: str) -> str:
    """The last part of an address: "http://x.example/onto#birthPlace" -> "birthPlace"."""
    tail = re.split(r"[/#]", identifier.rstrip("/#"))[-1]
    return unquote(tail) or identifier


def words_of(name: str) -> str:
    """An identifier or label as lower-case words; what is written in capitals stays so."""
    words = [word for word in _CAMEL.split(name.strip()) if word]
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)


def phrases(words: str) -> tuple[str, str]:
    """What completes a sentence about the subject, and about the object; "" if there is no such.

    "birth place" -> "has the birth place {}", "is the birth place of {}";
    "located in" -> "is located in {}"; "wrote" cannot be told from a noun: "has the wrote {}".
    """
    first, last = words.split(" ", 1)[0], words.rsplit(" ", 1)[-1]
    if first in ("has", "had") and " " in words:
        rest = words.split(" ", 1)[1]
        if rest.rsplit(" ", 1)[-1] not in _PREPOSITIONS:
            return f"{first} the {rest} {{}}", f"is the {rest} of {{}}"
    if first in _VERBS:
        return f"{words} {{}}", ""
    if last in _PREPOSITIONS:
        return f"is {words} {{}}", ""
    return f"has the {words} {{}}", f"is the {words} of {{}}"
