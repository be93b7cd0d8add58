"""The folder of a training run: what it was made with, its curves, checkpoints and episodes."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from transformers import TrainerCallback
from transformers.trainer_utils import get_last_checkpoint

from ..envs.core import Episode, UsageError
from ..evals.runner import versions
from ..leaderboard import Cell, Store, Writer


class RunFolder:
    """One run's folder.

    Args:
        path: made where it does not exist.
        resume: whether a run in it goes on (from the beginning, if it has no checkpoint yet).

    Raises:
        UsageError: there is a run in it already, or none to resume.
    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool = False) -> None:
        self.path = Path(path)
        self.checkpoints, self.model = self.path / "checkpoints", self.path / "model"
        self.episodes = self.path / "episodes.duckdb"
        begun = (self.path / "config.json").exists()
        if begun and not resume:
            raise UsageError(
                f"{self.path} holds a run already; go on with it (resume), or name another folder"
            )
        if resume and not begun:
            raise UsageError(f"{self.path} holds no run to go on with")
        self._records: _Records | None = None

    def last_checkpoint(self) -> str | None:
        """The newest checkpoint's folder, if there is one."""
        return get_last_checkpoint(str(self.checkpoints)) if self.checkpoints.is_dir() else None

    def begin(self, config: Mapping[str, Any]) -> None:
        """Note what the run is made with."""
        self.path.mkdir(parents=True, exist_ok=True)
        for name, content in (("config", config), ("versions", versions())):
            text = json.dumps(content, indent=2, default=str)
            (self.path / f"{name}.json").write_text(text + "\n")

    def curves(self) -> TrainerCallback:
        """What writes `curves.csv` as the run goes, and `curves.png` at its end."""
        return _Curves(self.path)

    @contextmanager
    def recording(self, cells: Sequence[Cell]) -> Iterator[None]:
        """While episodes of these environments may be recorded.

        Raises:
            ConfigChanged: the run that is resumed plays with other settings.
        """
        store = Store(self.episodes)
        store.recover()
        session = f"training-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
        store.begin(session, f"training in {self.path.name}", versions())
        status = "failed"
        try:
            settled = store.settle_cells(cells)
            with Writer(store, session) as writer:
                self._records = _Records(store, writer, {c.environment: c.id for c in settled})
                yield
            status = "finished"
        except KeyboardInterrupt:
            status = "interrupted"
            raise
        finally:
            self._records = None
            store.end(session, status)

    def record(self, step: int, episodes: Sequence[Episode], keep: float) -> None:
        """Store a share of a step's rollouts, drawn by chance and not by outcome."""
        kept = [each for each in episodes if int(each.key[:8], 16) < keep * 2**32]
        if self._records is None or not kept:
            return
        store, writer, cells = self._records
        for id, cell in cells.items():
            if work := [(e.key, e.task, step) for e in kept if e.environment == id]:
                store.plan(cell, work)
        for episode in kept:
            writer.add(episode)

    def save(self, model: Any, tokenizer: Any) -> Path:
        """Save the model, adapters merged into it."""
        if hasattr(model, "merge_and_unload"):
            model = model.merge_and_unload()
        model.save_pretrained(self.model)
        tokenizer.save_pretrained(self.model)
        return self.model


class _Records(NamedTuple):
    """Where rollouts are stored."""

    store: Store
    writer: Writer
    cells: Mapping[str, int]


class _Curves(TrainerCallback):
    """Every logged number by step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[dict[str, float]] = []

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._rows = [
            {
                "step": entry["step"],
                **{k: v for k, v in entry.items() if isinstance(v, int | float)},
            }
            for entry in state.log_history
            if entry.get("step", 0) <= state.global_step
        ]

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        numbers = _numbers(logs or {})
        if "loss" not in numbers and "reward" not in numbers:
            return  # the summary at the end
        self._rows.append({"step": state.global_step, **numbers})
        rows = _whole(self._rows)
        names = list(dict.fromkeys(name for row in rows for name in row))
        with open(self._folder / "curves.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        from .plot import plot

        plot(_whole(self._rows), self._folder / "curves.png")


def _whole(rows: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """An outcome that a step does not name was that of none of its rollouts."""
    outcomes = {name: 0.0 for row in rows for name in row if name.startswith("outcome/")}
    return [{**row, **(outcomes | row)} for row in rows]


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {key: value for key, value in logs.items() if isinstance(value, int | float)}
