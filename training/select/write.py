"""A selection as files: JSON lines, or a folder of the `datasets` library."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ...envs.core import UsageError
from .selecting import Selection

if TYPE_CHECKING:
    from datasets import Dataset


def write_sft(selection: Selection, out: str | os.PathLike[str] | None = None) -> int:
    """Write JSON lines with `messages`, `tools` and `metadata`; returns how many.

    This is TRL's conversational format: arguments are objects, not JSON text. Where any
    conversation shows images, all rows are in the form for vision models (`vision.py`).

    Args:
        selection: what to write.
        out: a file, or None for stdout.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        with open(out, "wb") if out else nullcontext(sys.stdout.buffer) as file:
            images = any(conversation.shows_images for conversation in selection)
            for conversation in selection:
                file.write(msgspec.json.encode(conversation.row(images=images)) + b"\n")
            file.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from error
    return len(selection)


def as_dataset(selection: Selection) -> Dataset:
    """Convert to a `datasets.Dataset`.

    Its columns are `messages`, `tools` and `metadata`, and `images` where a conversation shows any.

    Messages, schemas and metadata are JSON inside. As Arrow structs they would get each other's
    keys: a call of `search` would be shown with `"url": null`, and a chat template would render it.

    Raises:
        UsageError: the package is not installed, or too old.
    """
    try:
        from datasets import Dataset, Features, Json, List, Value
    except ImportError:
        raise UsageError(
            "this needs the package `datasets`, 4.7 or newer: pip install 'palestra[train]'"
        ) from None
    images = any(conversation.shows_images for conversation in selection)
    columns = {"messages": List(Json()), "tools": List(Json()), "metadata": Json()}
    if images:
        columns["images"] = List(Value("string"))
    rows = [conversation.row(images=images) for conversation in selection]
    return Dataset.from_list(rows, features=Features(columns))


def write_hf(selection: Selection, out: str | os.PathLike[str]) -> int:
    """Write a folder that `datasets.load_from_disk` reads; returns how many.

    Raises:
        UsageError: the package is not installed; the folder holds something, or cannot be written.
    """
    try:
        if Path(out).exists() and any(Path(out).iterdir()):
            raise UsageError(f"{out} is not empty; name a new folder with --out")
        as_dataset(selection).save_to_disk(os.fspath(out))
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}") from error
    return len(selection)
