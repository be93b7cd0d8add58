"""PARITY: is the number of zeros even?

The release draws `randint(0, 1)` where a uniform number is meant, so its probabilities never
matter: label 1 is exactly `(01*0)+` and label 0 is `0(01*0)*`, whatever the shift.
"""

from __future__ import annotations

import random
from functools import lru_cache

from .base import Draft, Language, Markov

__all__ = ["Parity"]

SHORTEST = 4


@lru_cache(maxsize=16)
def _automata(delta: float) -> tuple[Markov, Markov]:
    """For label 1 and label 0 (mirrored); both begin with a zero on the tape, in state 0."""
    stay, leave = (delta, 0.9 - delta) if delta else (0.2, 0.7)
    even = Markov(
        [[(stay, 0, "1"), (1 - stay, 1, "0")], [(leave, 0, "0"), (stay, 1, "1"), (0.1, -1, "")]]
    )
    odd = Markov(
        [[(leave, 0, "1"), (stay, 1, "0"), (0.1, -1, "")], [(stay, 0, "0"), (1 - stay, 1, "1")]]
    )
    return even, odd


class Parity(Language):
    """Two states; a zero switches, a one stays (arXiv 2509.10414, PARITY)."""

    name = "parity"
    about = "is the number of zeros even?"
    kind = "FSA"
    rule = (
        "Each entry is a string of zeros and ones. Its label is 1 if the number of zeros in it is "
        "even, and 0 if it is odd."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """A string and the same with one bit flipped.

        Half of the strings had a bit flipped before, so either automaton stands behind either
        label equally often, at the same mean number of flips.
        """
        source = rng.randrange(2)
        text = self._text(_automata(delta)[source], rng)
        even = source == 0
        if rng.random() < 0.5:
            text, even = _flipped(text, rng), not even
        return [Draft(text, int(even)), Draft(_flipped(text, rng), int(not even))]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        even, odd = _automata(delta)
        return [Draft(self._text(even, rng), 1), Draft(self._text(odd, rng), 0)]

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        return [Draft(_by_coin("", "0", rng), 1), Draft(_by_coin("0", "", rng), 0)]

    def _text(self, automaton: Markov, rng: random.Random) -> str:
        while True:
            text = "0" + "".join(automaton.walk(rng))
            if len(text) >= SHORTEST:
                return text

    def decide(self, text: str) -> int:
        even = True
        for bit in text:
            if bit == "0":
                even = not even
        return int(even)

    def steps(self, text: str) -> list[str]:
        said, zeros = [], 0
        for place, bit in enumerate(text, start=1):
            if bit == "0":
                zeros += 1
                said.append(f"Place {place} holds zero number {zeros}.")
        return [*said, f"That makes {zeros} zeros."]


def _flipped(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text))
    return text[:place] + ("1" if text[place] == "0" else "0") + text[place + 1 :]


def _by_coin(first: str, again: str, rng: random.Random) -> str:
    """Blocks `01*0`, every choice a fair coin: `first`, then at least one block if `again`."""
    while True:
        text, more = first, bool(again) or rng.random() < 0.5
        while more:
            text += "0"
            while rng.random() < 0.5:
                text += "1"
            text += "0"
            more = rng.random() < 0.5
        if len(text) >= SHORTEST:
            return text
