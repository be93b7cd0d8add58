"""Perfect mazes by Eller's algorithm, and the one path through each.

A maze of `n` by `n` rooms is drawn on `(2n+1)` by `(2n+1)` cells. The entrance S is above the first
room, the exit E to the right of the last.
"""

from __future__ import annotations

import itertools
import random
from typing import NamedTuple

__all__ = ["MOVES", "Maze", "draw", "make_maze", "words"]

MOVES = {"right": (0, 1), "down": (1, 0), "left": (0, -1), "up": (-1, 0)}
Cell = tuple[int, int]


class Maze(NamedTuple):
    """A maze and its solution.

    Attributes:
        size: rooms on a side.
        rows: the cells, `#` a wall and a space a corridor, S and E included.
        path: cells from the first room to the last, each next to the one before.
    """

    size: int
    rows: tuple[str, ...]
    path: tuple[Cell, ...]


def make_maze(rng: random.Random, size: int, delta: float) -> Maze:
    """A maze whose walls are skewed by the shift (arXiv 2509.10414, Maze tasks): `0.5 + 0.45 d`."""
    across = 0.5 + 0.45 * delta
    if rng.random() < 0.5:
        across = 1 - across
    rights, downs = _eller(rng, size, across, 1 - across)
    cells = [["#"] * (2 * size + 1) for _ in range(2 * size + 1)]
    for row in range(size):
        for column in range(size):
            cells[2 * row + 1][2 * column + 1] = " "
            if rights[row][column]:
                cells[2 * row + 1][2 * column + 2] = " "
            if downs[row][column]:
                cells[2 * row + 2][2 * column + 1] = " "
    cells[0][1], cells[2 * size - 1][2 * size] = "S", "E"
    return Maze(size, tuple(map("".join, cells)), _path(size, rights, downs))


def _eller(
    rng: random.Random, size: int, across: float, down: float
) -> tuple[list[list[bool]], list[list[bool]]]:
    """For each room, whether it is open to the right and below."""
    draw = rng.random
    rights, downs = [], []
    sets, fresh = list(range(size)), size
    for row in range(size):
        last = row == size - 1
        right = [False] * size
        for column in range(size - 1):
            here, there = sets[column], sets[column + 1]
            if here != there and (last or draw() < across):
                right[column] = True
                sets = [here if s == there else s for s in sets]
        rights.append(right)
        below = [False] * size
        if not last:
            for group in dict.fromkeys(sets):
                members = [c for c in range(size) if sets[c] == group]
                opened = [c for c in members if draw() < down]
                for column in opened or [members[int(draw() * len(members))]]:
                    below[column] = True
            for column in range(size):
                if not below[column]:
                    sets[column], fresh = fresh, fresh + 1
        downs.append(below)
    return rights, downs


def _path(size: int, rights: list[list[bool]], downs: list[list[bool]]) -> tuple[Cell, ...]:
    came: dict[Cell, Cell | None] = {(0, 0): None}
    waiting, goal = [(0, 0)], (size - 1, size - 1)
    while goal not in came:
        r, c = waiting.pop()
        for open_, near in (
            (rights[r][c], (r, c + 1)),
            (c > 0 and rights[r][c - 1], (r, c - 1)),
            (downs[r][c], (r + 1, c)),
            (r > 0 and downs[r - 1][c], (r - 1, c)),
        ):
            if open_ and near not in came:
                came[near] = (r, c)
                waiting.append(near)
    rooms: list[Cell] = [goal]
    while (before := came[rooms[-1]]) is not None:
        rooms.append(before)
    rooms.reverse()
    path = [(1, 1)]
    for (r, c), (s, d) in itertools.pairwise(rooms):
        path += [(r + s + 1, c + d + 1), (2 * s + 1, 2 * d + 1)]
    return tuple(path)


_NAMES = {step: name for name, step in MOVES.items()}


def words(path: tuple[Cell, ...]) -> list[str]:
    """The moves along neighbouring cells."""
    return [_NAMES[b[0] - a[0], b[1] - a[1]] for a, b in itertools.pairwise(path)]


def draw(maze: Maze, marks: dict[Cell, str]) -> str:
    """The maze with its path as `+`, and some cells of it marked otherwise."""
    cells = [list(row) for row in maze.rows]
    for r, c in maze.path:
        cells[r][c] = "+"
    for (r, c), mark in marks.items():
        cells[r][c] = mark
    return "\n".join(map("".join, cells))


def grid_of(text: str) -> tuple[dict[Cell, str], list[str]]:
    """An entry's cells (walls left out) and its list of moves."""
    *rows, moves = text.split("\n")
    cells = {
        (r, c): mark for r, row in enumerate(rows) for c, mark in enumerate(row) if mark != "#"
    }
    return cells, moves.split(",") if moves else []
