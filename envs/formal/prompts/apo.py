"""Automatic prompt optimisation, as ProTeGi does it (arXiv 2305.03495), with the paper's sizes.

    best = optimise(Book("parity", style="apo", shots=10), ask, answer)

A beam of prompts is criticised, edited and paraphrased by a model (`ask`), and thinned out by
successive rejects on a minibatch that no query and no exemplar is of.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..data import Item
from ..exemplars import POOL
from .book import Book
from .reading import read_answer

__all__ = ["Sizes", "optimise"]

Ask = Callable[[str], str]
"""A model's reply to one text."""
Answer = Callable[[Book, Sequence[str]], Sequence[str]]
"""An agent's replies to the queries of a book."""


@dataclass(frozen=True)
class Sizes:
    """How hard to try (arXiv 2509.10414, APO)."""

    beam: int = 4
    depth: int = 6
    minibatch: int = 64
    errors: int = 4
    reasons: int = 4
    paraphrases: int = 2
    candidates: int = 8
    budget: int = 12
    """Evaluations of a minibatch's slice in each round of successive rejects."""


def optimise(
    book: Book, ask: Ask, answer: Answer, sizes: Sizes | None = None, seed: int = 0
) -> str:
    """The prompt that answers best on training strings that are never shown as exemplars.

    Args:
        book: where to begin; its style must be `apo`.
        ask: criticises, edits and paraphrases.
        answer: answers queries under a prompt.
        sizes: the paper's unless given.
        seed: of the choice of strings.
    """
    sizes = sizes or Sizes()
    rng = random.Random(f"apo {book.language} {seed}")
    pool = book.train[POOL:]
    beam = [book.instruction]
    for _ in range(sizes.depth):
        batch = rng.sample(pool, min(sizes.minibatch, len(pool)))
        found = list(beam)
        for prompt in beam:
            found += _expanded(book, prompt, batch, ask, answer, sizes, rng)
        kept = list(dict.fromkeys(found))
        if len(kept) > sizes.candidates:
            kept = [*beam, *rng.sample(kept[len(beam) :], sizes.candidates)]
        beam = _best(book, kept, batch, answer, sizes)
    return beam[0]


def _under(book: Book, prompt: str) -> Book:
    return Book(
        book.language, mode=book.mode, style="apo", shots=book.shots, policy=book.policy,
        seed=book.seed, prompt=prompt,
    )  # fmt: skip


def _wrong(
    book: Book, prompt: str, batch: Sequence[Item], answer: Answer
) -> list[tuple[Item, str]]:
    replies = answer(_under(book, prompt), [item.text for item in batch])
    return [
        (item, reply)
        for item, reply in zip(batch, replies, strict=True)
        if read_answer(reply) != item.label
    ]


def _expanded(
    book: Book, prompt: str, batch: Sequence[Item], ask: Ask, answer: Answer, sizes: Sizes,
    rng: random.Random,
) -> list[str]:  # fmt: skip
    """One edit for each reason why a prompt fails, and paraphrases of each."""
    wrong = _wrong(book, prompt, batch, answer)
    if not wrong:
        return []
    shown = "\n\n".join(
        f"Entry:\n{item.text}\nExpected: {item.label}\nAnswered: {reply[:200]}"
        for item, reply in rng.sample(wrong, min(sizes.errors, len(wrong)))
    )
    edits: list[str] = []
    for number in range(1, sizes.reasons + 1):
        reason = ask(
            f"This instruction was given:\n\n{prompt}\n\nIt led to these mistakes:\n\n{shown}\n\n"
            f"Name one reason why the instruction failed (the reason you would name in place "
            f"{number})."
        )
        edit = ask(
            f"This instruction was given:\n\n{prompt}\n\nIt fails because: {reason}\n\nWrite a "
            "better instruction. Reply with the instruction alone."
        ).strip()
        edits.append(edit)
        edits += [
            ask(
                f"Say this in other words, with the same meaning, and reply with the result alone "
                f"(version {copy}):\n\n{edit}"
            ).strip()
            for copy in range(1, sizes.paraphrases + 1)
        ]
    return [edit for edit in edits if edit]


def _best(
    book: Book, prompts: list[str], batch: Sequence[Item], answer: Answer, sizes: Sizes
) -> list[str]:
    """Successive rejects (Audibert et al., 2010): more strings each round, the worst one out."""
    left = {prompt: (0, 0) for prompt in prompts}
    slices = max(1, len(batch) // max(1, sizes.budget))
    place = 0
    while len(left) > sizes.beam:
        part = [batch[(place + i) % len(batch)] for i in range(slices)]
        place += slices
        for prompt, (right, seen) in left.items():
            wrong = len(_wrong(book, prompt, part, answer))
            left[prompt] = right + len(part) - wrong, seen + len(part)
        del left[min(left, key=lambda p: left[p][0])]
    return sorted(left, key=lambda p: -left[p][0] / max(1, left[p][1]))
