"""Reversal: is the right side the left side, token by token, backwards?

The tokens have several characters, one of them is not ASCII, and none begins another. The release
makes some of its negatives by reversing the copy: about a seventh of them are true reverses.
"""

from __future__ import annotations

import random
from functools import lru_cache

from .base import Draft, Language, Markov

__all__ = ["TOKENS", "Reversal"]

TOKENS = ("gfx", "chtte", "%", "ltintprk", "¯\\_(ツ)_/¯")
SHORTEST = 6
_SHIFTED = {
    0.0: (0.30, 0.10, 0.30),
    0.2: (0.25, 0.16, 0.08),
    0.45: (0.22, 0.18, 0.06),
    0.65: (0.20, 0.19, 0.04),
    0.85: (0.19, 0.19, 0.02),
}
"""Weights of the same token, of each other, and of stopping (arXiv 2509.10414, Reversal)."""


@lru_cache(maxsize=16)
def _automaton(delta: float) -> Markov:
    """State i wrote token i; the last state is the start."""
    same, other, stop = _SHIFTED[delta]
    rows = [
        [*((same if to == at else other, to, [TOKENS[to]]) for to in range(5)), (stop, -1, ())]
        for at in range(5)
    ]
    return Markov([*rows, [(1.0, to, [TOKENS[to]]) for to in range(5)]])


class Reversal(Language):
    """A stack decides it: push the left side, pop for each token of the right one."""

    name = "reversal"
    about = "is the right side the left side reversed?"
    kind = "PDA"
    rule = (
        "Each entry is a left side and a right side with a # between them. Both sides are made of "
        f"the tokens {' and '.join((', '.join(TOKENS[:-1]), TOKENS[-1]))}, with nothing between "
        "them. The label is 1 if the right side has exactly the tokens of the left side in "
        "reverse order, and 0 otherwise."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """The reverse, and the reverse with two unequal tokens exchanged."""
        while True:
            left = self._left(rng, delta)
            if len(set(left)) > 1:
                break
        right = left[::-1]
        wrong = right.copy()
        while wrong == right:
            a, b = rng.randrange(len(right)), rng.randrange(len(right))
            wrong[a], wrong[b] = wrong[b], wrong[a]
        return [_draft(left, right, 1), _draft(left, wrong, 0)]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        left = self._left(rng, delta)
        wrong = _noisy(left, rng)
        while wrong == left[::-1]:
            wrong = _noisy(left, rng)
        return [_draft(left, left[::-1], 1), _draft(left, wrong, 0)]

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        left = self._left(rng, delta)
        return [_draft(left, left[::-1], 1), _draft(left, _noisy(left, rng), 0)]

    def _left(self, rng: random.Random, delta: float) -> list[str]:
        while True:
            tokens = _automaton(delta).walk(rng, state=5)
            if len(tokens) >= SHORTEST:
                return tokens

    def decide(self, text: str) -> int:
        left, _, right = text.partition("#")
        stack, rest = [], left
        while rest:
            token = next((t for t in TOKENS if rest.startswith(t)), None)
            if token is None:
                return 0
            stack.append(token)
            rest = rest[len(token) :]
        rest = right
        while stack:
            token = stack.pop()
            if not rest.startswith(token):
                return 0
            rest = rest[len(token) :]
        return int(not rest)

    def steps(self, text: str) -> list[str]:
        left, _, right = text.partition("#")
        said, rest = [], right
        for token in reversed(_split(left)):
            if not rest.startswith(token):
                return [*said, f"Next should come {token}, but it does not."]
            said.append(f"{token} comes next, as it should.")
            rest = rest[len(token) :]
        return [*said, "Something is left over." if rest else "Nothing is left over."]


def _draft(left: list[str], right: list[str], answer: int) -> Draft:
    source = "".join(left)
    return Draft(f"{source}#{''.join(right)}", answer, source)


def _noisy(left: list[str], rng: random.Random) -> list[str]:
    """Up to three changes to a copy of the left side, each followed by another with chance 2/3."""
    right = left.copy()
    for _ in range(3):
        change = rng.randrange(3)
        if change == 0 and right:
            del right[rng.randrange(len(right))]
        elif change == 1 and right:
            right[rng.randrange(len(right))] = rng.choice(TOKENS)
        else:
            right.reverse()
        if rng.random() >= 2 / 3:
            break
    return right


def _split(side: str) -> list[str]:
    tokens = []
    while side:
        token = next(t for t in TOKENS if side.startswith(t))
        tokens.append(token)
        side = side[len(token) :]
    return tokens
