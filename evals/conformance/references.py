"""Is a score worth anything? Oracles reach 1, cheap tricks stay low, cheating gives 0."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ...agents import Agent, RandomAgent, ReferenceAgent
from ...agents.patience import Retry
from ...envs.core import Episode, Reference
from ...leaderboard import Cell
from ..plan import EpisodeLimits, Planned, Work, seed_of
from ..rollout import play
from .subject import Failed, Skipped, Subject

_IMAGE = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")
SLACK = 0.1
"""How far a mean over few tasks may lie beyond a baseline's bound."""


def nothing_leaks(subject: Subject) -> str:
    """The hidden truth is in no first observation and in no info.

    What the prompt itself says is told, not leaked; so is what every opening says.
    """
    env = subject.new()
    seen: dict[str, tuple[str, set[str]]] = {}
    for id in subject.task_ids(subject.tasks):
        task = env.tasks.task(id)
        told = task.prompt.casefold()
        secrets = {s.casefold() for s in _strings(task.truth) if len(s) >= 4}
        observed = _openings(env, id).casefold()
        seen[id] = observed, {s for s in secrets if s not in told}
    looked = sum(bool(secrets) for _, secrets in seen.values())
    for id, (observed, secrets) in seen.items():
        for secret in secrets:
            elsewhere = any(
                secret in other
                for i, (other, known) in seen.items()
                if i != id and secret not in known
            )
            if secret in observed and not elsewhere:
                raise Failed(f"task {id}: the first observation or info shows {secret[:40]!r}")
    if not looked:
        raise Skipped("no task's truth holds a text that could be looked for")
    return f"the hidden truth of {looked} tasks is in no opening and in no info"


def _openings(env: Any, id: str) -> str:
    text = json.dumps(env.reset(seed=1, options={"task": id}), default=repr, ensure_ascii=False)
    return _IMAGE.sub("", text)  # any four letters stand somewhere in the base64 of an image


def oracles(subject: Subject) -> str:
    """Every task of every split can be solved: each oracle scores 1.0 on each."""
    named = _of(subject, "oracle")
    for name, _ in named:
        for episode in _play(subject, ReferenceAgent(name), subject.task_ids(subject.tasks)):
            if episode.headline != 1.0:
                found = episode.error or (episode.score.outcome if episode.score else "")
                raise Failed(f"{name} scores {episode.headline} on {episode.task}: {found[-300:]}")
    count = len(subject.task_ids(subject.tasks))
    return f"{', '.join(name for name, _ in named)}: 1.0 on {count} tasks over all splits"


def baselines(subject: Subject) -> str:
    """Each baseline's mean lies within its declared bounds, and `random` is at `chance` at most."""
    tasks = _main_split(subject)
    found = []
    if subject.new().rate:
        found.append(_within(subject, RandomAgent(), tasks, 0.0, subject.found.cls.chance))
    for name, reference in _of(subject, "baseline", needed=False):
        agent = ReferenceAgent(name)
        low, high = reference.at_least - SLACK, reference.at_most + SLACK
        found.append(_within(subject, agent, tasks, low, high))
    if not found:
        raise Skipped("the environment declares no baselines")
    return ", ".join(found)


def adversaries(subject: Subject) -> str:
    """Each known way of cheating scores 0 on every task."""
    named = _of(subject, "adversary", needed=False)
    if not named:
        raise Skipped("the environment declares no adversaries")
    for name, reference in named:
        for episode in _play(subject, ReferenceAgent(name), subject.task_ids(subject.tasks)):
            if episode.headline is None or episode.headline > reference.at_most:
                why = episode.error or "a way to cheat is open"
                raise Failed(f"{name} scores {episode.headline} on {episode.task}: {why[-300:]}")
    return f"{', '.join(name for name, _ in named)}: 0 on every task"


def _within(subject: Subject, agent: Agent, tasks: list[str], low: float, high: float) -> str:
    episodes = _play(subject, agent, tasks)
    broken = next((e for e in episodes if e.headline is None), None)
    if broken is not None:
        raise Failed(f"{agent.uri} on {broken.task}: {(broken.error or '')[-300:]}")
    mean = sum(e.headline or 0.0 for e in episodes) / len(episodes)
    if not low <= mean <= high:
        raise Failed(
            f"{agent.uri} scores {mean:.3f} on {len(tasks)} tasks; expected {max(0.0, low):.2f} to "
            f"{min(1.0, high):.2f}"
        )
    return f"{agent.uri} {mean:.2f}"


def _of(subject: Subject, role: str, needed: bool = True) -> list[tuple[str, Reference]]:
    named = [(n, r) for n, r in subject.found.cls.references.items() if r.role == role]
    if needed and not named:
        raise Failed(
            f"there is no {role}: without one nobody knows whether the tasks can be solved; add a "
            f"Reference(role={role!r}) to `references`"
        )
    return named


def _main_split(subject: Subject) -> list[str]:
    splits = subject.new().tasks.splits
    split = "test" if "test" in splits else next(iter(splits))
    return [f"{split}/{i}" for i in range(min(splits[split], max(subject.tasks, 100)))]


def _play(subject: Subject, agent: Agent, tasks: list[str]) -> list[Episode]:
    cls = subject.found.cls
    cell = Cell(
        run="check",
        environment=subject.found.id,
        split="",
        agent=agent.uri,
        config={},
        headline=cls.headline,
        rate=cls.rate,
    )
    planned = Planned(cell, agent, subject.options, tasks, 1, 0, EpisodeLimits())
    game = subject.game()

    async def all_tasks() -> list[Episode]:
        return [
            await play(
                game,
                agent,
                Work("", task, 0, seed_of(0, subject.found.id, task, 0)),
                planned,
                Retry(attempts=1),
            )
            for task in tasks
        ]

    return asyncio.run(all_tasks())


def _strings(value: Any) -> Iterable[str]:
    """All texts inside a truth, whatever it is made of (not the names of its fields)."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, msgspec.Struct):
        yield from _strings(msgspec.structs.asdict(value))
    elif hasattr(value, "__dict__"):
        yield from _strings(vars(value))
