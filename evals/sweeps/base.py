"""The contract of a family: an environment whose cells are asked by the thousand.

A prediction is kept as one character. What a character means (how it ended, and the values of the
measures) is the family's to say, once, in `codes`; so tables and intervals are made without knowing
what was asked.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ...agents import Agent, ReplyCache
from ...agents.patience import Retry
from ...envs.core import Usage

__all__ = ["Answering", "Ended", "Family", "Kept", "Part", "Point"]


class Ended(NamedTuple):
    """What one character of the outcomes means.

    Attributes:
        outcome: the name of how it ended; None: nobody answered, for reasons of infrastructure.
        metrics: the values by name, the family's headline among them.
    """

    outcome: str | None
    metrics: Mapping[str, float]


class Point(NamedTuple):
    """A place in a grid.

    Attributes:
        factors: the choice of each name of the grid.
        key: the family's own name of the cell.
        queries: what is asked; points with the same text ask the same, and are paired by it.
    """

    factors: Mapping[str, Any]
    key: Hashable
    queries: str


@dataclass(frozen=True, slots=True)
class Part:
    """Points that share their setting, and so a file.

    Attributes:
        label: the choices that all of them share, for names of files; may be empty.
        points: in the order in which they are asked.
        asked: queries of each point.
        config: the setting, for the report.
        setting: the same in the family's own words.
    """

    label: str
    points: Sequence[Point]
    asked: int
    config: Mapping[str, Any]
    setting: Any = None

    def __len__(self) -> int:
        """Predictions."""
        return len(self.points) * self.asked


class Kept(NamedTuple):
    """A finished cell: its key, and one character for each query in order."""

    key: Hashable
    outcomes: str


class Answering(Protocol):
    """Who answers, ready to be asked."""

    @property
    def name(self) -> str:
        """Under which results are kept."""
        ...


class Family(ABC):
    """An environment that can be swept over."""

    environment: str
    """Its id."""
    headline: str = "success"
    codes: Mapping[str, Ended]
    """By the character that is kept."""
    answerers: Collection[str] = ()
    """Names that answer without a model."""

    @abstractmethod
    def parts(
        self,
        options: Mapping[str, Any] | None = None,
        grid: Mapping[str, Sequence[Any]] | None = None,
        queries: int | None = None,
        seed: int = 0,
    ) -> list[Part]:
        """The cells of a grid.

        Args:
            options: the same in each cell.
            grid: what is crossed.
            queries: of each cell; None: as many as usual.
            seed: of the data.

        Raises:
            UsageError: a name or a value does not exist.
        """

    @abstractmethod
    def characters(self, part: Part, point: Point) -> int:
        """How long a prompt of this cell is, about."""

    @abstractmethod
    def answering(
        self, agent: str | Agent, concurrency: int, retry: Retry, cache: ReplyCache | None
    ) -> AbstractContextManager[Answering]:
        """Get somebody ready: one of `answerers` by name, or an agent."""

    @abstractmethod
    def run(self, part: Part, answering: Answering, path: Path, again: bool) -> Iterator[Kept]:
        """Ask what is missing; each cell is on disk before it is yielded.

        Args:
            part: which cells.
            answering: who; what has a `usage` may be stopped by a budget.
            path: the file, made or gone on with.
            again: whether to repeat cells in which calls failed.

        Raises:
            UsageError: the file holds something else.
        """

    @abstractmethod
    def read(self, path: Path) -> Iterator[Kept]:
        """What a file holds; nothing if there is none."""


def usage_of(answering: Answering) -> Usage:
    """What somebody used up; nothing where no model is asked."""
    return getattr(answering, "usage", None) or Usage()
