"""What is asked in *formal*: the strings of one language as tasks, one query or a block each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from ..core import Task, TaskSource
from .data import EVALUATED, Item, items
from .exemplars import POOL
from .languages import DELTAS

__all__ = ["FormalTasks", "Truth", "formal_tasks"]

_SIZES = {"train": 1000, "validation": 500, "test": EVALUATED, "ood": EVALUATED}


class Truth(msgspec.Struct, frozen=True):
    """What an agent must never see.

    Attributes:
        queries: the strings.
        clean: the right answer to each.
        noisy: the answer that the data set gives.
        number: of the first query in its set.
    """

    queries: tuple[str, ...]
    clean: tuple[int, ...]
    noisy: tuple[int, ...]
    number: int


class FormalTasks(TaskSource):
    """The queries of one setting.

    `train` and `validation` are of the distribution that exemplars come from and share no string
    with them; `test` is shifted by `delta`; `ood` goes through the four shifts in turn.
    """

    def __init__(
        self,
        language: str,
        *,
        mode: str = "hardened",
        delta: float = 0.0,
        noise: float | None = None,
        queries: int = 1,
        seed: int = 0,
    ) -> None:
        self._set = {"noise": noise, "seed": seed}
        self._language, self._mode, self._delta = language, mode, float(delta)
        self._queries, self._seed = queries, seed
        items(language, mode, "test", delta, noise=noise, seed=seed)  # says at once what is wrong

    @property
    def splits(self) -> Mapping[str, int]:
        return {split: size // self._queries for split, size in _SIZES.items()}

    def make(self, split: str, index: int) -> Task:
        number = index * self._queries
        delta = {"test": self._delta, "ood": DELTAS[1 + index % 4]}.get(split, 0.0)
        found = [self._item(split, delta, number + i) for i in range(self._queries)]
        return Task(
            id=f"{split}/{index}",
            split=split,
            prompt="\n\n".join(item.text for item in found),
            truth=Truth(
                tuple(item.text for item in found),
                tuple(item.clean for item in found),
                tuple(item.label for item in found),
                number,
            ),
            difficulty={
                "characters": sum(len(item.text) for item in found) / len(found),
                "delta": delta,
            },
            seed=self._seed,
        )

    def _item(self, split: str, delta: float, number: int) -> Item:
        if split == "train":
            return items(self._language, self._mode, "train", **self._set)[POOL + number]
        part = "test" if split == "ood" else split
        return items(self._language, self._mode, part, delta, **self._set)[number]


@lru_cache(maxsize=32)
def formal_tasks(
    language: str, mode: str, delta: float, noise: float | None, queries: int, seed: int
) -> FormalTasks:
    """The tasks of these options, shared by all environments of a process."""
    return FormalTasks(language, mode=mode, delta=delta, noise=noise, queries=queries, seed=seed)
