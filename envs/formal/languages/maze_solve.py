"""Maze Solve: is this list of moves the path that is drawn?"""

from __future__ import annotations

import random

from .base import Draft, Language
from .mazes import MOVES, draw, grid_of, make_maze, words

__all__ = ["MazeSolve"]

SIZES = (3, 4, 6, 8, 10)


class MazeSolve(Language):
    """The path is drawn; the moves must follow it (arXiv 2509.10414, Maze Solve)."""

    name = "maze_solve"
    about = "is the list of moves the path through the maze?"
    kind = "PDA"
    rule = (
        "Each entry is a maze and a line of moves. In the maze # is a wall, S the entrance, E the "
        "exit, + the path, and a blank a corridor that is not on it. The moves, of right, down, "
        "left and up, go from cell to cell. The label is 1 if they begin at the first + below S "
        "and follow the path exactly to the last + before E, and 0 otherwise."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """The path, and the path with two neighbouring unequal steps exchanged.

        They are exchanged only between two steps that are alike and equal one of them, so that
        every move and every pair of neighbouring moves occurs as often as before, and both lists
        end in the right cell.
        """
        while True:
            maze = make_maze(rng, rng.choice(SIZES), delta)
            moves = words(maze.path)
            rooms = moves[::2]  # from room to room it is two cells in the same direction
            places = [
                i
                for i in range(1, len(rooms) - 2)
                if rooms[i] != rooms[i + 1]
                and rooms[i - 1] == rooms[i + 2]
                and rooms[i - 1] in rooms[i : i + 2]
            ]
            if places:
                break
        place = rng.choice(places)
        rooms[place], rooms[place + 1] = rooms[place + 1], rooms[place]
        wrong = [move for room in rooms for move in (room, room)]
        shown = draw(maze, {})
        return [_draft(shown, moves, 1), _draft(shown, wrong, 0)]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        maze = make_maze(rng, rng.choice(SIZES), delta)
        moves, shown = words(maze.path), draw(maze, {})
        return [_draft(shown, moves, 1), _draft(shown, _spoiled(moves, rng), 0)]

    released = paper

    def decide(self, text: str) -> int:
        cells, moves = grid_of(text)
        here = (1, 1)
        seen: set[tuple[int, int]] = {here}
        for move in moves:
            here = here[0] + MOVES[move][0], here[1] + MOVES[move][1]
            if cells.get(here) != "+" or here in seen:
                return 0
            seen.add(here)
        return int(len(seen) == sum(mark == "+" for mark in cells.values()))

    def steps(self, text: str) -> list[str]:
        cells, moves = grid_of(text)
        here, said = (1, 1), ["The path begins at row 1, column 1."]
        for move in moves:
            here = here[0] + MOVES[move][0], here[1] + MOVES[move][1]
            if cells.get(here) != "+":
                return [*said, f"{move} leaves the path at row {here[0]}, column {here[1]}."]
            said.append(f"{move} leads to row {here[0]}, column {here[1]}.")
        near = {cells.get((here[0] + d, here[1] + a)) for d, a in MOVES.values()}
        return [*said, "The exit is next to it." if "E" in near else "The exit is not next to it."]


def _spoiled(moves: list[str], rng: random.Random) -> list[str]:
    """One more move (20%), the last left out (20%), or one replaced (a quarter of those: two)."""
    wrong, point = moves.copy(), rng.random()
    if point < 0.2:
        wrong.insert(rng.randrange(len(moves) + 1), rng.choice(list(MOVES)))
    elif point < 0.4:
        wrong.pop()
    else:
        count = 2 if rng.random() < 0.25 else 1
        for place in rng.sample(range(len(moves)), count):
            wrong[place] = rng.choice([move for move in MOVES if move != moves[place]])
    return wrong


def _draft(shown: str, moves: list[str], answer: int) -> Draft:
    return Draft(f"{shown}\n{','.join(moves)}", answer, shown)
