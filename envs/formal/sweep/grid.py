"""The grid: which cells a sweep goes through, in an order that shares what it can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...core import check_among, check_between
from ..data import EVALUATED
from ..languages import DELTAS, LANGUAGES
from ..prompts import STYLES

__all__ = ["SHOTS", "Cell", "Grid"]

SHOTS = (0, 5, 10, 20, 50, 100)
"""The paper's shots (arXiv 2509.10414, experimental setup); `examples` has 2 in place of 0."""


class Cell(NamedTuple):
    """One cell of a grid."""

    language: str
    style: str
    shots: int
    delta: float


@dataclass(frozen=True)
class Grid:
    """A grid of cells; the whole of it is the paper's sweep.

    Attributes:
        languages, styles, shots, deltas: what is crossed.
        mode: the generator's (`released`, `paper` or `hardened`).
        exemplars: the policy (see `exemplars.POLICIES`).
        noise: share of flipped labels; None for the mode's own.
        queries: of each cell, the first ones of the test set (at most 2,000; the paper: 1,000).
        seed: of the data.
    """

    languages: Sequence[str] = tuple(LANGUAGES)
    styles: Sequence[str] = tuple(STYLES)
    shots: Sequence[int] = SHOTS
    deltas: Sequence[float] = DELTAS
    mode: str = "hardened"
    exemplars: str = "fixed_first"
    noise: float | None = None
    queries: int = EVALUATED
    seed: int = 0

    def __post_init__(self) -> None:
        for language in self.languages:
            check_among("language", language, LANGUAGES)
        for style in self.styles:
            check_among("style", style, STYLES)
        check_between("queries", self.queries, 1, 2000)

    def cells(self) -> Iterator[Cell]:
        """All cells; the styles of one language, shot count and shift follow each other."""
        for language in self.languages:
            for shots in self.shots:
                for delta in self.deltas:
                    for style in self.styles:
                        least = 2 if style == "examples" else 0
                        yield Cell(language, style, max(least, shots), float(delta))

    def __len__(self) -> int:
        """Predictions of the whole grid."""
        cells = len(self.languages) * len(self.shots) * len(self.deltas) * len(self.styles)
        return cells * self.queries

    @property
    def setting(self) -> dict[str, object]:
        """What all cells share; a file of results holds one setting only."""
        return {
            "mode": self.mode,
            "exemplars": self.exemplars,
            "noise": self.noise,
            "queries": self.queries,
            "seed": self.seed,
        }
