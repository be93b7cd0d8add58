"""The values that a text states, and whether other texts hold them.

values_in("Cancel QK7T2M, says Ada Lund.")      # ["QK7T2M", "Ada Lund"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .matching import normalised

_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_WORDS = {word: str(number) for number, word in enumerate(_NUMBERS)}
_CODE = re.compile(r"[^\s\"“”<>()\[\]{}]*\d[^\s\"“”<>()\[\]{}]*|\S+@\S+")
_QUOTED = re.compile(r"[\"“]([^\"“”]{1,80})[\"”]")
_NAME = re.compile(r"(?<=[a-z0-9,;] )[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
_NO_NAME = {"i", "i'm", "i’m", "i'd", "i'll", "i've", "ok", "okay", "no", "yes"}
_EDGE = ".,;:!?'’$€£%#*`"


def values_in(text: str) -> list[str]:
    """The values that a text states: codes and numbers, e-mail addresses, quotations, names."""
    found = [match.strip(_EDGE) for match in _CODE.findall(text)]
    found += _QUOTED.findall(text)
    found += [name for name in _NAME.findall(text) if name.casefold() not in _NO_NAME]
    return list(dict.fromkeys(value for value in found if value))


class Words:
    """Texts in which values are looked for as whole words, figures and number words alike."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = " "
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Take in one more text."""
        self._text += f"{_plain(text)} | "

    def hold(self, value: str) -> bool:
        """Whether the value stands in one of the texts."""
        plain = _plain(value)
        return not plain or f" {plain} " in self._text


def _plain(text: str) -> str:
    words = normalised(text).replace(",", " ").replace("$", " ").split()
    return " ".join(_WORDS.get(word, word) for word in words)
