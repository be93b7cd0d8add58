"""Running a grid: cell after cell, each appended to a file as soon as it is finished.

The file is JSON lines: the setting and the agent first, then one cell on each line. A run that was
killed goes on where it was; a last line that was cut off is done again. Another setting or agent is
refused, so no file mixes two.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from ...core import UsageError
from ..data import Item, items
from ..prompts import Book, read_answer
from .answerers import Answerer
from .grid import Cell, Grid
from .record import Record, recorded

__all__ = ["read", "run_cell", "sweep"]

VERSION = 0
"""Of the environment whose behaviour the results are of (`Formal-v0`)."""


def run_cell(cell: Cell, answerer: Answerer, grid: Grid | None = None, prompt: str = "") -> Record:
    """Ask all queries of one cell.

    Args:
        cell: which.
        answerer: who.
        grid: whose setting; the default's if None.
        prompt: the optimised text, for style `apo`.
    """
    grid = grid or Grid()
    asked: Sequence[Item] = items(
        cell.language, grid.mode, "test", cell.delta, noise=grid.noise, seed=grid.seed
    )[: grid.queries]
    book = Book(
        cell.language, mode=grid.mode, style=cell.style, shots=cell.shots, policy=grid.exemplars,
        noise=grid.noise, seed=grid.seed, prompt=prompt if cell.style == "apo" else "",
    )  # fmt: skip
    replies = answerer.answer(book, [item.text for item in asked])
    failed = {number for number, reply in enumerate(replies) if reply is None}
    answers = [read_answer(reply or "", book.traced) for reply in replies]
    return recorded(answerer.name, cell, asked, answers, failed)


def sweep(
    grid: Grid,
    answerer: Answerer,
    path: str | Path,
    *,
    workers: int = 1,
    prompts: dict[str, str] | None = None,
    again: bool = False,
) -> Iterator[Record]:
    """Run what is missing of a grid; yields each record once it is safe on disk.

    Args:
        grid: the cells.
        answerer: who answers; with several workers it must be picklable.
        path: the file of results, made or gone on with.
        workers: processes.
        prompts: the optimised text of each language, for style `apo`.
        again: whether to repeat cells in which calls failed; their lines are taken out.

    Raises:
        UsageError: the file holds results of another setting, agent or set of prompts.
    """
    path, prompts = Path(path), prompts or {}
    head = {
        "formal": VERSION, "agent": answerer.name, "setting": grid.setting, "prompts": prompts,
    }  # fmt: skip
    if again and path.exists():
        _without_failed(path)
    done = _begun(path, head)
    missing = [cell for cell in grid.cells() if cell not in done]
    # Two styles may fall on the same cell where a shot count is raised to the least.
    missing = list(dict.fromkeys(missing))
    parts = [
        (grid, answerer, list(cells), prompts)
        for _, cells in groupby(missing, key=lambda cell: (cell.language, cell.shots))
    ]
    with path.open("ab") as file:
        for record in _records(parts, workers):
            file.write(msgspec.json.encode(record) + b"\n")
            file.flush()
            yield record


def _records(parts: list[Any], workers: int) -> Iterator[Record]:
    if workers <= 1:
        for part in parts:
            yield from _part(part)
        return
    with get_context("spawn").Pool(workers) as pool:
        for records in pool.imap_unordered(_whole_part, parts):
            yield from records


def _part(part: tuple[Grid, Answerer, list[Cell], dict[str, str]]) -> Iterator[Record]:
    grid, answerer, cells, prompts = part
    for cell in cells:
        yield run_cell(cell, answerer, grid, prompts.get(cell.language, ""))


def _whole_part(part: Any) -> list[Record]:
    return list(_part(part))


def _begun(path: Path, head: dict[str, Any]) -> set[Cell]:
    """The cells that a file holds; a new file gets its head, a torn last line is cut off."""
    if not path.exists() or not path.stat().st_size:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(head) + b"\n")
        return set()
    with path.open("rb+") as file:
        first = file.readline()
        try:
            found = msgspec.json.decode(first)
        except msgspec.DecodeError:
            found = None
        if found != msgspec.json.decode(msgspec.json.encode(head)):
            raise UsageError(
                f"{path} holds other results ({_shown(found)}); expected {_shown(head)}. Give "
                "another file, or the same agent and setting"
            )
        done, whole = set(), file.tell()
        for line in file:
            if not line.endswith(b"\n"):
                break
            done.add(msgspec.json.decode(line, type=Record).cell)
            whole += len(line)
        file.truncate(whole)
        file.flush()
        os.fsync(file.fileno())
    return done


def _without_failed(path: Path) -> None:
    """Take out the lines of cells in which a call failed."""
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [
        line
        for number, line in enumerate(lines)
        if not number
        or (line.endswith(b"\n") and "f" not in msgspec.json.decode(line, type=Record).outcomes)
    ]
    if len(kept) < len(lines):
        beside = path.with_name(f"{path.name}.new")
        beside.write_bytes(b"".join(kept))
        os.replace(beside, path)


def _shown(head: Any) -> str:
    if not isinstance(head, dict):
        return "no sweep of formal languages"
    return f"agent {head.get('agent')}, {head.get('setting')}"


def read(path: str | Path) -> Iterator[Record]:
    """The records of a file, in the order in which they were finished.

    Raises:
        UsageError: the file holds no sweep.
    """
    with Path(path).open("rb") as file:
        head = file.readline()
        if not head.startswith(b'{"formal":'):
            raise UsageError(f"{path} holds no sweep of formal languages")
        for line in file:
            if line.endswith(b"\n"):
                yield msgspec.json.decode(line, type=Record)
