"""The same seed gives the same bytes: everywhere, among others, fresh or reused, after a fork."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...envs.core import Message
from ..games import Game
from .subject import Failed, Subject, digest, random_action, random_episode, trace

_CHILD = """
import json, sys
from palestra.cli.common import load_plugins
from palestra.envs import find
from palestra.evals.conformance.subject import Subject, trace
given = json.load(sys.stdin)
load_plugins(given["plugins"])
subject = Subject(find(given["id"]), given["options"], 0, [])
print(json.dumps(trace(subject.game(), given["tasks"])))
"""


def same_in_other_processes(subject: Subject) -> str:
    """Random episodes are the same in two processes with different hash seeds, and here."""
    tasks = subject.task_ids(3)
    given = json.dumps(
        {
            "id": subject.found.id,
            "options": subject.options,
            "plugins": subject.plugins,
            "tasks": tasks,
        }
    )
    here = trace(subject.game(), tasks)
    for hash_seed in ("1", "2"):
        child = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=given,
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        if child.returncode:
            last = child.stderr.strip().rpartition("\n")[2]
            raise Failed(
                f"another process cannot play it: {last} (an environment that is registered by a "
                "script is known elsewhere only through --plugin)"
            )
        there = json.loads(child.stdout)
        for task, one, other in zip(tasks, here, there, strict=True):
            if one != other:
                raise Failed(
                    f"task {task} plays differently in another process (hash seed {hash_seed}); "
                    "look for sets, hash(), the clock, or a generator that is not self.np_random"
                )
    return f"{len(tasks)} episodes equal in 3 processes with different hash seeds"


def same_among_others(subject: Subject) -> str:
    """An episode played alone equals the same episode interleaved with 63 others."""
    tasks = subject.task_ids(3)
    wanted = tasks[0]
    alone = [digest(o) for o in random_episode(subject.game(), wanted, 7)]
    others = [random_episode(subject.game(), tasks[i % len(tasks)], 100 + i) for i in range(63)]
    together: list[str] = []
    rng = random.Random(0)
    for observed in random_episode(subject.game(), wanted, 7):
        together.append(digest(observed))
        for _ in range(70):
            next(rng.choice(others), None)
    if together != alone:
        raise Failed(
            f"task {wanted} plays differently while 63 other episodes run; something is shared "
            "between environments (a class attribute, a module's generator, a mutable default)"
        )
    return "an episode equals itself among 63 others"


def same_when_reused(subject: Subject) -> str:
    """An environment that has played before plays like a fresh one."""
    tasks = subject.task_ids(3)
    reused = subject.game()
    for task in reversed(tasks):
        for _ in random_episode(reused, task, 99, longest=5):
            pass
    fresh = [trace(subject.game(), [task])[0] for task in tasks]
    again = trace(reused, tasks)
    for task, one, other in zip(tasks, fresh, again, strict=True):
        if one != other:
            raise Failed(f"task {task} plays differently in an environment that was used before")
    return f"{len(tasks)} episodes equal in fresh and reused environments"


def global_generators_untouched(subject: Subject) -> str:
    """Neither `random` nor `numpy.random` is seeded or drawn from."""
    before = random.getstate(), np.random.get_state()
    trace(subject.game(), subject.task_ids(2))
    after = random.getstate(), np.random.get_state()
    if before[0] != after[0]:
        raise Failed("the global generator of `random` was used; draw from self.np_random")
    for one, other in zip(before[1], after[1], strict=True):
        if not np.array_equal(one, other):
            raise Failed("NumPy's global generator was used; draw from self.np_random")
    return "random and numpy.random are as they were"


def nothing_kept_over_reset(subject: Subject) -> str:
    """What an agent wrote in one episode is nowhere in the next."""
    game = subject.game()
    mark = "zqxjkvbpyg"
    task = subject.task_ids(1)[0]
    rng = random.Random(5)
    game.begin(task, 7)
    for _ in range(10):
        actions = _actions(game, rng)
        for seat, action in actions.items():
            if action["content"]:
                action["content"] = mark
            for call in action.get("tool_calls", ()):
                function = call["function"]
                free = _free(game.tools[seat], function["name"])
                given = function["arguments"]
                function["arguments"] = {k: mark if k in free else v for k, v in given.items()}
        game.step(actions)
        if game.over:
            break
    observed = list(random_episode(game, task, 7))
    if mark in repr(observed):
        raise Failed("text of an earlier episode is observed after reset()")
    fresh = list(random_episode(subject.game(), task, 7))
    if digest(observed) != digest(fresh):
        raise Failed("an episode differs after another one was broken off by reset()")
    return "an episode that is broken off leaves no trace in the next"


def _free(tools: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    """The arguments of a tool that are free text (no enumeration, no pattern)."""
    bound = {"enum", "pattern", "maxLength"}
    for tool in tools:
        if tool["function"]["name"] == name:
            properties = tool["function"]["parameters"]["properties"]
            return {
                key
                for key, schema in properties.items()
                if schema.get("type") == "string" and not schema.keys() & bound
            }
    return set()


def forks_are_equal(subject: Subject) -> str:
    """A fork, and a snapshot restored elsewhere, go on exactly as the original does."""
    checked = 0
    for task in subject.task_ids(2)[:6]:
        for moment in (0, 1, 3):
            game = subject.game()
            rng = random.Random(f"{task} {moment}")
            game.begin(task, 11)
            for _ in range(moment):
                if not game.over:
                    game.step(_actions(game, rng))
            if game.over:
                continue
            elsewhere = subject.new()
            elsewhere.restore(game.env.snapshot())
            before = digest(list(game.env.ledger))
            plan = rng.getrandbits(32)
            ends = [_rest(subject.game(env), plan) for env in (game.env.fork(), elsewhere)]
            if digest(list(game.env.ledger)) != before:
                raise Failed("what happens in a fork shows in the original's ledger")
            ends.append(_rest(game, plan))
            if ends[0] != ends[2]:
                raise Failed(f"task {task}: a fork after {moment} actions goes on differently")
            if ends[1] != ends[2]:
                raise Failed(f"task {task}: a snapshot after {moment} actions goes on differently")
            checked += 1
    if not checked:
        raise Failed("no episode lasted long enough to be forked")
    return f"{checked} forks and snapshots go on like the original"


def _rest(game: Game, plan: int) -> str:
    rng = random.Random(plan)
    game.over = False
    seen: list[Any] = []
    while not game.over and len(seen) < 30:
        seen.append(game.step(_actions(game, rng)))
    if game.over:
        seen.append(game.score())
    return digest(seen)


def _actions(game: Game, rng: random.Random) -> dict[str, Message]:
    return {
        seat: random_action(game.tools[seat], rng, game.env.text_actions) for seat in game.waiting()
    }
