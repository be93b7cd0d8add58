"""Learning curves: the folders of training runs as series of numbers.

A run's folder has `curves.csv` (every logged number by step), and `episodes.duckdb`, whose trial is
the step: from it comes the mean headline of the rollouts that were kept.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..database import opened
from ..errors import StoreError

_POINTS = 1000
_SKIPPED = {"step", "epoch"}

Series = list[tuple[float, float]]


def curves(folder: str | os.PathLike[str] | None) -> list[dict[str, Any]]:
    """The runs of a folder, by name: `{run, series: {name: [[step, value], ...]}, problem}`.

    `problem` says why a part of the run could not be read (another program may hold it), or is
    None. A series is thinned to 1,000 points, each the mean of its neighbours.
    """
    if folder is None or not Path(folder).is_dir():
        return []
    found = []
    for path in sorted(p for p in Path(folder).iterdir() if p.is_dir()):
        table, episodes = path / "curves.csv", path / "episodes.duckdb"
        if not (table.is_file() or episodes.is_file()):
            continue
        series: dict[str, Series] = {}
        problem = None
        try:
            if table.is_file():
                series |= _logged(table)
            if episodes.is_file():
                series |= _played(episodes)
        except (OSError, UnicodeError, csv.Error, StoreError) as error:
            problem = str(error)
        thin = {name: thinned(points) for name, points in series.items() if points}
        found.append({"run": path.name, "series": thin, "problem": problem})
    return found


def thinned(points: Sequence[tuple[float, float]]) -> Series:
    """At most 1,000 points: means of neighbours."""
    width = math.ceil(len(points) / _POINTS)
    parts = (points[i : i + width] for i in range(0, len(points), width or 1))
    return [(sum(x for x, _ in p) / len(p), sum(y for _, y in p) / len(p)) for p in parts]


def _logged(path: Path) -> dict[str, Series]:
    series: dict[str, Series] = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            step = _finite(row.get("step"))
            for name, text in row.items():
                value = _finite(text)
                if step is not None and value is not None and name and name not in _SKIPPED:
                    series.setdefault(name, []).append((step, value))
    return series


def _played(path: Path) -> dict[str, Series]:
    series: dict[str, Series] = {}
    with opened(path, patience=0.5) as db:
        rows = db.execute(
            "select environment, trial, avg(headline) from episodes where status = 'scored' "
            "group by all order by environment, trial"
        ).fetchall()
    for environment, step, mean in rows:
        if mean is not None and math.isfinite(mean):
            series.setdefault(f"headline of {environment}", []).append((step, mean))
    return series


def _finite(text: object) -> float | None:
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
