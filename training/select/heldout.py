"""What may never be learned from: every task of every split other than `train`.

A record says which task and split it is of, but the record is not believed alone: the environment
is made again with the options of the episode and must itself have the task in `train`.
"""

from __future__ import annotations

import json
import os
import re

import msgspec

from ...envs.core import Episode, Task, UsageError
from ...leaderboard.database import opened
from .worlds import Worlds, as_text, registered

TRAIN = "train"
"""The one split that is learned from. Every other split of every environment is held out."""
_ID = re.compile(rf"{TRAIN}/[0-9]+")


class HeldOut:
    """Tells what is held out, for one leaderboard file."""

    def __init__(self, db: str | os.PathLike[str], worlds: Worlds) -> None:
        self._db, self._worlds = db, worlds
        self._asked: dict[str, set[bytes]] = {}
        self._reasons: dict[tuple[str, str, str], str | None] = {}

    def reason(self, episode: Episode) -> str | None:
        """Why an episode may not be learned from, or None if it may.

        It may only if its record, the id of its task and the environment all say `train`, and if no
        task that the file has under a held-out split asks the same.

        Raises:
            UsageError: the environment is not registered here, or cannot be made again.
        """
        if episode.split != TRAIN:
            return f"split {episode.split!r}"
        if not _ID.fullmatch(episode.task):
            split = episode.task.rpartition("/")[0]
            return f"recorded as {TRAIN!r}, but the task is of split {split!r}"
        if registered(episode.environment, self._db) is None:
            return "the environment has no splits"
        name = (episode.environment, as_text(episode.options), episode.task)
        if name not in self._reasons:
            self._reasons[name] = self._asked_of_environment(episode)
        return self._reasons[name]

    def _asked_of_environment(self, episode: Episode) -> str | None:
        try:
            task = self._worlds.of(episode).source.task(episode.task)
        except UsageError:
            return "the environment has no such task"
        if task.split != TRAIN or task.id != f"{TRAIN}/{int(episode.task.rpartition('/')[2])}":
            return f"the environment says that the task is {task.id!r} of split {task.split!r}"
        if _content(task) in self._held_out_contents(episode.environment):
            return "asks the same as a held-out task"
        return None

    def _held_out_contents(self, environment: str) -> set[bytes]:
        """What is asked by the tasks that the file has as held out, with whatever options."""
        if environment not in self._asked:
            with opened(self._db) as db:
                rows = db.execute(
                    "select distinct options, task from results where environment = ?1 "
                    "and (split <> ?2 or not starts_with(task, ?2 || '/'))",
                    [environment, TRAIN],
                ).fetchall()
            contents: set[bytes] = set()
            for options, task in rows:
                source = self._worlds.world(environment, json.loads(options)).source
                try:
                    contents.add(_content(source.task(task)))
                except UsageError:  # the environment has no such task, so nothing can be equal
                    continue
            self._asked[environment] = contents
        return self._asked[environment]


def _content(task: Task) -> bytes:
    return msgspec.json.encode([task.prompt, task.truth], enc_hook=repr, order="deterministic")
