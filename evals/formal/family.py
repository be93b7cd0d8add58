"""*formal* as a family of sweeps: what suites may cross, who answers, and what is kept."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from ...agents import Agent, ReplyCache
from ...agents.patience import Retry
from ...envs.core import check_among, text_in
from ...envs.formal.data import EVALUATED, items
from ...envs.formal.prompts import Book
from ...envs.formal.sweep import ANSWERERS, Cell, Grid, Record, answerer, read, sweep
from ..sweeps.base import Answering, Ended, Family, Kept, Part, Point
from .answerer import AgentAnswerer

__all__ = ["Formal"]

_AXES = {"language": "languages", "style": "styles", "shots": "shots", "delta": "deltas"}
"""What cells differ by, and what `Grid` calls it."""
_SHARED = ("mode", "exemplars", "noise")
"""What cells of one file share."""
_WORTH_PROCESSES = 200_000
"""Predictions from which on to start processes takes less time than it saves."""


def _ended(clean: bool, noisy: bool) -> Ended:
    metrics = {"success": clean, "punished": noisy, "unpunished": noisy, "parsed": True}
    name = "success" if clean else "wrong_answer"
    return Ended(name, {metric: float(value) for metric, value in metrics.items()})


class Formal(Family):
    """The sweep of `envs.formal.sweep`."""

    environment = "palestra/Formal-v0"
    codes = {
        "3": _ended(clean=True, noisy=True),
        "1": _ended(clean=True, noisy=False),
        "2": _ended(clean=False, noisy=True),
        "0": _ended(clean=False, noisy=False),
        "u": Ended("unparsable", {"success": 0.0, "punished": 0.0, "parsed": 0.0}),
        "f": Ended(None, {}),
    }
    answerers = frozenset(ANSWERERS)

    def parts(
        self,
        options: Mapping[str, Any] | None = None,
        grid: Mapping[str, Sequence[Any]] | None = None,
        queries: int | None = None,
        seed: int = 0,
    ) -> list[Part]:
        """One part for each choice of `mode`, `exemplars` and `noise`; see `Grid`."""
        options, grid = dict(options or {}), dict(grid or {})
        prompts = options.pop("prompts", {})
        for name in (*options, *grid):
            check_among("of a sweep of formal", name, (*_AXES, *_SHARED, "prompts"))
        for name, value in options.items():
            grid.setdefault(name, [value])
        axes = {_AXES[name]: tuple(grid[name]) for name in _AXES if name in grid}
        outer = [name for name in grid if name in _SHARED]
        found = []
        for values in itertools.product(*(grid[name] for name in outer)):
            shared = dict(zip(outer, values, strict=True))
            whole = Grid(**axes, **shared, queries=queries or EVALUATED, seed=seed)
            varied = {name: value for name, value in shared.items() if name not in options}
            found.append(
                Part(
                    ",".join(f"{name}={value}" for name, value in varied.items()),
                    _points(whole, varied),
                    whole.queries,
                    {
                        **whole.setting,
                        **{name: list(getattr(whole, of)) for name, of in _AXES.items()},
                    },
                    (whole, dict(prompts)),
                )
            )
        return found

    def characters(self, part: Part, point: Point) -> int:
        """Of the prompt of the cell's first query."""
        grid, prompts = part.setting
        cell = point.key
        assert isinstance(cell, Cell)
        book = _book(grid, cell, prompts)
        asked = items(
            cell.language, grid.mode, "test", cell.delta, noise=grid.noise, seed=grid.seed
        )
        return sum(len(text_in(each)) for each in book.opening([asked[0].text]))

    def answering(
        self, agent: str | Agent, concurrency: int, retry: Retry, cache: ReplyCache | None
    ) -> AbstractContextManager[Answering]:
        """One of `ANSWERERS`, or an `AgentAnswerer`."""
        if isinstance(agent, str) and agent in ANSWERERS:
            return nullcontext(answerer(agent))
        return AgentAnswerer(agent, concurrency=concurrency, retry=retry, cache=cache)

    def run(self, part: Part, answering: Answering, path: Path, again: bool) -> Iterator[Kept]:
        """See `envs.formal.sweep.sweep`."""
        grid, prompts = part.setting
        who: Any = answering
        alone = isinstance(who, AgentAnswerer) or len(part) < _WORTH_PROCESSES
        workers = 1 if alone else os.cpu_count() or 1
        for record in sweep(grid, who, path, workers=workers, prompts=prompts, again=again):
            yield _kept(record)

    def read(self, path: Path) -> Iterator[Kept]:
        """See `envs.formal.sweep.read`."""
        return map(_kept, read(path)) if path.exists() and path.stat().st_size else iter(())


def _points(grid: Grid, varied: Mapping[str, Any]) -> list[Point]:
    """The cells in the order of `Grid.cells`, under the shots that the grid names.

    Style `examples` is shown 2 where others are shown none (as in the paper); it still stands at
    the grid's 0, so that curves and slopes go over the same steps.
    """
    named = itertools.product(grid.languages, grid.shots, grid.deltas, grid.styles)
    return [
        Point(
            {"language": language, "style": style, "shots": shots, "delta": delta, **varied},
            cell,
            f"{language} {delta}",
        )
        for (language, shots, delta, style), cell in zip(named, grid.cells(), strict=True)
    ]


def _book(grid: Grid, cell: Cell, prompts: Mapping[str, str]) -> Book:
    return Book(
        cell.language, mode=grid.mode, style=cell.style, shots=cell.shots, policy=grid.exemplars,
        noise=grid.noise, seed=grid.seed,
        prompt=prompts.get(cell.language, "") if cell.style == "apo" else "",
    )  # fmt: skip


def _kept(record: Record) -> Kept:
    return Kept(record.cell, record.outcomes)
