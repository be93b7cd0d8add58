"""The environment under examination, and ways to play it that the checks share."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ...envs.core import Message, Registered, make, sample_call, sample_text, say
from ..games import ArenaGame, EnvGame, Game


class Failed(AssertionError):
    """The environment breaks the contract; the message says how, and what is expected."""


class Skipped(Exception):
    """The check does not apply."""


class Subject:
    """A registered environment with options.

    Attributes:
        found: its registration.
        tasks: how many tasks of each split to look at.
    """

    def __init__(
        self, found: Registered, options: dict[str, Any], tasks: int, plugins: list[str]
    ) -> None:
        self.found, self.options, self.tasks, self.plugins = found, options, tasks, plugins

    def new(self) -> Any:
        """A fresh environment, unwrapped."""
        return make(self.found.id, **self.options).unwrapped

    def game(self, env: Any = None) -> Game:
        """An environment (a fresh one) as the episode loop plays it."""
        env = env if env is not None else self.new()
        return ArenaGame(env) if self.found.kind == "arena" else EnvGame(env)

    def task_ids(self, per_split: int) -> list[str]:
        """The first tasks of every split."""
        splits: Mapping[str, int] = self.new().tasks.splits
        return [f"{s}/{i}" for s, size in splits.items() for i in range(min(size, per_split))]


def random_action(tools: Sequence[dict[str, Any]], rng: random.Random, text: bool) -> Message:
    """A well-formed action."""
    if not tools or (text and rng.random() < 0.3):
        return say(sample_text(rng, 1, 40))
    return sample_call(tools, rng)


def random_episode(game: Game, task: str, seed: int, longest: int = 40) -> Iterator[Any]:
    """Play random actions, yielding everything observable: openings, then each step's results."""
    rng = random.Random(f"{task} {seed}")
    yield game.begin(task, seed)
    text = game.env.text_actions
    for _ in range(longest):
        actions = {seat: random_action(game.tools[seat], rng, text) for seat in game.waiting()}
        yield game.step(actions)
        if game.over:
            score = game.score()
            yield [score.reward, score.outcome, dict(score.metrics)]
            return


def digest(observed: Any) -> str:
    """A fingerprint of anything observable; two that differ were not the same bytes."""
    return hashlib.sha256(msgspec.json.encode(observed, enc_hook=repr)).hexdigest()[:16]


def trace(game: Game, tasks: Sequence[str], seed: int = 7) -> list[str]:
    """The fingerprint of one random episode of each task."""
    return [digest(list(random_episode(game, task, seed))) for task in tasks]
