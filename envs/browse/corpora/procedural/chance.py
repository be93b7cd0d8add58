"""Chance, the same everywhere: from `Random.random`, whose stream Python promises to keep."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["Chance"]

T = TypeVar("T")


class Chance:
    """Draws from one named stream.

    `random.Random` promises that `random()` gives the same numbers for the same seed in every
    version of Python; it promises nothing of `choice`, `shuffle` or `randint`.
    """

    __slots__ = ("random",)

    def __init__(self, seed: int, stream: str) -> None:
        self.random = Random(f"palestra/{seed}/{stream}").random

    def below(self, n: int) -> int:
        """A whole number in `0..n-1`."""
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        """A whole number in `low..high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def skewed(self, items: Sequence[T]) -> T:
        """One of the items, the first ones much more often."""
        return items[int(self.random() * self.random() * len(items))]

    def shuffle(self, items: list[T]) -> None:
        """Into random order, in place (Fisher and Yates)."""
        random = self.random
        for i in range(len(items) - 1, 0, -1):
            j = int(random() * (i + 1))
            items[i], items[j] = items[j], items[i]
