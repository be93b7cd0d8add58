"""Who answers a cell: anything that turns a book and its queries into replies.

    class Zeros:
        name = "zeros"
        def answer(self, book, queries):
            return ["0"] * len(queries)

A reply is a text, or None where nobody replied. Language models come in through
`evals.formal.AgentAnswerer`; the ones here need none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

from ...core import UsageError
from ..languages import LANGUAGES
from ..learners import LEARNERS, Guess, fit
from ..prompts import Book

__all__ = ["ANSWERERS", "Answerer", "answerer"]


class Answerer(Protocol):
    """Answers all queries of a cell."""

    @property
    def name(self) -> str:
        """Under which results are kept."""
        ...

    def answer(self, book: Book, queries: Sequence[str]) -> Sequence[str | None]:
        """A reply to each query; the number of a query is its place."""
        ...


class _Scripted:
    """One that answers by a function; picklable, so that processes can share the work."""

    def __init__(self, name: str, function: Callable[..., Sequence[str | None]]) -> None:
        self.name, self._function = name, function

    def answer(self, book: Book, queries: Sequence[str]) -> Sequence[str | None]:
        return self._function(book, queries)


def _rule_oracle(book: Book, queries: Sequence[str]) -> Sequence[str]:
    return _decided(book.language, tuple(queries))


@lru_cache(maxsize=8)
def _decided(language: str, queries: tuple[str, ...]) -> list[str]:
    """The rule reads no exemplars: the cells of one shift ask it the same."""
    return [str(LANGUAGES[language].decide(query)) for query in queries]


def _instant(book: Book, queries: Sequence[str]) -> list[str]:
    """Has every prompt written, reads none and answers 0: what a sweep costs without an agent."""
    return ["0" if book.opening([query], n) else "" for n, query in enumerate(queries)]


def _unparsable(book: Book, queries: Sequence[str]) -> list[str]:
    return ["It depends."] * len(queries)


def _per_exemplars(
    choose: Callable[[list[int], random.Random], int], book: Book, queries: Sequence[str]
) -> list[str]:
    shown = [item.label for item in book.exemplars()] if book.shared else []
    rng = random.Random(f"{book.language} {book.shots} {book.seed}")
    return [
        str(choose(shown if book.shared else [i.label for i in book.exemplars(n)], rng))
        for n in range(len(queries))
    ]


def _majority(shown: list[int], rng: random.Random) -> int:
    return Counter(shown).most_common(1)[0][0] if shown else 0


def _first_label(shown: list[int], rng: random.Random) -> int:
    return shown[0] if shown else 0


def _coin(shown: list[int], rng: random.Random) -> int:
    return rng.choice(shown or [0, 1])


def _learner(name: str, book: Book, queries: Sequence[str]) -> Sequence[str]:
    if not book.shots:
        return ["0"] * len(queries)
    if book.shared:
        shown = book.exemplars()
        return _predicted(
            name, tuple(i.text for i in shown), tuple(i.label for i in shown), tuple(queries)
        )
    said: list[str] = []
    for number, query in enumerate(queries):
        shown = book.exemplars(number)
        guess = fit(name, [i.text for i in shown], [i.label for i in shown])
        said.append(str(int(guess([query])[0])))
    return said


@lru_cache(maxsize=8)
def _predicted(
    name: str, texts: tuple[str, ...], answers: tuple[int, ...], queries: tuple[str, ...]
) -> list[str]:
    """A learner reads no prose: the seven styles of a cell show it the same."""
    return [str(int(answer)) for answer in _fitted(name, texts, answers)(queries)]


@lru_cache(maxsize=2)
def _fitted(name: str, texts: tuple[str, ...], answers: tuple[int, ...]) -> Guess:
    return fit(name, texts, answers)


ANSWERERS: dict[str, Callable[[Book, Sequence[str]], Any]] = {
    "rule_oracle": _rule_oracle,
    "majority": partial(_per_exemplars, _majority),
    "first_label": partial(_per_exemplars, _first_label),
    "coin": partial(_per_exemplars, _coin),
    "instant": _instant,
    "unparsable": _unparsable,
    **{name: partial(_learner, name) for name in LEARNERS},
}
"""By name."""


def answerer(name: str) -> Answerer:
    """One of `ANSWERERS`.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in ANSWERERS:
        raise UsageError(f"nobody named {name!r} answers; there are {', '.join(ANSWERERS)}")
    return _Scripted(name, ANSWERERS[name])
