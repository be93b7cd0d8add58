"""A text that a regular expression matches, drawn at random, with a wanted length.

Python's own parser reads the expression; a few lines walk over its tree. What it cannot draw (look
around, back references) gives None, and whoever asked lets the pattern go.
"""

from __future__ import annotations

import random
import re
import string
from functools import lru_cache
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

__all__ = ["matching"]

_LETTERS = string.ascii_lowercase
_ANY = string.ascii_lowercase + string.digits
_CLASSES = {
    sre.CATEGORY_DIGIT: string.digits,
    sre.CATEGORY_WORD: _ANY + "_",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: _ANY,
    sre.CATEGORY_NOT_DIGIT: _LETTERS,
    sre.CATEGORY_NOT_WORD: "-",
}
_NICE = set(string.ascii_lowercase + string.digits)


class _Beyond(Exception):
    """A part of an expression that nothing is drawn for, such as a look-ahead."""


@lru_cache(maxsize=1 << 14)
def _tree(pattern: str) -> Any:
    try:
        return sre.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def matching(pattern: str, rng: random.Random, low: int = 0, high: int = 64) -> str | None:
    """A text that matches, of `low` to `high` characters where the expression allows it."""
    tree = _tree(pattern)
    if tree is None:
        return None
    for want in (max(low, 8), max(low, 12), max(low, 3), high):
        try:
            text = _draw(tree, rng, min(want, high))
        except (KeyError, _Beyond, RecursionError, IndexError):
            return None
        if low <= len(text) <= high and re.search(pattern, text):
            return text
    return None


def _draw(tree: Any, rng: random.Random, want: int) -> str:
    out = []
    for kind, value in tree:
        if kind is sre.LITERAL:
            out.append(chr(value))
        elif kind is sre.ANY:
            out.append(rng.choice(_ANY))
        elif kind is sre.NOT_LITERAL:
            out.append(rng.choice([c for c in _ANY if ord(c) != value]))
        elif kind is sre.IN:
            out.append(rng.choice(_members(value)))
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", None)):
            low, high, inner = value
            most = min(int(high), max(int(low), want, 1), int(low) + 40)
            several = rng.randint(min(max(int(low), min(want, most)), most), most)
            out += [_draw(inner, rng, 3) for _ in range(several)]
        elif kind is sre.SUBPATTERN:
            out.append(_draw(value[3], rng, want))
        elif kind is sre.BRANCH:
            out.append(_draw(rng.choice(value[1]), rng, want))
        elif kind is sre.AT:
            continue
        else:
            raise _Beyond(kind)
    return "".join(out)


def _members(items: Any) -> list[str]:
    negated, chosen = False, []
    for kind, value in items:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            chosen.append(chr(value))
        elif kind is sre.RANGE:
            chosen += [chr(c) for c in range(value[0], min(value[1], value[0] + 128) + 1)]
        elif kind is sre.CATEGORY:
            chosen += _CLASSES[value]
        else:
            raise _Beyond(kind)
    if negated:
        chosen = [c for c in _ANY if c not in set(chosen)]
    nice = [c for c in chosen if c in _NICE]
    return nice or [c for c in chosen if c.isprintable()] or chosen
