"""Vending Machine: is the account right (verification), and what is left (sum)?

Coins and purchases, comma separated. In the verification task the last token is the balance that
is claimed. The paper's automaton believes that a coffee for 15 leaves 20 of 20; its states lag
behind the true balance, and that is how its negatives come about.
"""

from __future__ import annotations

import random
from functools import lru_cache

from .base import Draft, Language, Markov

__all__ = ["VALUES", "Vending", "VendingSum"]

VALUES = {"+5": 5, "+10": 10, "biscuit": -20, "coffee": -15, "soda": -25}
SHORTEST = 7
OVERFLOW = 0.12
"""Share of valid strings among those that the release calls overdrawn at the largest shift: so many
give the disagreement of 10.4% that was measured there (with 5% noise)."""
_COINS_AND_PRICES = (
    "+5 and +10 put so much money in; a biscuit costs 20, a coffee 15 and a soda 25, and a "
    "purchase takes its price away. The balance begins at 0."
)


@lru_cache(maxsize=16)
def _automaton(d: float, true: bool) -> Markov:
    """The rows (arXiv 2509.10414, Vending Machine); `true`: a coffee out of 20 leaves 5.

    States stand for balances of 0, 10, 20, 5, 15 and 25.
    """
    coin, cheap = 0.75 - d / 2, 0.20 + d / 2
    buy, rest = 0.40 + d / 16, 0.15 - d / 8
    ten, five = ["+10"], ["+5"]
    return Markov(
        [
            [(coin, 1, ten), (cheap, 3, five), (0.05, -1, ())],
            [(coin, 2, ten), (cheap, 4, five), (0.05, -1, ())],
            [
                (buy, 0, ["biscuit"]),
                (buy, 3 if true else 2, ["coffee"]),
                (rest, 5, five),
                (0.05, -1, ()),
            ],
            [(0.80 + d / 6, 4, ten), (0.20 - d / 6, -1, ())],
            [(coin, 0, ["coffee"]), (cheap, 5, ten), (0.05, -1, ())],
            [(buy, 0, ["soda"]), (buy, 1, ["coffee"]), (rest, 3, ["biscuit"]), (0.05, -1, ())],
        ]
    )


def _balances(tokens: list[str]) -> list[int]:
    """The balance after each token."""
    found, balance = [], 0
    for token in tokens:
        balance += VALUES[token]
        found.append(balance)
    return found


def _tokens(rng: random.Random, delta: float, *, true: bool) -> tuple[list[str], list[int]]:
    """A long enough walk, and its balances."""
    while True:
        tokens = _automaton(delta, true).walk(rng)
        if len(tokens) >= SHORTEST - 1:
            return tokens, _balances(tokens)


def _draft(tokens: list[str], claimed: int, answer: int) -> Draft:
    source = ",".join(tokens)
    return Draft(f"{source},{claimed}", answer, source)


class Vending(Language):
    """Is no purchase overdrawn, and is the claimed balance right?"""

    name = "vending"
    about = "does the account never overdraw, and end in the balance it claims?"
    kind = "FSA"
    rule = (
        "Each entry is what happened at a vending machine, in order, separated by commas. "
        f"{_COINS_AND_PRICES} The last item of the entry is the balance that is claimed at the "
        "end. The label is 1 if no purchase was made with too little money and the claimed "
        "balance is right, and 0 otherwise."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """Two accounts that exchange their balances, 5 or 10 apart; or a purchase moved too early.

        With exchanged balances every account and every balance is in both classes alike.
        """
        if rng.random() < 0.25:
            return self._too_early(rng, delta)
        one, balances = _tokens(rng, delta, true=True)
        while True:
            other, others = _tokens(rng, delta, true=True)
            if abs(balances[-1] - others[-1]) in (5, 10):
                break
        a, b = balances[-1], others[-1]
        return [_draft(one, a, 1), _draft(other, b, 1), _draft(one, b, 0), _draft(other, a, 0)]

    def _too_early(self, rng: random.Random, delta: float) -> list[Draft]:
        while True:
            tokens, balances = _tokens(rng, delta, true=True)
            moves = [
                (bought, before)
                for bought, token in enumerate(tokens)
                if VALUES[token] < 0
                for before in range(max(0, bought - 4), bought)
                if (balances[before - 1] if before else 0) + VALUES[token] < 0
            ]
            if moves:
                break
        bought, before = rng.choice(moves)
        moved = [*tokens[:bought], *tokens[bought + 1 :]]
        moved.insert(before, tokens[bought])
        ends = balances[-1]
        return [
            _draft(tokens, ends, 1),
            _draft(moved, ends, 0),
        ]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        return [self._valid(rng, delta, 1), self._overdrawn(rng, delta)]

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        overflows = delta >= 0.85 and rng.random() < OVERFLOW
        negative = self._valid(rng, delta, 0) if overflows else self._overdrawn(rng, delta)
        return [self._valid(rng, delta, 1), negative]

    def _valid(self, rng: random.Random, delta: float, answer: int) -> Draft:
        while True:
            tokens, balances = _tokens(rng, delta, true=False)
            if min(balances) >= 0:
                return _draft(tokens, balances[-1], answer)

    def _overdrawn(self, rng: random.Random, delta: float) -> Draft:
        """Claims a random earlier balance that was not overdrawn."""
        while True:
            tokens, balances = _tokens(rng, delta, true=False)
            if min(balances) < 0:
                return _draft(tokens, rng.choice([0, *(b for b in balances[:-1] if b >= 0)]), 0)

    def decide(self, text: str) -> int:
        *tokens, claimed = text.split(",")
        balance = 0
        for token in tokens:
            balance += VALUES[token]
            if balance < 0:
                return 0
        return int(str(balance) == claimed)

    def steps(self, text: str) -> list[str]:
        *tokens, claimed = text.split(",")
        said = []
        for token, balance in zip(tokens, _balances(tokens), strict=True):
            said.append(f"After {token} the balance is {balance}.")
            if balance < 0:
                return [*said, "That is overdrawn."]
        return [*said, f"The claimed balance is {claimed}."]


class VendingSum(Language):
    """What is the balance at the end? The same strings without their last number."""

    name = "vending_sum"
    about = "what is the balance at the end of the account?"
    kind = "FSA"
    binary = False
    rule = (
        "Each entry is what happened at a vending machine, in order, separated by commas. "
        f"{_COINS_AND_PRICES} The answer is the balance at the end, a whole number."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        tokens, balances = _tokens(rng, delta, true=True)
        return [Draft(",".join(tokens), balances[-1])]

    paper = hardened

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        """The query still shows the last number, and is scored against the sum with it added."""
        return [
            Draft(draft.text, _balances(draft.source.split(","))[-1] + shown)
            for draft in VENDING.released(rng, delta)
            for shown in [int(draft.text.rpartition(",")[2])]
        ]

    def decide(self, text: str) -> int:
        balance = 0
        for token in text.split(","):
            balance += VALUES.get(token, 0)
        return balance

    def steps(self, text: str) -> list[str]:
        tokens = [token for token in text.split(",") if token in VALUES]
        return [
            f"After {token} the balance is {balance}."
            for token, balance in zip(tokens, _balances(tokens), strict=True)
        ]


VENDING = Vending()
