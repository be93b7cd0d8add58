"""What is asked: tasks, where they come from, and views that select some of them."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from .errors import UsageError


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable instance of what an environment asks."""

    id: str
    """`<split>/<index>`."""
    split: str
    prompt: str
    """What the agent is told."""
    truth: Any = None
    """What it must never see: the answer, the gold end state, the hidden path."""
    difficulty: Mapping[str, float] = {}
    """Named numbers, such as hops or gold calls."""
    seed: int = 0
    """The seed of everything random inside the task."""

    def __repr__(self) -> str:  # the truth stays out of logs and tracebacks
        return f"Task(id={self.id!r}, prompt={self.prompt[:60]!r}...)"


class TaskSource(ABC):
    """Tasks by split and index, made deterministically when they are asked for.

    A subclass gives `splits` and `make`; the rest follows. `make` must be a pure function of its
    arguments and of the source's own options.
    """

    remember: int = 4096
    """How many tasks are kept after they were made."""
    _cache: Callable[[str, int], Task] | None = None

    @property
    @abstractmethod
    def splits(self) -> Mapping[str, int]:
        """Each split's name and size, in the order in which they are shown."""

    @abstractmethod
    def make(self, split: str, index: int) -> Task:
        """The task at `index` (0 <= index < splits[split])."""

    def get(self, split: str, index: int) -> Task:
        """The task at `index`, remembered once made.

        Raises:
            UsageError: there is no such split or index.
        """
        size = self.splits.get(split)
        if size is None:
            raise UsageError(f"there is no split {split!r}; the splits are {list(self.splits)}")
        if not 0 <= index < size:
            raise UsageError(
                f"split {split!r} has the tasks {split}/0 to {split}/{size - 1}, no {split}/{index}"
            )
        return self._remembered(split, index)

    def task(self, id: str) -> Task:
        """The task with this id.

        Raises:
            UsageError: the id is not of the form `<split>/<index>`, or names no task.
        """
        split, _, index = id.rpartition("/")
        if not split or not index.isascii() or not index.isdigit():
            example = next(iter(self.splits), "test")
            raise UsageError(f"{id!r} is no task id; they look like {example + '/0'!r}")
        return self.get(split, int(index))

    def view(self, split: str) -> TaskView:
        """All ids of one split, as a view that can be narrowed."""
        if split not in self.splits:
            raise UsageError(f"there is no split {split!r}; the splits are {list(self.splits)}")
        return TaskView(self, [f"{split}/{i}" for i in range(self.splits[split])])

    @property
    def _remembered(self) -> Callable[[str, int], Task]:
        if self._cache is None:
            self._cache = lru_cache(maxsize=self.remember)(self.make)
        return self._cache

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_cache"}


class TaskList(TaskSource):
    """A finite set of tasks that are simply there: `TaskList(tasks)`, each with its own split."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks: dict[str, list[Task]] = {}
        for task in tasks:
            kept = self._tasks.setdefault(task.split, [])
            if task.id != f"{task.split}/{len(kept)}":
                raise ValueError(
                    f"task {task.id!r} is number {len(kept)} of split {task.split!r}; "
                    f"its id must be '{task.split}/{len(kept)}'"
                )
            kept.append(task)

    @property
    def splits(self) -> Mapping[str, int]:
        return {split: len(tasks) for split, tasks in self._tasks.items()}

    def make(self, split: str, index: int) -> Task:
        return self._tasks[split][index]


class TaskView(Sequence[Task]):
    """A selection of tasks; views chain: `source.view("test").shuffle(seed=0).take(5)`.

    Nothing is made before a task is looked at.
    """

    def __init__(self, source: TaskSource, ids: Sequence[str]) -> None:
        self._source, self.ids = source, ids

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Task:  # type: ignore[override] - slices: use take/skip
        return self._source.task(self.ids[index])

    def __iter__(self) -> Iterator[Task]:
        return (self._source.task(id) for id in self.ids)

    def take(self, n: int) -> TaskView:
        """The first `n`."""
        return TaskView(self._source, self.ids[:n])

    def skip(self, n: int) -> TaskView:
        """All but the first `n`."""
        return TaskView(self._source, self.ids[n:])

    def shuffle(self, seed: int) -> TaskView:
        """In an order drawn from `seed`."""
        ids = list(self.ids)
        random.Random(seed).shuffle(ids)
        return TaskView(self._source, ids)

    def filter(self, keep: Callable[[Task], bool]) -> TaskView:
        """Those for which `keep(task)` holds (makes every task)."""
        return TaskView(self._source, [id for id in self.ids if keep(self._source.task(id))])
