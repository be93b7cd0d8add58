"""Stack: does this stack hold, after these operations, what is claimed?

Three lines: the initial string (its end is the top), the operations, the final string. Under shift
the release prints the operations of true entries as a Python list and those of others as text, so
that one bracket gives the label away. A drawn stop that comes too early is passed over, and counts
as one of the fewest operations.
"""

from __future__ import annotations

import random

from .base import Draft, Language

__all__ = ["Stack"]

SIZES = (3, 5, 10, 15, 20, 25, 30)
FEWEST = (5, 10, 15)
_SHIFTED = {
    0.0: (0.4, 0.4, 0.2, 0.5),
    0.2: (0.45, 0.45, 0.10, 0.55),
    0.45: (0.625, 0.34375, 0.0875, 0.6125),
    0.65: (0.66, 0.27, 0.07, 0.6625),
    0.85: (0.68333, 0.25833, 0.05833, 0.7125),
}
"""Weights of push, pop and stop, and the chance that a zero is pushed (arXiv 2509.10414, Stack)."""


class Stack(Language):
    """A stack of bits; a pop of the empty stack does nothing."""

    name = "stack"
    about = "does the stack hold what is claimed after these operations?"
    kind = "PDA"
    rule = (
        "Each entry has three lines: what a stack of bits holds at first, operations separated by "
        "spaces, and what it is claimed to hold at the end. The right end of a line is the top of "
        "the stack. push,0 and push,1 put a bit on top; pop takes the top away and does nothing if "
        "the stack is empty. An empty stack is written empty. The label is 1 if the claim is "
        "right, and 0 otherwise."
    )

    def hardened(self, rng: random.Random, delta: float) -> list[Draft]:
        """The right final string, and the same with one bit flipped.

        The bit's value is drawn before its place, so as many zeros become ones as ones zeros.
        """
        while True:
            initial, operations = _initial(rng), _operations(rng, delta)
            final = _run(initial, operations)
            bit = rng.choice("01")
            places = [i for i, held in enumerate(final) if held == bit]
            if places:
                break
        place = rng.choice(places)
        wrong = final[:place] + ("1" if bit == "0" else "0") + final[place + 1 :]
        return [_draft(initial, operations, final, 1), _draft(initial, operations, wrong, 0)]

    def paper(self, rng: random.Random, delta: float) -> list[Draft]:
        return self._pair(rng, delta, leak=False)

    def released(self, rng: random.Random, delta: float) -> list[Draft]:
        return self._pair(rng, delta, leak=delta > 0)

    def _pair(self, rng: random.Random, delta: float, leak: bool) -> list[Draft]:
        """The negative has other operations (one of five redraws) than its final string is of."""
        while True:
            initial, operations = _initial(rng), _operations(rng, delta)
            final = _run(initial, operations)
            redrawn = [_operations(rng, delta) for _ in range(5)]
            wrong = [other for other in redrawn if _run(initial, other) != final]
            if wrong:
                other = rng.choice(wrong)
                positive = _draft(initial, operations, final, 1, leak=leak)
                negative = _draft(initial, other, final, 0)
                return [positive, negative._replace(source=positive.source)]

    def decide(self, text: str) -> int:
        initial, operations, final = text.split("\n")
        stack = list(initial)
        for operation in _read(operations):
            if operation != "pop":
                stack.append(operation[-1])
            elif stack:
                stack.pop()
        return int(("".join(stack) or "empty") == final)

    def steps(self, text: str) -> list[str]:
        initial, operations, final = text.split("\n")
        said, stack = [], initial
        for operation in _read(operations):
            stack = stack[:-1] if operation == "pop" else stack + operation[-1]
            said.append(f"After {operation} the stack holds {stack or 'nothing'}.")
        return [*said, f"Claimed is {final}."]


def _initial(rng: random.Random) -> str:
    return "".join(rng.choice("01") for _ in range(rng.choice(SIZES)))


def _operations(rng: random.Random, delta: float) -> list[str]:
    push, pop, stop, zero = _SHIFTED[delta]
    fewest, total, draw = rng.choice(FEWEST), push + pop + stop, rng.random
    operations: list[str] = []
    drawn = 0
    while True:
        point = draw() * total
        if point < push:
            operations.append("push,0" if draw() < zero else "push,1")
        elif point < push + pop:
            operations.append("pop")
        elif drawn >= fewest and operations:
            return operations
        drawn += 1


def _read(operations: str) -> list[str]:
    """The operations of either format."""
    if operations.startswith("["):
        operations = operations[2:-2].replace("', '", " ").replace("push ", "push,")
    return operations.split(" ")


def _run(initial: str, operations: list[str]) -> str:
    stack = initial
    for operation in operations:
        stack = stack[:-1] if operation == "pop" else stack + operation[-1]
    return stack


def _draft(
    initial: str, operations: list[str], final: str, answer: int, *, leak: bool = False
) -> Draft:
    text = " ".join(operations)
    shown = str(text.replace(",", " ").split(" ")) if leak else text
    return Draft(f"{initial}\n{shown}\n{final or 'empty'}", answer, f"{initial} {text}")
