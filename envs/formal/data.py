"""Sets of labelled strings: balanced, without duplicates, split so that twins never part.

    train = items("parity", "hardened", "train")
    train[0]                        # Item(text=..., clean=1, label=1)
    items("parity", "hardened", "test", delta=0.45)[999]

A set grows as far as it is looked at. In `paper` and `hardened` a string belongs to the training
or the test side by a hash of what its twins share (or of itself), so no test string, nor the twin
of one, is ever shown as an exemplar, whatever the seed. `released` draws all, shuffles and cuts, as
the release did: twins part, and shifted sets repeat strings of the training set.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ..core import UsageError, check_among
from .languages import DELTAS, LANGUAGES, MODES, Draft, Language
from .verify import verify

__all__ = ["EVALUATED", "SIZES", "Item", "Items", "items", "noise_of"]

SIZES = {"train": 3000, "validation": 500, "test": 2000}
"""Strings of each part (arXiv 2509.10414, data); a shifted test set has 3,000."""
SHIFTED = 3000
EVALUATED = 1000
"""Of each test set, the first so many are asked."""
_BLOCK = 100


class Item(NamedTuple):
    """One labelled string."""

    text: str
    clean: int
    """The right answer, by `verify`."""
    label: int
    """The answer that the set gives: with noise, and with the generator's mistakes."""


def noise_of(mode: str, language: str, noise: float | None) -> float:
    """The share of flipped labels: as asked for, or else the mode's own (none when hardened)."""
    if noise is not None:
        return noise
    if mode == "released":
        return LANGUAGES[language].released_noise
    return 0.05 if mode == "paper" else 0.0


class Items(Sequence[Item]):
    """One part of one language's data: `size` strings of a stream, from `first` on."""

    def __init__(self, stream: _Stream, first: int, size: int) -> None:
        self._stream, self._first, self._size = stream, first, size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._size))]
        if not -self._size <= index < self._size:
            raise IndexError(index)
        return self._stream.at(self._first + index % self._size)


class _Stream:
    """Strings in order, made in blocks when they are looked at."""

    def __init__(self, blocks: Iterator[list[Item]]) -> None:
        self._blocks, self._made = blocks, []

    def at(self, index: int) -> Item:
        while len(self._made) <= index:
            self._made += next(self._blocks)
        return self._made[index]


def items(
    language: str,
    mode: str = "hardened",
    part: str = "train",
    delta: float = 0.0,
    *,
    noise: float | None = None,
    seed: int = 0,
) -> Items:
    """The strings of one part.

    Args:
        language: one of `LANGUAGES`.
        mode: one of `MODES`.
        part: `train`, `validation` or `test`.
        delta: the shift, of `test` only.
        noise: share of flipped labels; None for the mode's own.
        seed: another seed gives other strings.

    Raises:
        UsageError: one of them does not exist.
    """
    check_among("language", language, LANGUAGES)
    check_among("mode", mode, MODES)
    check_among("part", part, SIZES)
    if delta not in DELTAS:
        known = ", ".join(map(str, DELTAS))
        raise UsageError(f"option 'delta' is {delta!r}; expected one of {known}")
    if delta and part != "test":
        raise UsageError(f"the part {part!r} is never shifted; delta must be 0")
    share = noise_of(mode, language, noise)
    size = SHIFTED if delta else SIZES[part]
    if mode == "released":
        first = 0 if part == "train" or delta else SIZES["train"]
        if part == "validation":  # the release has none: test strings that it does not evaluate
            first += EVALUATED
        return Items(_released(language, float(delta), share, seed), first, size)
    stream = _twinned(language, mode, part != "test", float(delta), share, seed)
    return Items(stream, SIZES["train"] if part == "validation" else 0, size)


@lru_cache(maxsize=48)
def _twinned(
    language: str, mode: str, train: bool, delta: float, noise: float, seed: int
) -> _Stream:
    return _Stream(_blocks(LANGUAGES[language], mode, train, delta, noise, seed))


def _blocks(
    language: Language, mode: str, train: bool, delta: float, noise: float, seed: int
) -> Iterator[list[Item]]:
    """Whole groups of one side, shuffled within blocks: any beginning is nearly balanced."""
    name = f"{language.name} {mode} {'train' if train else 'test'} {delta} {seed}"
    rng, order, flips = (random.Random(f"{name} {what}") for what in ("draw", "order", "noise"))
    seen: set[str] = set()
    while True:
        block: list[Item] = []
        while len(block) < _BLOCK:
            group = language.group(mode, rng, delta)
            texts = {draft.text for draft in group}
            if (
                len(texts) < len(group)
                or not seen.isdisjoint(texts)
                or any(_to_train(draft.source or draft.text) != train for draft in group)
            ):
                continue
            seen |= texts
            block += [_labelled(language, draft, noise, flips) for draft in group]
            if any(
                drawn.answer != item.clean
                for drawn, item in zip(group, block[-len(group) :], strict=True)
            ):
                raise RuntimeError(f"generator and verifier of {language.name} disagree: {group}")
        order.shuffle(block)
        yield block


def _to_train(source: str) -> bool:
    return hashlib.blake2b(source.encode(), digest_size=1).digest()[0] < 128


def _labelled(language: Language, draft: Draft, noise: float, rng: random.Random) -> Item:
    label = draft.answer
    if rng.random() < noise:
        label = 1 - label if language.binary else label + rng.choice((-10, -5, 5, 10))
    return Item(draft.text, verify(language.name, draft.text), label)


@lru_cache(maxsize=48)
def _released(language: str, delta: float, noise: float, seed: int) -> _Stream:
    """All of a set: as many of each label, no duplicates within a label, then shuffled."""
    spoken = LANGUAGES[language]
    rng = random.Random(f"{language} released {delta} {seed}")
    wanted = SHIFTED if delta else SIZES["train"] + SIZES["test"]
    quota: dict[int | None, int] = (
        {0: wanted // 2, 1: wanted // 2} if spoken.binary else {None: wanted}
    )
    seen: set[tuple[int | None, str]] = set()
    drawn: list[Item] = []
    while any(quota.values()):
        for draft in spoken.released(rng, delta):
            label = draft.answer if spoken.binary else None
            if quota[label] and (label, draft.text) not in seen:
                quota[label] -= 1
                seen.add((label, draft.text))
                drawn.append(_labelled(spoken, draft, noise, rng))
    rng.shuffle(drawn)
    return _Stream(iter([drawn]))
