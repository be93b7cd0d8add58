"""What is to be played: the plan of a run, and the key that names each piece of work.

A plan resolves names to environments, agents and tasks before anything starts, so that a wrong
name costs a second and a dry run can show everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from ..agents import Agent, resolve
from ..envs.core import UsageError, check_options, find, make
from ..leaderboard import Cell, key_of


@dataclass(frozen=True, slots=True)
class EpisodeLimits:
    """Limits on one episode that the evaluation adds to the environment's own."""

    seconds: float | None = None
    """Wall time; who is not done by then is stopped and graded (`out_of_time`)."""


class Work(NamedTuple):
    """One episode to play."""

    key: str
    task: str
    trial: int
    seed: int
    attempt: int = 0


@dataclass(slots=True)
class Planned:
    """One cell of the table (environment, configuration, agent) and its work."""

    cell: Cell
    agent: Agent
    options: dict[str, Any]
    tasks: Sequence[str]
    trials: int
    seed: int
    limits: EpisodeLimits
    turns: int | None = None
    """The most actions of an episode, where the environment says so."""
    single_reply: bool = False
    """Whether the first reply ends an episode (one without text may be asked for again)."""

    def __len__(self) -> int:
        return len(self.tasks) * self.trials

    def work(self) -> Iterator[Work]:
        """All episodes of the cell, trial by trial, tasks in order."""
        c = self.cell
        key = key_of(c.run, c.environment, c.split, c.agent, c.config)
        for trial in range(self.trials):
            for task in self.tasks:
                seed = seed_of(self.seed, c.environment, task, trial)
                yield Work(key(task, trial), task, trial, seed)


def seed_of(seed: int, environment: str, task: str, trial: int) -> int:
    """The seed of an episode: the same for every agent, so that comparisons are paired."""
    name = f"{seed}\n{environment}\n{task}\n{trial}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=4).digest(), "little") >> 1


def plan(
    environments: Sequence[str],
    agents: Sequence[str | Agent] = (),
    *,
    tasks: int | Sequence[str] | None = None,
    split: str | None = None,
    trials: int = 1,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    limits: EpisodeLimits | None = None,
    name: str = "",
) -> list[Planned]:
    """Resolve what is asked for.

    Args:
        environments: ids or short names.
        agents: URIs or agents; none means each environment's reference agents and `random`.
        tasks: how many of the split (the first ones), or ids; None means all.
        split: default: `test`, or an environment's only split.
        trials: episodes of each task.
        seed: of the whole run.
        options: passed to the environments.
        limits: of each episode.
        name: of the run, to keep it apart from others in the same file.

    Raises:
        UsageError: something does not exist or does not fit.
    """
    if trials < 1:
        raise UsageError(f"--trials is {trials}; expected at least 1")
    limits = limits or EpisodeLimits()
    resolved: dict[str, Agent] = {}
    planned: list[Planned] = []
    for wanted in environments:
        env = table_of(wanted, dict(options or {}))
        chosen, task_ids = env.choose(tasks, split)
        references = [*env.references, "random"]
        for given in agents or references:
            uri = given if isinstance(given, str) else given.uri
            if uri not in resolved:
                resolved[uri] = resolve(given, references) if isinstance(given, str) else given
            agent = resolved[uri]
            if not agent.plays(env.unwrapped):
                raise UsageError(
                    f"{env.id} has no reference agent {uri!r}; it has {', '.join(env.references)}"
                )
            if env.images and not agent.sees_images():
                raise UsageError(
                    f"{env.id} shows images, and {agent.uri!r} is not known to see any: choose an "
                    "agent that does. If you know that a model of openai/..., litellm/... or "
                    "vllm/... sees images, add images=true to its options"
                )
            cell = Cell(
                run=name,
                environment=env.id,
                split=chosen,
                agent=agent.uri,
                config={
                    "options": dict(options or {}),
                    "limits": msgspec.to_builtins(limits),
                    "seed": seed,
                    **({"agent": dict(agent.identity)} if agent.identity else {}),
                },
                headline=env.headline,
                rate=env.rate,
            )
            own = dict(options or {})
            planned.append(
                Planned(
                    cell,
                    agent,
                    own,
                    task_ids,
                    trials,
                    seed,
                    limits,
                    turns=env.turns,
                    single_reply=env.single_reply,
                )
            )
    return planned


class EnvTable:
    """What planning must know of an environment, Palestra's own or anybody's from Gymnasium."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        found = find(name)
        if found is not None:
            check_options(found, options)
        try:
            env = make(name, **options)
        except UsageError:
            raise
        except (TypeError, ValueError) as error:
            raise UsageError(f"{name} cannot be made with {options}: {error}") from error
        self.unwrapped = env.unwrapped
        self.id: str = found.id if found else env.spec.id
        self.references: Mapping[str, Any] = getattr(self.unwrapped, "references", {})
        self.headline: str = getattr(self.unwrapped, "headline", "return")
        self.rate: bool = getattr(self.unwrapped, "rate", False)
        self.images: bool = getattr(self.unwrapped, "images", False) is True
        self.turns: int | None = getattr(getattr(self.unwrapped, "limits", None), "turns", None)
        if self.turns is not None:  # in an arena every seat acts in every turn
            self.turns *= len(getattr(self.unwrapped, "possible_agents", ("",)))
        self.single_reply: bool = self.turns == 1 or getattr(self.unwrapped, "single_reply", False)
        source = getattr(self.unwrapped, "tasks", None)
        self.splits: Mapping[str, int | None] = (
            source.splits if source is not None else {"any": None}
        )
        env.close()

    def choose(
        self, tasks: int | Sequence[str] | None, split: str | None
    ) -> tuple[str, Sequence[str]]:
        """The split and the ids of its tasks that are meant."""
        if isinstance(tasks, Sequence):
            named = {task.rpartition("/")[0] for task in tasks}
            if len(named) != 1 or (split is not None and split not in named):
                raise UsageError(f"the tasks {list(tasks)[:3]} are not of one split")
            split = named.pop()
        if split is None:
            split = "test" if "test" in self.splits else next(iter(self.splits))
        if split not in self.splits:
            raise UsageError(f"{self.id} has no split {split!r}; it has {', '.join(self.splits)}")
        size = self.splits[split]
        if isinstance(tasks, Sequence):
            for task in tasks:
                index = task.rpartition("/")[2]
                if not index.isdigit() or (size is not None and int(index) >= size):
                    last = f" to {split}/{size - 1}" if size else ""
                    raise UsageError(f"{self.id} has no task {task!r}; expected {split}/0{last}")
            return split, list(tasks)
        if tasks is None:
            tasks = size if size is not None else 100
        if tasks < 1:
            raise UsageError(f"--tasks is {tasks}; expected at least 1")
        if size is not None and tasks > size:
            raise UsageError(
                f"{self.id} has {size} tasks in split {split!r}, {tasks} were asked for"
            )
        return split, _Ids(split, tasks)


class _Ids(Sequence[str]):
    """`split/0` to `split/<n-1>`, made when asked for."""

    def __init__(self, split: str, n: int) -> None:
        self._split, self._n = split, n

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [f"{self._split}/{i}" for i in range(*index.indices(self._n))]
        return f"{self._split}/{range(self._n)[index]}"


def table_of(name: str, options: dict[str, Any]) -> EnvTable:
    """See `EnvTable`."""
    return EnvTable(name, options)
