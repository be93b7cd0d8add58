"""Maze Complete: do these three moves fill the gap in the path?

Three neighbouring cells of the path are blanked, the first of them to a `?`. The release assumes
that the path enters `?` in the direction in which it leaves it, which is wrong at corners.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from .base import Draft, Language
from .mazes import MOVES, Maze, draw, grid_of, make_maze, words

__all__ = ["MazeComplete"]

SIZES = (3, 4, 5, 6)
_FORWARD = {"right", "down"}


class _Gap(NamedTuple):
    shown: str
    moves: tuple[str, ...]


class MazeComplete(Language):
    """Geometry in text (arXiv 2509.10414, Maze Complete)."""

    name = "maze_complete"
    about = "do three moves complete the path through a maze?"
    kind = "PDA"
    rule = (
        "Each entry is a maze and a line of moves. In the maze # is a wall, S the entrance, E the "
        "exit, + the path, and a blank a corridor. Three neighbouring cells of the path are not "
        "drawn: the first is shown as ?, the two after it as blanks. The moves, of right, down, "
        "left and up, should lead from the last + before the ? onto the ?, and over the two cells "
        "after it, so that the path goes on from there. The label is 1 if they do exactly that, "
        "and 0 otherwise."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """Two mazes that exchange their answers, which differ in one move.

        So every maze and every answer is in both classes alike, and all answers have three moves.
        """
        one = self._gap(rng, delta, any_way=True)
        while True:
            other = self._gap(rng, delta, any_way=True)
            if sum(a != b for a, b in zip(one.moves, other.moves, strict=True)) == 1:
                break
        return [
            _draft(one.shown, one.moves, 1),
            _draft(other.shown, other.moves, 1),
            _draft(one.shown, other.moves, 0),
            _draft(other.shown, one.moves, 0),
        ]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        shown, moves = self._gap(rng, delta, any_way=False)
        return [_draft(shown, moves, 1), _draft(shown, _spoiled(moves, rng), 0)]

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        shown, moves = self._gap(rng, delta, any_way=False)
        believed = (moves[1], moves[1], moves[2])
        return [_draft(shown, believed, 1), _draft(shown, _spoiled(believed, rng), 0)]

    def _gap(self, rng: random.Random, delta: float, *, any_way: bool) -> _Gap:
        while True:
            maze = make_maze(rng, rng.choice(SIZES), delta)
            places = _places(maze, any_way)
            if places:
                break
        first = rng.choice(places)
        path = maze.path
        marks = {path[first]: "?", path[first + 1]: " ", path[first + 2]: " "}
        return _Gap(draw(maze, marks), tuple(words(path[first - 1 : first + 3])))

    def decide(self, text: str) -> int:
        cells, moves = grid_of(text)
        if len(moves) != 3:
            return 0
        hole = next(cell for cell, mark in cells.items() if mark == "?")
        starts = [cell for cell in _around(hole) if cells.get(cell) in ("+", "S")]
        for start in starts:
            here, came = start, [start]
            for move in moves:
                down, across = MOVES[move]
                here = here[0] + down, here[1] + across
                came.append(here)
            marks = [cells.get(cell) for cell in came[1:]]
            ends = [c for c in _around(here) if cells.get(c) in ("+", "E") and c not in came]
            if marks == ["?", " ", " "] and came[3] != came[1] and ends:
                return 1
        return 0

    def steps(self, text: str) -> list[str]:
        cells, moves = grid_of(text)
        here = next(cell for cell, mark in cells.items() if mark == "?")
        start = next((c for c in _around(here) if cells.get(c) in ("+", "S")), here)
        said = [f"The path stops at row {start[0]}, column {start[1]}."]
        here = start
        for move in moves:
            here = here[0] + MOVES[move][0], here[1] + MOVES[move][1]
            mark = {"?": "the ?", " ": "a blank", None: "a wall"}.get(
                cells.get(here), "a drawn cell"
            )
            said.append(f"{move} leads to row {here[0]}, column {here[1]}: {mark}.")
        return said


def _around(cell: tuple[int, int]) -> list[tuple[int, int]]:
    return [(cell[0] + down, cell[1] + across) for down, across in MOVES.values()]


def _places(maze: Maze, any_way: bool) -> list[int]:
    """Where a gap may begin: a cell of the path is before it, and one after it."""
    places = range(1, len(maze.path) - 3)
    if any_way:
        return list(places)
    moves = words(maze.path)
    return [i for i in places if _FORWARD.issuperset(moves[i - 1 : i + 2])]


def _spoiled(moves: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    """One more move (20%), one less (20%), or one exchanged for the other direction."""
    point = rng.random()
    if point < 0.2:
        return (*moves, rng.choice(("right", "down")))
    if point < 0.4:
        return moves[:-1]
    place = rng.randrange(3)
    other = "down" if moves[place] == "right" else "right"
    return (*moves[:place], other, *moves[place + 1 :])


def _draft(shown: str, moves: tuple[str, ...], answer: int) -> Draft:
    return Draft(f"{shown}\n{','.join(moves)}", answer, shown)
