"""Pattern Matching: does `abcabb` occur?"""

from __future__ import annotations

import random
from functools import lru_cache

from .base import Draft, Language, Markov

__all__ = ["PATTERN", "Pattern"]

PATTERN = "abcabb"
SHORTEST = 8
_Row = list[tuple[float, int, str]]


def _rows(d: float) -> list[_Row]:
    """The automaton's rows under shift `d` (arXiv 2509.10414, Pattern Matching)."""
    return [
        [(0.20 - d / 6, 0, "bc"), (0.80 + d / 6, 1, "a")],
        [(0.10 - d / 12, 0, "c"), (0.10 - d / 12, 1, "a"), (0.80 + d / 6, 2, "b")],
        [(0.10 + d / 6, 0, "b"), (0.15 + d / 6, 1, "a"), (0.75 - d / 3, 3, "c")],
        [(0.25 - d / 5, 0, "bc"), (0.75 + d / 5, 4, "a")],
        [(0.10 + d / 8, 0, "c"), (0.20 + d / 8, 1, "a"), (0.70 - d / 4, 5, "b")],
        [(0.15 + d / 6, 1, "a"), (0.10 + d / 6, 3, "c"), (0.75 - d / 3, 6, "b")],
        [(0.80 + d / 6, 6, "abc"), (0.20 - d / 6, -1, "")],
    ]


@lru_cache(maxsize=16)
def _automata(delta: float) -> tuple[Markov, Markov]:
    """For label 1, and for label 0: the same rows, the last one first."""
    rows = _rows(delta)
    return Markov(rows), Markov([rows[-1], *rows[:-1]])


class Pattern(Language):
    """Knuth, Morris and Pratt's automaton of the pattern (arXiv 2509.10414, Pattern Matching)."""

    name = "pattern"
    about = "does abcabb occur in the string?"
    kind = "FSA"
    rule = (
        "Each entry is a string of the letters a, b and c. Its label is 1 if the letters "
        f"{PATTERN} occur in it one right after another, and 0 if they occur nowhere."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """Two strings with the same pairs of neighbours, each equally often, in the same frame.

        One holds `abc|abb` and `xyc|avb`, the other `abc|avb` and `xyc|abb`: the second halves are
        exchanged, and nothing shorter than four letters tells the two apart. Decoys one letter away
        from the pattern are in both.
        """
        while True:
            frame = self._text(_automata(delta)[0], rng, 14)
            for _ in range(rng.randrange(3)):
                frame = _laid(frame, rng.randrange(len(frame) - 5), _decoy(rng))
            frame = _without(frame, rng)
            first = rng.randrange(len(frame) - 11)
            second = rng.randrange(first + 6, len(frame) - 5)
            if rng.random() < 0.5:
                first, second = second, first
            near, ending = rng.choice(("aac", "acc", "bbc", "cbc")), rng.choice(("aab", "acb"))
            yes = _laid(_laid(frame, first, PATTERN), second, near + ending)
            no = _laid(_laid(frame, first, "abc" + ending), second, near + "abb")
            if PATTERN not in no:
                return [Draft(yes, 1), Draft(no, 0)]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        with_it, without = _automata(delta)
        negative = self._text(without, rng, SHORTEST)
        while PATTERN in negative:
            negative = self._text(without, rng, SHORTEST)
        return [Draft(self._text(with_it, rng, SHORTEST), 1), Draft(negative, 0)]

    released = paper

    def _text(self, automaton: Markov, rng: random.Random, shortest: int) -> str:
        while True:
            text = "".join(automaton.walk(rng))
            if len(text) >= shortest:
                return text

    def decide(self, text: str) -> int:
        state, steps = 0, _TABLE
        for letter in text:
            state = steps[state][letter]
            if state == len(PATTERN):
                return 1
        return 0

    def steps(self, text: str) -> list[str]:
        said, state, best = [], 0, 0
        for place, letter in enumerate(text, start=1):
            state = _TABLE[state][letter]
            if state > best:
                best = state
                said.append(f"At place {place} the first {best} letters of {PATTERN} are matched.")
            if state == len(PATTERN):
                return [*said, "The whole pattern is found."]
        return [*said, "The end is reached, and the whole pattern was not found."]


def _table() -> list[dict[str, int]]:
    """For each count of matched letters and each next letter, the count that is matched then."""
    table: list[dict[str, int]] = []
    for matched in range(len(PATTERN)):
        row = {}
        for letter in "abc":
            read = PATTERN[:matched] + letter
            row[letter] = next(
                n for n in range(len(read), -1, -1) if read[len(read) - n :] == PATTERN[:n]
            )
        table.append(row)
    return table


_TABLE = _table()


def _laid(text: str, place: int, part: str) -> str:
    return text[:place] + part + text[place + len(part) :]


def _decoy(rng: random.Random) -> str:
    """The pattern with one letter changed."""
    place = rng.randrange(len(PATTERN))
    return _laid(PATTERN, place, rng.choice([c for c in "abc" if c != PATTERN[place]]))


def _without(text: str, rng: random.Random) -> str:
    """The text with a letter changed in each place where the pattern occurs."""
    while (place := text.find(PATTERN)) >= 0:
        text = _laid(text, place, _decoy(rng))
    return text
