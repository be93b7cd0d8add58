"""The tables of the card of *document*: what reference teams score, by kind, and the parts.

python benchmarks/document_references.py                # the arena, 120 test tasks
python benchmarks/document_references.py --solo
python benchmarks/document_references.py --delay 3 --split ood --tasks 60
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from typing import Any

from palestra.envs.core import Score, Seat, sample_call
from palestra.envs.document.env import DocumentArena
from palestra.envs.document.kinds import KINDS
from palestra.envs.document.solo import DocumentSoloEnv

PARTS = (
    "completion", "violation_rate", "violations", "removed_without_leave", "removed_share",
    "conflicts_per_100", "lost_text", "burst", "accepted", "resolved", "rounds",
)  # fmt: skip


def arena(env: DocumentArena, name: str, task: str) -> Score:
    """One episode of a team that is one reference in all seats."""
    env.reset(seed=0, options={"task": task})
    scripts: dict[str, Any] = {}
    seen: dict[str, Any] = {}
    while env.agents:
        actions = {}
        for seat in env.active():
            tools = [tool.openai() for tool in env.tools_for(seat).values()]
            rng = random.Random(f"{task} {seat} {env.state.round}")
            if name == "random":
                actions[seat] = sample_call(tools, rng)
            elif seat in scripts:
                actions[seat] = scripts[seat].send(seen[seat])
            else:
                opening = env.opening(env.task, seat)
                scripts[seat] = env.references[name].policy(Seat(opening, tools, rng, env, seat))
                actions[seat] = next(scripts[seat])
        seen = dict(env.step(actions)[0])
    return env.scores["writer_0"]


def solo(env: DocumentSoloEnv, name: str, task: str) -> Score:
    """One episode of a reference among scripted partners."""
    opening, _ = env.reset(seed=0, options={"task": task})
    rng = random.Random(task)
    script: Any = None
    if name != "random":
        script = env.references[name].policy(Seat(opening, env.tools, rng, env))
        action = next(script)
    else:
        action = sample_call(env.tools, rng)
    while True:
        observed, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            return env.scores[""]
        action = script.send(observed) if script else sample_call(env.tools, rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=120)
    parser.add_argument("--split", default="test")
    parser.add_argument("--delay", type=int, default=0)
    parser.add_argument("--solo", action="store_true")
    given = parser.parse_args()
    env = (DocumentSoloEnv if given.solo else DocumentArena)(delay=given.delay)
    heads: list[str] = []
    parts: list[str] = []
    for name in (*env.references, "random"):
        by_kind: dict[str, list[float]] = defaultdict(list)
        found: dict[str, list[float]] = defaultdict(list)
        for index in range(given.tasks):
            task = f"{given.split}/{index}"
            score = (
                solo(env, name, task)
                if isinstance(env, DocumentSoloEnv)
                else arena(env, name, task)
            )
            by_kind[env.task.truth.kind].append(score.metrics["score"])
            for part in PARTS:
                if part in score.metrics:
                    found[part].append(score.metrics[part])
        every = [value for values in by_kind.values() for value in values]
        cells = [_mean(every), *(_mean(by_kind[kind]) for kind in KINDS)]
        heads.append(f"| `{name}` | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
        shown = (f"{_mean(found[part]):.2f}" if found[part] else "" for part in PARTS)
        parts.append(f"| `{name}` | " + " | ".join(shown) + " |")
        print(heads[-1], parts[-1], sep="\n", flush=True)
    print("\n| team | score | " + " | ".join(KINDS) + " |")
    print("|---" * (len(KINDS) + 2) + "|")
    print("\n".join(heads))
    print("\n| team | " + " | ".join(PARTS) + " |")
    print("|---" * (len(PARTS) + 1) + "|")
    print("\n".join(parts))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
