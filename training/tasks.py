"""Which tasks a model may be trained on: those of `train`, and no argument names another split."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Mapping
from typing import Any

from ..envs.core import UsageError
from ..evals.plan import EnvTable, table_of

SPLIT = "train"


def key_of(environment: str, task: str) -> str:
    """What stands in the column `prompt` of a trainer's dataset."""
    return json.dumps({"environment": environment, "task": task})


def refuse_images(env: EnvTable) -> None:
    """Refuse an environment that shows images: what is trained here reads token ids of text.

    Raises:
        UsageError: it shows some.
    """
    if env.images:
        raise UsageError(
            f"{env.id} shows images, and models are trained here on text alone. Write its "
            "episodes for TRL's own trainer of vision models with `palestra export --format sft`"
        )


def training_tasks(
    environment: str,
    options: Mapping[str, Any],
    tasks: int | None = None,
    among: Collection[str] | None = None,
) -> tuple[str, list[str]]:
    """An environment's id and its training tasks.

    Args:
        environment: id or short name.
        options: of the environment.
        tasks: how many, the first ones; None means all.
        among: only these; None means all.

    Raises:
        UsageError: it does not exist, has no split `train`, no tasks in it (among these), or shows
            images.
    """
    env = table_of(environment, dict(options))
    refuse_images(env)
    chosen, ids = env.choose(tasks, SPLIT)
    if chosen != SPLIT or not ids:
        raise UsageError(f"{env.id} has no tasks in its split {SPLIT!r} to train on")
    if among is None:
        return env.id, list(ids)
    wanted = set(among)
    found = [task for task in ids if task in wanted]
    if not found:
        raise UsageError(
            f"{env.id}: none of its {len(ids):,} training tasks is among the {len(wanted):,} to "
            "practise"
        )
    return env.id, found


def training_keys(
    environments: Mapping[str, Mapping[str, Any]],
    tasks: int | None,
    among: Mapping[str, Collection[str]] | None = None,
    *,
    seed: int = 0,
) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The training tasks of environments, mixed evenly, and each environment's options by id.

    Args:
        environments: ids or short names, each with its options.
        tasks: how many of each; None means all.
        among: by environment as named: only these of its tasks.
        seed: of their order. Every trainer shuffles alike: without an order of our own, the first
            tasks to practise would be those that SFT with the same seed has just learned by heart.

    Raises:
        UsageError: see `training_tasks`; or no environment is named.
    """
    options: dict[str, dict[str, Any]] = {}
    columns: list[list[str]] = []
    for name, given in environments.items():
        id, ids = training_tasks(name, given, tasks, (among or {}).get(name))
        options[id] = dict(given)
        random.Random(f"practise {seed}").shuffle(ids)
        columns.append([key_of(id, task) for task in ids])
    if not columns:
        raise UsageError("name at least one environment to train in")
    longest = max(map(len, columns))
    keys = [column[i % len(column)] for i in range(longest) for column in columns]
    return keys, options
