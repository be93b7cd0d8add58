"""A small environment of pictures: a grid of colours is drawn, and something of it is asked.

The PNG is written and read here by numpy and zlib alone.
"""

from __future__ import annotations

import base64
import json
import random
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from palestra.envs.core import (
    Ledger,
    Limits,
    Message,
    Part,
    Range,
    Reference,
    Score,
    Script,
    Seat,
    State,
    Task,
    TaskList,
    ToolEnv,
    call,
    image,
    image_facts,
    images_in,
    register,
    tool,
    user,
)
from palestra.evals.doctor import tool_call

COLOURS = {"red": (200, 30, 30), "green": (30, 160, 60), "blue": (40, 70, 200)}
SIDE = 4
CELL = 8


def grid_of(seed: int) -> list[list[str]]:
    """The colours of a grid, row by row."""
    rng = random.Random(seed)
    return [[rng.choice(list(COLOURS)) for _ in range(SIDE)] for _ in range(SIDE)]


def draw(rows: list[list[str]]) -> bytes:
    """A grid as a PNG, each cell a square of 8 by 8 pixels."""
    colours = np.array([[COLOURS[name] for name in row] for row in rows], np.uint8)
    pixels = colours.repeat(CELL, 0).repeat(CELL, 1)
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def read(data: bytes) -> list[list[str]]:
    """The grid that a PNG of `draw` shows."""
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT")
    size = int.from_bytes(data[start - 4 : start], "big")
    raw = np.frombuffer(zlib.decompress(data[start + 4 : start + 4 + size]), np.uint8)
    pixels = raw.reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)
    names = {tuple(colour): name for name, colour in COLOURS.items()}
    cells = pixels[CELL // 2 :: CELL, CELL // 2 :: CELL]
    return [[names[tuple(map(int, cell))] for cell in row] for row in cells]


def _task(split: str, index: int) -> Task:
    grid = grid_of(index + (1000 if split == "train" else 0))
    row, colour = index % SIDE + 1, list(COLOURS)[index % 3]
    return Task(
        id=f"{split}/{index}",
        split=split,
        prompt=f"How many cells of row {row} are {colour}? Call look for the row, then answer.",
        truth={"grid": grid, "count": grid[row - 1].count(colour)},
        difficulty={"row": float(row)},
    )


TASKS = TaskList([_task(split, i) for split in ("train", "test") for i in range(40)])


@dataclass
class GridState(State):
    """What was answered."""

    answer: int | None = None


def oracle(seat: Seat) -> Script:
    """Knows."""
    assert seat.env is not None
    row = _asked(seat.opening)[0]
    yield call("look", row=row)
    yield call("answer", count=seat.env.task.truth["count"])


def reader(seat: Seat) -> Script:
    """Looks at the picture, honestly."""
    row, colour = _asked(seat.opening)
    (shown,) = images_in((yield call("look", row=row))[-1])
    yield call("answer", count=read(image_facts(shown).data)[0].count(colour))


def _asked(messages: tuple[Message, ...]) -> tuple[int, str]:
    said = re.search(r"row (\d) are (\w+)", json.dumps(messages))
    assert said
    return int(said[1]), said[2]


class Grid(ToolEnv[GridState]):
    """Count the cells of one colour in a row of a drawn grid."""

    images = True
    chance = 0.3
    references = {
        "oracle": Reference(oracle, "oracle", privileged=True),
        "reader": Reference(reader, "baseline", "looks at the pixels", at_least=1.0),
    }

    def __init__(
        self, *, opening: Literal["image", "text"] = "image", render_mode: str | None = None
    ) -> None:
        self._opening = opening
        limits = Limits(turns=6, tool_calls=4)
        super().__init__(tasks=TASKS, limits=limits, strict=True, render_mode=render_mode)

    def initial_state(self, task: Task) -> GridState:
        return GridState()

    def opening(self, task: Task) -> tuple[Message, ...]:
        if self._opening == "text":
            return (user(task.prompt),)
        return (user([image(draw(task.truth["grid"])), task.prompt]),)

    @tool
    def look(self, row: Annotated[int, Range(1, SIDE)]) -> list[str | Part]:
        """See one row of the grid as a picture.

        Args:
            row: Which row, from 1 at the top.
        """
        return [f"Row {row}:", image(draw([self.task.truth["grid"][row - 1]]))]

    @tool(final=True)
    def answer(self, count: int) -> str:
        """Give the answer.

        Args:
            count: How many cells have the colour.
        """
        self.state.answer = count
        return "Thank you."

    def grade(self, state: GridState, ledger: Ledger, task: Task) -> Score:
        right = float(state.answer == task.truth["count"])
        return Score(right, "success" if right else "wrong_answer", {"success": right})


register("test/Grid-v0", Grid, name="grid")


def pictures(request: dict[str, Any]) -> Iterator[list[list[str]]]:
    """Every picture in a request, read."""
    for message in request["messages"]:
        if isinstance(message.get("content"), list):
            for part in message["content"]:
                if part["type"] == "image_url":
                    head, data = part["image_url"]["url"].split(",")
                    assert head == "data:image/png;base64"
                    yield read(base64.b64decode(data))


def seeing(request: dict[str, Any]) -> dict[str, Any]:
    """A model that sees: it looks, reads the last picture of the request and counts."""
    said = re.search(r"row (\d) are (\w+)", json.dumps(request["messages"]))
    assert said
    if all(message["role"] != "assistant" for message in request["messages"]):
        return {"tool_calls": [tool_call("look", json.dumps({"row": int(said[1])}))]}
    *_, row = pictures(request)
    assert len(row) == 1, "the row that was looked at comes last"
    return {"tool_calls": [tool_call("answer", json.dumps({"count": row[0].count(said[2])}))]}
