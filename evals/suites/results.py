"""The results of a suite as analyses see them: values by factors, tasks, trials."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...leaderboard.cells import Measured, Used, find_cells, measured, task_means, used
from ...leaderboard.selection import Trial, trials
from .cells import SuiteCell
from .form import Suite

__all__ = ["Group", "Results", "groups_of"]


class Group:
    """Cells that share some factors.

    Attributes:
        factors: what they share.
        cells: those that were begun.
        ids: theirs in the leaderboard.
    """

    def __init__(self, factors: dict[str, Any]) -> None:
        self.factors = factors
        self.cells: list[SuiteCell] = []
        self.ids: list[int] = []


class Results:
    """What a leaderboard file holds of a suite.

    Args:
        suite: which.
        cells: its cells.
        db: the file.

    Raises:
        StoreError: it cannot be read.
    """

    def __init__(
        self, suite: Suite, cells: Sequence[SuiteCell], db: str | os.PathLike[str]
    ) -> None:
        self.suite, self.cells, self.db = suite, list(cells), db
        self.ids = find_cells(db, [cell.name for cell in cells])

    @property
    def metric(self) -> str:
        """The name of the headline metric, where all environments have the same."""
        names = {cell.planned.cell.headline for cell in self.cells}
        return names.pop() if len(names) == 1 else "headline"

    def name_of(self, measure: str) -> str:
        """A measure as a heading: `metric:success` is `success`."""
        return self.metric if measure == "headline" else measure.partition(":")[2] or measure

    def varying(self) -> list[str]:
        """The factors that are not the same in every cell."""
        names = dict.fromkeys(name for cell in self.cells for name in cell.factors)
        return [
            name for name in names if len({repr(cell.factors.get(name)) for cell in self.cells}) > 1
        ]

    def groups(
        self, factors: Sequence[str], where: Callable[[SuiteCell], bool] | None = None
    ) -> list[Group]:
        """Cells by these factors, in the order of the suite."""
        return groups_of(zip(self.cells, self.ids, strict=True), factors, where)

    def measured(
        self,
        groups: Sequence[Group],
        measure: str = "headline",
        *,
        by: str | None = None,
        of: str = "planned",
    ) -> list[tuple[Group, Measured]]:
        """A measure of each group (see `leaderboard.cells`); groups not begun are left out."""
        asked = {str(number): group.ids for number, group in enumerate(groups)}
        rows = measured(self.db, asked, measure, by=by, of=of)
        return [(groups[int(row.group)], row) for row in rows]

    def used(self, groups: Sequence[Group]) -> list[tuple[Group, Used]]:
        """What episodes of each group took."""
        rows = used(self.db, {str(number): group.ids for number, group in enumerate(groups)})
        return [(groups[int(row.group)], row) for row in rows]

    def by_task(self, group: Group, measure: str = "headline") -> dict[str, float]:
        """The mean of each task over the cells of a group."""
        return task_means(self.db, group.ids, measure)

    def trials(self, group: Group, *, key: str | None = None) -> dict[str, list[Trial]]:
        """The trials of each task over the cells of a group, under the keys of `by_task`."""
        found: dict[str, list[Trial]] = {}
        for cell, number in zip(group.cells, group.ids, strict=False):
            for task, played in trials(self.db, number, key=key).items():
                found.setdefault(f"{cell.name[1]} {task}", []).extend(played)
        return found


def groups_of(
    cells: Any, factors: Sequence[str], where: Callable[[SuiteCell], bool] | None = None
) -> list[Group]:
    """Pairs of cell and id by the factors that they share."""
    found: dict[str, Group] = {}
    for cell, number in cells:
        if where is not None and not where(cell):
            continue
        shared: Mapping[str, Any] = {
            name: cell.factors[name] for name in factors if name in cell.factors
        }
        group = found.setdefault(repr(shared), Group(dict(shared)))
        if number is None:
            continue
        group.cells.append(cell)
        group.ids.append(number)
    groups = list(found.values())
    # In the order of the factors, each value where it came first.
    first = {name: _firsts(group.factors.get(name) for group in groups) for name in factors}
    return sorted(groups, key=lambda g: [first[n][repr(g.factors.get(n))] for n in factors])


def _firsts(values: Iterable[Any]) -> dict[str, int]:
    return {value: place for place, value in enumerate(dict.fromkeys(map(repr, values)))}
