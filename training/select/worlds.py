"""The environments of stored episodes, made again, and the calls that solve their tasks."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ...envs.core import (
    Entry,
    Episode,
    Observation,
    Registered,
    Task,
    TaskSource,
    UsageError,
    find,
    make,
)
from ...envs.core.tools import Tool
from ...leaderboard.database import opened

_LAST = re.compile(r"[:/]")


@dataclass(frozen=True, slots=True)
class Calls:
    """A sequence of tool calls."""

    calls: list[tuple[str, Any]]
    """Tool and arguments, defaults filled in."""
    changes: bool
    """Whether the end state shows that they were made: one of them writes, or ends the episode."""


@dataclass(slots=True)
class World:
    """One environment as it was made for some episodes."""

    methods: Callable[[Task], Mapping[str, Tool]]
    """The tools of a task, by name."""
    source: TaskSource
    openings: Callable[[str], Observation]
    """The first observation of a task, by its id."""
    oracles: dict[str, list[Calls]] = field(default_factory=dict)
    """What stored oracles did, by task."""

    def tools(self, task: Task) -> list[dict[str, Any]]:
        """The tools of a task, in OpenAI's format."""
        return [tool.openai() for tool in self.methods(task).values()]

    def gold(self, task: Task) -> list[Calls]:
        """The sequences that solve a task: its own, else those of stored oracles; may be none.

        A task has its own as `truth.calls` (or `truth["calls"]`): pairs of tool and arguments.
        """
        truth = task.truth
        own = truth.get("calls") if isinstance(truth, Mapping) else getattr(truth, "calls", None)
        return self.oracles.get(task.id, []) if own is None else [self._calls(own, task)]

    def done(self, ledger: Sequence[Entry], task: Task) -> Calls:
        """The calls of an episode that succeeded."""
        good = [entry for entry in ledger if entry.error is None and not entry.malformed]
        made = self._calls([(entry.tool, entry.arguments) for entry in good], task)
        return Calls(made.calls, made.changes or any(entry.changes for entry in good))

    def _calls(self, named: Sequence[tuple[str, Any]], task: Task) -> Calls:
        methods = self.methods(task)
        known = [tool for name, _ in named if (tool := methods.get(name))]
        return Calls(
            [(name, _filled(methods, name, arguments)) for name, arguments in named],
            any(tool.writes or tool.final for tool in known),
        )


def _filled(methods: Mapping[str, Tool], name: str, arguments: Any) -> Any:
    try:
        return msgspec.to_builtins(methods[name].validate(arguments))
    except (KeyError, ValueError):
        return arguments


class Worlds:
    """The environments of a leaderboard file, each made once for each set of options."""

    def __init__(self, db: str | os.PathLike[str]) -> None:
        self._db = db
        self._worlds: dict[tuple[str, str], World] = {}

    def of(self, episode: Episode) -> World:
        """The environment of an episode."""
        return self.world(episode.environment, episode.options)

    def world(self, environment: str, options: Mapping[str, Any]) -> World:
        """The environment, made with these options.

        Raises:
            UsageError: it is not registered here, or cannot be made.
        """
        name = (environment, as_text(options))
        if name not in self._worlds:
            found = registered(environment, self._db)
            try:
                env = make(environment, **options).unwrapped
            except (TypeError, ValueError, OSError) as error:
                raise UsageError(
                    f"{environment} cannot be made again with {dict(options)}, so its tasks cannot "
                    f"be told from held-out ones: {error}"
                ) from error
            world = World(env.tools_of_task, env.tasks, _openings(env))
            references = found.cls.references if found else {}
            self._remember(world, *name, [n for n, r in references.items() if r.role == "oracle"])
            self._worlds[name] = world
            env.close()
        return self._worlds[name]

    def privileged(self, environment: str, agent: str) -> bool:
        """Whether an agent (or what is inside its scaffolds) acts on the hidden truth."""
        found = registered(environment, self._db)
        references = found.cls.references if found else {}
        reference = references.get(_LAST.split(agent.partition("?")[0])[-1])
        return reference is not None and reference.privileged

    def _remember(self, world: World, environment: str, options: str, oracles: list[str]) -> None:
        with opened(self._db) as db:
            rows = db.execute(
                "select options, task, ledger from results join transcripts using (key, attempt) "
                "where environment = ? and list_contains(?::varchar[], agent) "
                "and status = 'scored' and headline >= 1 order by key",
                [environment, oracles],
            ).fetchall()
        for made, task, ledger in rows:
            if as_text(json.loads(made)) == options:
                made = msgspec.json.decode(ledger or "[]", type=list[Entry])
                did = world.done(made, world.source.task(task))
                if did not in (known := world.oracles.setdefault(task, [])):
                    known.append(did)


def _openings(env: Any) -> Callable[[str], Observation]:
    def opening(task: str) -> Observation:
        observed, _ = env.reset(seed=0, options={"task": task})
        env.close()
        return observed

    return opening


def registered(environment: str, db: str | os.PathLike[str]) -> Registered | None:
    """The environment of this id; None if it is Gymnasium's own.

    Raises:
        UsageError: it is not registered in this process.
    """
    try:
        return find(environment)
    except UsageError:
        raise UsageError(
            f"{db} has episodes of {environment}, which is not registered here; import what "
            "registers it (--plugin), or choose another environment (--env)"
        ) from None


def as_text(options: Mapping[str, Any]) -> str:
    """Options as text; equal options give equal texts."""
    return json.dumps(dict(options), sort_keys=True)
