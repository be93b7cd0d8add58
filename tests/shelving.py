"""An environment whose tasks only read, for tests: no state can show that the right thing was done.

Tasks of `train` have no sequence of their own but the last, whose truth holds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from palestra.envs.core import (
    Ledger,
    Limits,
    Reference,
    Score,
    Script,
    Seat,
    State,
    Task,
    TaskList,
    TaskSource,
    ToolEnv,
    ToolError,
    call,
    register,
    say,
    text_of,
    tool,
)

BOOKS = {"atlas": "north", "bible": "south", "codex": "east", "diary": "west"}
NAMES = list(BOOKS)
OWN = {"book": "codex", "calls": (("look", {"book": "atlas"}), ("look", {"book": "codex"}))}


def _task(split: str, index: int, book: str, **more: Any) -> Task:
    return Task(
        id=f"{split}/{index}",
        split=split,
        prompt=f"{split} {index}: where does the {book} stand?",
        truth=more.get("truth", {"book": book}),
        difficulty={"size": float(more.get("size", 1 + index // 6))},
    )


TASKS = TaskList(
    [_task("train", i, NAMES[i % 4]) for i in range(8)]
    + [_task("train", 8, "codex", truth=OWN)]
    + [_task("test", i, NAMES[i % 4]) for i in range(4)]
    + [_task("ood", i, NAMES[i % 4]) for i in range(4)]
)


class Liar(TaskSource):
    """Gives out tasks of `test` under ids of `train`."""

    @property
    def splits(self) -> Mapping[str, int]:
        return {"train": 4, "test": 4}

    def make(self, split: str, index: int) -> Task:
        return TASKS.get("test", index)


class Twins(TaskSource):
    """Asks in `train` what it asks in `test`."""

    @property
    def splits(self) -> Mapping[str, int]:
        return {"train": 4, "test": 4}

    def make(self, split: str, index: int) -> Task:
        asked = TASKS.get("test", index)
        return Task(id=f"{split}/{index}", split=split, prompt=asked.prompt, truth=asked.truth)


def _looks(*books: str) -> Any:
    def policy(seat: Seat) -> Script:
        right = text_of(seat.opening).split()[-2]
        for book in books:
            yield call("look", book=book or right)
        yield say(f"In the {BOOKS[right]}.")

    return policy


def breaker(seat: Seat) -> Script:
    """Forgets an argument, then does it right."""
    yield call("look")
    yield from _looks("")(seat)


@dataclass
class Said(State):
    """What was said in the end."""

    text: str = ""


class Shelves(ToolEnv[Said]):
    """Say where a book stands."""

    text_actions = True
    references = {
        "oracle": Reference(_looks(""), "oracle", privileged=True),
        "straight": Reference(_looks(""), "baseline"),
        "recovering": Reference(_looks("nothing", ""), "baseline"),
        "detour": Reference(_looks("atlas", ""), "baseline"),
        "looping": Reference(_looks("atlas", "atlas", "atlas", ""), "baseline"),
        "breaker": Reference(breaker, "baseline"),
        "mute": Reference(lambda seat: iter(()), "baseline"),  # type: ignore[arg-type,return-value]
    }

    def __init__(self, *, tasks: str = "honest", render_mode: str | None = None) -> None:
        source = {"honest": TASKS, "liar": Liar(), "twins": Twins()}[tasks]
        super().__init__(tasks=source, limits=Limits(turns=9), render_mode=render_mode)

    def initial_state(self, task: Task) -> Said:
        return Said()

    @tool
    def look(self, book: str, floor: int = 1) -> str:
        """Look where a book stands.

        Args:
            book: Its name.
            floor: Where to look.
        """
        if book not in BOOKS:
            raise ToolError(f"There is no {book}.")
        return f"The {book} stands in the {BOOKS[book]}."

    def on_text(self, text: str) -> str | None:
        self.state.text = text
        return None

    def grade(self, state: Said, ledger: Ledger, task: Task) -> Score:
        right = float(BOOKS[task.truth["book"]] in state.text)
        return Score(right, "success" if right else "wrong_answer", {"success": right})


register("test/Shelves-v0", Shelves, name="shelves")
