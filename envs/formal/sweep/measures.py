"""What the paper reports of a sweep: accuracies by any axis, and slopes with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..languages import LANGUAGES
from .record import Record

__all__ = ["Slope", "accuracies", "slopes"]


class Slope(NamedTuple):
    """How accuracy changes from one step of a grid to the next.

    Attributes:
        style: the prompt style.
        slope: mean over languages, in points of a hundred a step.
        low, high: 95% interval by resampling the languages.
        n: languages.
    """

    style: str
    slope: float
    low: float
    high: float
    n: int


def accuracies(
    records: Iterable[Record], *axes: str, mode: str = "clean"
) -> dict[tuple[object, ...], float]:
    """Mean accuracy over cells, by some fields of their records.

    Args:
        records: of one agent or of several.
        axes: such as `language` or `shots`; none for the mean over all.
        mode: as `Record.accuracy` takes it. Cells that it leaves without a value are left out.
    """
    found: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for record in records:
        value = record.accuracy(mode)
        if value is not None:
            found[tuple(getattr(record, axis) for axis in axes)].append(value)
    return {key: sum(values) / len(values) for key, values in found.items()}


def slopes(
    records: Iterable[Record],
    axis: str,
    *,
    mode: str = "punished",
    draws: int = 2000,
    seed: int = 0,
) -> list[Slope]:
    """For each style, the least-squares slope of accuracy against the place in the grid.

    As the paper computes it (arXiv 2509.10414, metrics): against the index of the shot count or the
    shift, not its value; over the other axis accuracies are averaged; without the vending sum, and
    without cells in which no reply could be read.

    Args:
        records: of one agent.
        axis: `shots` or `delta`.
        mode: as `Record.accuracy` takes it.
        draws: resamples of the languages for the interval.
        seed: of the resampling.
    """
    kept = [r for r in records if LANGUAGES[r.language].binary and r.failure_rate < 1]
    table = accuracies(kept, "style", "language", axis, mode=mode)
    found = []
    for style in dict.fromkeys(record.style for record in kept):
        lines: dict[object, dict[object, float]] = defaultdict(dict)
        for (of, language, place), value in table.items():
            if of == style:
                lines[language][place] = value
        each = np.array([_slope(line) for line in lines.values() if len(line) > 1])
        if not each.size:
            continue
        rng = np.random.default_rng(seed)
        means = rng.choice(each, (draws, each.size)).mean(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        found.append(Slope(style, float(each.mean()), float(low), float(high), each.size))
    return found


def _slope(line: dict[object, float]) -> float:
    values = [100 * line[place] for place in sorted(line)]  # type: ignore[type-var]
    return float(np.polyfit(np.arange(len(values)), values, 1)[0])
