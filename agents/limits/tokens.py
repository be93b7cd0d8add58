"""How many tokens a call will take: by its characters, corrected by what calls took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PER_CHARACTER = 0.3
_REPLY, _LONGEST_REPLY = 1024, 4096
_WEIGHT = 0.1
_IMAGE = 5_000
"""The most characters that an image counts as: about 1,500 tokens, whatever its bytes."""


class TokenEstimate:
    """Tokens of calls to one provider. The first guesses are on the high side."""

    def __init__(self) -> None:
        self._per_character = _PER_CHARACTER
        self._reply: float | None = None

    def of(self, request: Mapping[str, Any]) -> tuple[float, float, int]:
        """Tokens of a request and of its reply, and the request's characters."""
        characters = characters_in(request)
        given = request.get("max_tokens") or request.get("max_output_tokens")
        most = given or (_REPLY if self._reply is None else self._reply)
        reply = min(most, _LONGEST_REPLY) if self._reply is None else min(most, self._reply)
        return characters * self._per_character, float(reply), characters

    def learn(self, characters: int, input_tokens: int, output_tokens: int) -> None:
        """Correct the estimate by a call's usage."""
        if characters and input_tokens:
            found = input_tokens / characters
            self._per_character += _WEIGHT * (found - self._per_character)
        if input_tokens or output_tokens:
            before = output_tokens if self._reply is None else self._reply
            self._reply = before + _WEIGHT * (output_tokens - before)


def characters_in(value: Any) -> int:
    """Characters of all texts in a request, names of fields included; images count as few."""
    if isinstance(value, str):
        return min(len(value), _IMAGE) if value.startswith("data:image/") else len(value)
    if isinstance(value, Mapping):
        return sum(len(key) + 4 + characters_in(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return sum(map(characters_in, value))
    return 2
