"""What is true of a string: the grader's side, which shares no code with generators and automata.

    verify("parity", "0110")  # 1

Each function counts, matches, adds up or compares sets where the automaton in `languages/` runs
state by state; none knows how its strings were made. They expect entries as the generators write
them, and answer 0 (or a sum of what they understand) to anything else that they can read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate, pairwise

__all__ = ["VERIFIERS", "verify"]

_PRICE = {"biscuit": 20, "coffee": 15, "soda": 25}


def _parity(text: str) -> int:
    return 1 - text.count("0") % 2


def _pattern(text: str) -> int:
    return int(re.search("abcabb", text) is not None)


def _changes(text: str) -> list[int]:
    """What each item of an account adds; a bare number adds nothing."""
    return [
        int(coin) if coin else -_PRICE[bought]
        for coin, bought in re.findall(r"\+(\d+)|([a-z]+)", text)
    ]


def _vending(text: str) -> int:
    balances = list(accumulate(_changes(text)))
    claimed = int(re.findall(r"-?\d+$", text)[0])
    return int(min(balances) >= 0 and balances[-1] == claimed)


def _vending_sum(text: str) -> int:
    return sum(_changes(text))


def _cells(text: str) -> tuple[dict[complex, str], list[complex]]:
    """A maze as points of the complex plane (down is positive), and its moves as differences."""
    *rows, moves = text.splitlines()
    points = {
        complex(column, row): mark
        for row, line in enumerate(rows)
        for column, mark in enumerate(line)
    }
    unit = {"right": 1 + 0j, "left": -1 + 0j, "down": 1j, "up": -1j}
    return points, [unit[move] for move in moves.split(",") if move]


def _maze_complete(text: str) -> int:
    """Where do the moves lead backwards from each drawn cell that the path may go on with?"""
    points, moves = _cells(text)
    (hole,) = (at for at, mark in points.items() if mark == "?")
    if len(moves) != 3:
        return 0
    start = hole - moves[0]
    middle, last = hole + moves[1], hole + moves[1] + moves[2]
    fits = points.get(start) in ("+", "S") and points.get(middle) == points.get(last) == " "
    goes_on = any(
        points.get(last + unit) in ("+", "E") and last + unit != start for unit in (1, -1, 1j, -1j)
    )
    return int(fits and goes_on and last != hole)


def _maze_solve(text: str) -> int:
    points, moves = _cells(text)
    visited = list(accumulate(moves, initial=1 + 1j))
    drawn = {at for at, mark in points.items() if mark == "+"}
    return int(len(visited) == len(drawn) and set(visited) == drawn)


def _stack(text: str) -> int:
    """Read the operations backwards: a pop takes the nearest push before it, or a bit below."""
    initial, operations, final = text.split("\n")
    left: list[str] = []
    pops = 0
    for operation in reversed(re.findall(r"push\W+[01]|pop", operations)):
        if operation == "pop":
            pops += 1
        elif pops:
            pops -= 1
        else:
            left.append(operation[-1])
    # Of pops that found no push, those on an empty stack did nothing.
    kept = initial[: len(initial) - pops] if pops < len(initial) else ""
    held = kept + "".join(reversed(left))
    return int(held == ("" if final == "empty" else final))


def _reversal(text: str) -> int:
    left, right = (re.findall(r"gfx|chtte|%|ltintprk|¯\\_\(ツ\)_/¯|.", s) for s in text.split("#"))
    return int(right[::-1] == left)


def _hamiltonian(text: str) -> int:
    graph, line = text.split("\n")
    edges = {
        (source, target)
        for source, targets in re.findall(r'"(\d+)": \[([^\]]*)\]', graph)
        for target in re.findall(r"\d+", targets)
    }
    vertices = {source for source in re.findall(r'"(\d+)":', graph)}
    path = line.split(",")
    steps = set(pairwise(path))
    return int(
        path[0] == "0" and len(path) == len(vertices) and set(path) == vertices and steps <= edges
    )


VERIFIERS: dict[str, Callable[[str], int]] = {
    "parity": _parity,
    "pattern": _pattern,
    "vending": _vending,
    "vending_sum": _vending_sum,
    "maze_complete": _maze_complete,
    "maze_solve": _maze_solve,
    "stack": _stack,
    "reversal": _reversal,
    "hamiltonian": _hamiltonian,
}


def verify(language: str, text: str) -> int:
    """The right answer to an entry of a language."""
    return VERIFIERS[language](text)
