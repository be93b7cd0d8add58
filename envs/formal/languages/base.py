"""What a language is: three ways to generate it, and an automaton that decides it.

    class Even(Language):
        name = "even"
        def hardened(self, rng, delta):
            return [Draft("00", 1), Draft("000", 0)]
        def decide(self, text):
            return int(len(text) % 2 == 0)

A generator intends an answer; it never asks `decide`, nor `verify.py`, which grades. So three
separate codes must agree on every string, and tests hold them to it.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar, NamedTuple

__all__ = ["DELTAS", "MODES", "Draft", "Language", "Markov"]

MODES = ("hardened", "paper", "released")
"""Generator modes: ours without shortcuts, the paper's as intended, the paper's as released."""

DELTAS = (0.0, 0.2, 0.45, 0.65, 0.85)
"""The shift grid (arXiv 2509.10414, experimental setup); 0 is the training distribution."""


class Draft(NamedTuple):
    """One string as its generator made it."""

    text: str
    answer: int
    """What the generator intended, before any noise: a label, or a balance."""
    source: str = ""
    """What the twins of a group share (a maze, a left side); empty: the text itself."""


class Language(ABC):
    """One of the nine tasks.

    A generator returns a group: drafts that belong together (twins) and never part, half of them
    of each label. All chance comes from `rng`.
    """

    name: ClassVar[str]
    about: ClassVar[str]
    """One line."""
    kind: ClassVar[str]
    """The class of automaton that decides it: FSA or PDA (the paper's grouping)."""
    binary: ClassVar[bool] = True
    """Whether answers are labels 0 and 1; else any whole number."""
    rule: ClassVar[str]
    """The rule in words, for prompts."""
    released_noise: ClassVar[float] = 0.05
    """Share of labels that the release flips."""

    @abstractmethod
    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """Twins by minimal edits, proposed without regard to the label."""

    @abstractmethod
    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        """The automata that the paper states, with right labels."""

    @abstractmethod
    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        """As the released generator behaves, defects included."""

    @abstractmethod
    def decide(self, text: str) -> int:
        """The answer to a well-formed string, by running the automaton."""

    @abstractmethod
    def steps(self, text: str) -> list[str]:
        """The automaton's run in short sentences, for worked examples; without the answer."""

    def group(self, mode: str, rng: random.Random, delta: float) -> list[Draft]:
        """One group of a mode."""
        return {"hardened": self.hardened, "paper": self.paper, "released": self.released}[mode](
            rng, delta
        )


class Markov:
    """A finite automaton that writes: from each state, weighted moves.

    Args:
        rows: for each state, moves `(weight, next state, symbols)`; one of the symbols is written,
            each as likely. The next state -1 stops and writes nothing. Weights need not add to 1.
    """

    def __init__(self, rows: Sequence[Sequence[tuple[float, int, Sequence[str]]]]) -> None:
        self._rows = []
        for row in rows:
            used = [move for move in row if move[0] > 0]
            bounds = list(accumulate(move[0] for move in used))
            self._rows.append((bounds, [(n, tuple(s)) for _, n, s in used]))

    def walk(self, rng: random.Random, state: int = 0, longest: int = 24_000) -> list[str]:
        """Symbols from a state until it stops (or `longest` are written)."""
        draw, rows, written = rng.random, self._rows, []
        while len(written) < longest:
            bounds, moves = rows[state]
            point = draw() * bounds[-1]
            index = 0
            while point >= bounds[index] and index < len(moves) - 1:
                index += 1
            state, symbols = moves[index]
            if state < 0:
                break
            several = len(symbols)
            written.append(symbols[int(draw() * several)] if several > 1 else symbols[0])
        return written
