"""The results of a suite as analyses see them: values by factors, tasks, trials."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from itertools import chain, compress
from typing import Any

from ...envs.core import UsageError
from ...leaderboard.cells import Measured, Used, find_cells, measured, task_means, used
from ...leaderboard.selection import Trial, trials
from .cells import SuiteCell
from .form import Suite
from .swept import Predictions, SweptCell

__all__ = ["Group", "Results", "fits", "groups_of"]


class Group:
    """Cells that share some factors.

    Attributes:
        factors: what they share.
        cells: those that were begun.
        ids: theirs in the leaderboard.
        swept: cells of sweeps that were begun.
    """

    def __init__(self, factors: dict[str, Any]) -> None:
        self.factors = factors
        self.cells: list[SuiteCell] = []
        self.ids: list[int] = []
        self.swept: list[SweptCell] = []


class Results:
    """What a leaderboard file holds of a suite.

    Args:
        suite: which.
        cells: its cells.
        db: the file.
        swept: the cells of its sweeps.

    Raises:
        StoreError: it cannot be read.
    """

    def __init__(
        self,
        suite: Suite,
        cells: Sequence[SuiteCell],
        db: str | os.PathLike[str],
        swept: Sequence[SweptCell] = (),
    ) -> None:
        self.suite, self.cells, self.db, self.swept = suite, list(cells), db, list(swept)
        self.ids = find_cells(db, [cell.name for cell in cells]) if cells else []
        self._predictions = Predictions(swept)

    def where(self, wanted: Mapping[str, Any]) -> Results:
        """The same of fewer cells: those with these factors (a list: one of its values)."""
        if not wanted:
            return self
        some = copy(self)
        kept = [fits(wanted, cell.factors) for cell in self.cells]
        some.cells = list(compress(self.cells, kept))
        some.ids = list(compress(self.ids, kept))
        some.swept = [cell for cell in self.swept if fits(wanted, cell.factors)]
        return some

    @property
    def begun(self) -> bool:
        """Whether anything is there."""
        known = any(number is not None for number in self.ids)
        return known or any(map(self._predictions.begun, self.swept))

    @property
    def metric(self) -> str:
        """The name of the headline metric, where all environments have the same."""
        names = {cell.planned.cell.headline for cell in self.cells}
        names |= {cell.job.family.headline for cell in self.swept}
        return names.pop() if len(names) == 1 else "headline"

    def name_of(self, measure: str) -> str:
        """A measure as a heading: `metric:success` is `success`."""
        return self.metric if measure == "headline" else measure.partition(":")[2] or measure

    def varying(self) -> list[str]:
        """The factors that are not the same in every cell."""
        every = [cell.factors for cell in (*self.cells, *self.swept)]
        names = dict.fromkeys(name for factors in every for name in factors)
        return [name for name in names if len({repr(factors.get(name)) for factors in every}) > 1]

    def groups(
        self, factors: Sequence[str], where: Callable[[Any], bool] | None = None
    ) -> list[Group]:
        """Cells by these factors, in the order of the suite."""
        swept = ((cell, self._predictions.begun(cell) or None) for cell in self.swept)
        return groups_of(chain(zip(self.cells, self.ids, strict=True), swept), factors, where)

    def measured(
        self,
        groups: Sequence[Group],
        measure: str = "headline",
        *,
        by: str | None = None,
        of: str = "planned",
    ) -> list[tuple[Group, Measured]]:
        """A measure of each group (see `leaderboard.cells`); groups not begun are left out."""
        for group in groups:
            if group.ids and group.swept:
                raise UsageError(
                    f"{group.factors or 'everything'} is of episodes and of predictions, which "
                    "have no common mean; give the analysis where = { environment = ... }"
                )
        asked = {str(n): group.ids for n, group in enumerate(groups) if group.ids}
        rows = measured(self.db, asked, measure, by=by, of=of) if asked else []
        swept = {str(n): group.swept for n, group in enumerate(groups) if group.swept}
        rows += self._predictions.measured(swept, measure, by=by, of=of)
        rows.sort(key=lambda row: int(row.group))
        return [(groups[int(row.group)], row) for row in rows]

    def used(self, groups: Sequence[Group]) -> list[tuple[Group, Used]]:
        """What episodes of each group took; of predictions nothing is known."""
        asked = {str(number): group.ids for number, group in enumerate(groups) if group.ids}
        rows = used(self.db, asked) if asked else []
        rows += [
            Used(str(number), 0, None, None, None, None, None)
            for number, group in enumerate(groups)
            if group.swept
        ]
        return [(groups[int(row.group)], row) for row in rows]

    def by_task(self, group: Group, measure: str = "headline", valid: str = "") -> dict[str, float]:
        """The mean of each task over the cells of a group; see `task_means` for `valid`."""
        if group.swept:
            return self._predictions.task_means(group.swept, measure)
        return task_means(self.db, group.ids, measure, valid)

    def trials(self, group: Group, *, key: str | None = None) -> dict[str, list[Trial]]:
        """The trials of each task over the cells of a group, under the keys of `by_task`."""
        found: dict[str, list[Trial]] = {}
        for cell, number in zip(group.cells, group.ids, strict=False):
            for task, played in trials(self.db, number, key=key).items():
                found.setdefault(f"{cell.name[1]} {task}", []).extend(played)
        return found


def fits(wanted: Mapping[str, Any], factors: Mapping[str, Any]) -> bool:
    """Whether a cell has these factors; a list stands for any of its values."""
    return all(
        factors.get(name) in value if isinstance(value, list) else factors.get(name) == value
        for name, value in wanted.items()
    )


def groups_of(
    cells: Any, factors: Sequence[str], where: Callable[[Any], bool] | None = None
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
        if isinstance(cell, SweptCell):
            group.swept.append(cell)
        else:
            group.cells.append(cell)
            group.ids.append(number)
    groups = list(found.values())
    # In the order of the factors, each value where it came first.
    first = {name: _firsts(group.factors.get(name) for group in groups) for name in factors}
    return sorted(groups, key=lambda g: [first[n][repr(g.factors.get(n))] for n in factors])


def _firsts(values: Iterable[Any]) -> dict[str, int]:
    return {value: place for place, value in enumerate(dict.fromkeys(map(repr, values)))}
