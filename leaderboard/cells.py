"""What many cells of a leaderboard measured, asked at once: for the tables and curves of suites.

    found = measured("x.duckdb", {"a": [1, 2], "b": [3]}, "metric:tool_calls")
    found[0].mean, found[0].low, found[0].high

A measure is `headline`, `turns`, `calls`, `tokens`, `cost`, `seconds`, `metric:NAME` or
`outcome:NAME` (1 where an episode ended so, else 0). Cells that are asked about together are
pooled; their intervals are clustered by task: one task in several cells is still one task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from ..envs.core import UsageError
from .intervals import all_over_tasks, wilson
from .queries import reading

__all__ = [
    "MEASURES",
    "Measured",
    "Name",
    "Used",
    "find_cells",
    "measured",
    "sessions_of",
    "stored",
    "task_means",
    "used",
]

Name = tuple[str, str, str, str]
"""Run, environment, split and agent: what a cell is called."""
MEASURES = ("headline", "turns", "calls", "tokens", "cost", "seconds")
"""The measures that every episode has; beside them `metric:NAME` and `outcome:NAME`."""
_COLUMNS = {"tokens": "r.input_tokens + r.output_tokens"}
_DISTINCT = "count(distinct (c.environment, p.task))"
_FROM = """
    from (select unnest($cells::integer[]) as cell, unnest($groups::integer[]) as grp) g
    join planned p using (cell) join cells c on c.id = p.cell left join results r using (key)
"""


@dataclass(slots=True)
class Measured:
    """One measure over the episodes of a group of cells.

    Attributes:
        group: which group.
        at: the value of `by` that these episodes share; None without `by`, and for episodes that
            were never played.
        n, scored, errors: planned episodes; of them scored; of them failed infrastructure.
        total: sum of the measure over the scored episodes: the successes, of a rate.
        mean: what is not scored counts as 0 (`of="planned"`), or is left out (`of="scored"`).
        low, high: its 95% interval: by `intervals.over_tasks`; infinite where nothing is known.
        mean_scored: the mean of the scored episodes alone; None where there is none.
        tasks: how many tasks.
        rate: whether every value is 0 or 1, of all groups that were asked for.
    """

    group: str
    at: Any
    n: int
    scored: int
    errors: int
    total: float
    mean: float
    low: float
    high: float
    mean_scored: float | None
    tasks: int
    rate: bool


@dataclass(slots=True)
class Used:
    """What the episodes of a group of cells took, per episode; None where it is not known."""

    group: str
    played: int
    turns: float | None
    calls: float | None
    tokens: float | None
    cost: float | None
    seconds: float | None


def find_cells(path: str | os.PathLike[str], names: Sequence[Name]) -> list[int | None]:
    """The id of each cell, None where the file has none of that name."""
    with reading(path) as db:
        rows = db.execute("select run, environment, split, agent, id from cells").fetchall()
    known = {tuple(row[:4]): row[4] for row in rows}
    return [known.get(name) for name in names]


def measured(
    path: str | os.PathLike[str],
    groups: Mapping[str, Sequence[int]],
    measure: str = "headline",
    *,
    by: str | None = None,
    of: str = "planned",
) -> list[Measured]:
    """One measure for each group of cells, in the order of groups and of `by`.

    Args:
        path: the leaderboard file.
        groups: ids of cells under a name of one's own.
        measure: see the module.
        by: split each group by `difficulty:NAME`, `metric:NAME` or `outcome` of the episode.
        of: the denominator: `planned` or `scored`.

    Raises:
        UsageError: there is no such measure.
    """
    value, values = _measure(measure)
    at, ats = _by(by)
    names = list(groups)
    given = {**_numbered(groups), **values, **ats}
    counted = "" if of == "planned" else "where r.status = 'scored'"
    with reading(path) as db:
        rows = db.execute(
            f"select grp, {at} as place, count(*), count(*) filter (r.status = 'scored'), "
            "count(*) filter (r.status = 'error'), "
            f"coalesce(sum({value}) filter (r.status = 'scored'), 0), {_DISTINCT}, "
            f"bool_and({value} in (0, 1)) filter (r.status = 'scored') "
            f"{_FROM} group by grp, place order by grp, place",
            given,
        ).fetchall()
        # A count that is 0 throughout one group is no rate for that: all groups decide.
        rate = all(row[-1] for row in rows if row[-1] is not None)
        found = [_measured(names, (*row[:-1], rate and row[-1]), of) for row in rows]
        if any(not _settled(each) for each in found):
            clusters = _clusters(db, value, at, counted, given)
            places = zip(found, rows, strict=True)
            left = [(each, row[:2]) for each, row in places if not _settled(each)]
            spans = all_over_tasks((clusters.get(place, []), each.rate) for each, place in left)
            for (each, _), span in zip(left, spans, strict=True):
                each.low, each.high = span
    return found


def task_means(
    path: str | os.PathLike[str], cells: Sequence[int], measure: str = "headline", valid: str = ""
) -> dict[str, float]:
    """The mean of each task over some cells; what is planned and not scored counts as 0.

    Tasks of different environments are different tasks.

    Args:
        valid: `metric:NAME` that is 1 where an episode came to a verdict: the mean is of those
            alone, and a task without any is left out.
    """
    value, values = _measure(measure)
    counts, place = _by(valid) if valid else ("1", {})
    of = f"count(*) filter (r.status = 'scored' and {counts} = 1)" if valid else "count(*)"
    with reading(path) as db:
        rows = db.execute(
            f"select c.environment || ' ' || p.task as task, "
            f"sum(case when r.status = 'scored' and {counts} = 1 then {value} else 0 end) / {of} "
            f"{_FROM} group by 1 having {of} > 0 order by 1",
            {**_numbered({"": cells}), **values, **place},
        ).fetchall()
    return dict(rows)


def used(path: str | os.PathLike[str], groups: Mapping[str, Sequence[int]]) -> list[Used]:
    """What episodes took, for each group of cells that were played at all."""
    names = list(groups)
    with reading(path) as db:
        rows = db.execute(
            "select grp, count(r.key), avg(r.turns), avg(r.calls), "
            "avg(r.input_tokens + r.output_tokens), "
            "case when count(r.cost) = count(r.key) then avg(r.cost) end, avg(r.seconds) "
            f"{_FROM} group by grp order by grp",
            _numbered(groups),
        ).fetchall()
    return [Used(names[row[0]], *row[1:]) for row in rows]


def sessions_of(path: str | os.PathLike[str], names: Sequence[Name]) -> list[str]:
    """The ids of the sessions in which episodes of these cells were played."""
    found = [cell for cell in find_cells(path, names) if cell is not None]
    with reading(path) as db:
        rows = db.execute(
            "select distinct e.session from episodes e join planned p using (key) "
            "where list_contains($cells::integer[], p.cell) order by 1",
            {"cells": found},
        ).fetchall()
    return [row[0] for row in rows]


def stored(path: str | os.PathLike[str], names: Sequence[Name]) -> set[str]:
    """The keys of these cells' episodes that are stored; none where there is no file."""
    if not os.path.exists(path):
        return set()
    found = [cell for cell in find_cells(path, names) if cell is not None]
    with reading(path) as db:
        rows = db.execute(
            "select distinct p.key from planned p join episodes e using (key) "
            "where list_contains($cells::integer[], p.cell)",
            {"cells": found},
        ).fetchall()
    return {row[0] for row in rows}


def _measured(names: list[str], row: tuple[Any, ...], of: str) -> Measured:
    group, at, n, scored, errors, total, tasks, rate = row
    base = n if of == "planned" else scored
    low, high = wilson(total, base) if rate else (float("-inf"), float("inf"))
    return Measured(
        group=names[group],
        at=at,
        n=n,
        scored=scored,
        errors=errors,
        total=total,
        mean=total / base if base else 0.0,
        low=low,
        high=high,
        mean_scored=total / scored if scored else None,
        tasks=tasks,
        rate=bool(rate),
    )


def _settled(each: Measured) -> bool:
    """Whether the interval needs no bootstrap; nothing is known where nothing was scored."""
    return not each.scored or (each.rate and each.n == each.tasks)


def _clusters(
    db: duckdb.DuckDBPyConnection, value: str, at: str, counted: str, given: dict[str, Any]
) -> dict[tuple[int, Any], list[float]]:
    """The means of each task, of every group and place."""
    rows = db.execute(
        f"select grp, {at} as place, c.environment, p.task, "
        f"sum(case when r.status = 'scored' then {value} else 0 end) / count(*) "
        f"{_FROM} {counted} group by all order by 1, 2, 3, 4",
        given,
    ).fetchall()
    found: dict[tuple[int, Any], list[float]] = {}
    for group, place, _, _, mean in rows:
        found.setdefault((group, place), []).append(mean)
    return found


def _numbered(groups: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    pairs = [(cell, number) for number, cells in enumerate(groups.values()) for cell in cells]
    return {"cells": [cell for cell, _ in pairs], "groups": [group for _, group in pairs]}


def _measure(measure: str) -> tuple[str, dict[str, str]]:
    """A measure in SQL, as a number, and what it refers to."""
    kind, colon, name = measure.partition(":")
    if not colon and kind in MEASURES:
        return f"({_COLUMNS.get(kind, f'r.{kind}')})::double", {}
    if colon and name and kind == "metric":
        return "try_cast(r.metrics ->> $metric as double)", {"metric": _path(name)}
    if colon and name and kind == "outcome":
        return "coalesce(r.outcome = $outcome, false)::integer::double", {"outcome": name}
    raise UsageError(
        f"there is no measure {measure!r}; expected {', '.join(MEASURES)}, metric:NAME or "
        "outcome:NAME"
    )


def _by(by: str | None) -> tuple[str, dict[str, str]]:
    if by is None:
        return "null", {}
    kind, _, name = by.partition(":")
    if by == "outcome":
        return "r.outcome", {}
    if name and kind in ("difficulty", "metric"):
        column = "difficulty" if kind == "difficulty" else "metrics"
        return f"try_cast(r.{column} ->> $place as double)", {"place": _path(name)}
    raise UsageError(
        f"episodes cannot be told apart by {by!r}; expected difficulty:NAME, metric:NAME or outcome"
    )


def _path(name: str) -> str:
    """A key of a JSON object as a path, whatever signs are in it."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'
