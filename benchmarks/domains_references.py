"""Every reference agent of *domains* over many tasks of every split, and a noisy oracle.

    python benchmarks/domains_references.py [tasks in each split, 100]

Prints the table of the card: mean headline by kind of task, and the accuracy of a noisy agent (the
oracle, each of whose calls goes wrong with probability 0.1) by the number of gold calls.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from palestra.envs import make
from palestra.envs.core import Script, Seat, call, say
from palestra.envs.domains.handmade import HANDMADE
from palestra.envs.domains.reference import REFERENCES, gold


def play(env: Any, policy: Callable[[Seat], Script], task: str, privileged: bool) -> Any:
    """One episode; its score."""
    observation, _ = env.reset(seed=1, options={"task": task})
    seat = Seat(observation, env.tools, random.Random(task), env if privileged else None)
    script = policy(seat)
    try:
        action = next(script)
        while True:
            observation, _, ended, cut, _ = env.step(action)
            if ended or cut:
                return env.scores[""]
            action = script.send(observation)
    except StopIteration:
        env.stop("no_answer")
    return env.scores[""]


def noisy(seat: Seat) -> Script:
    """The oracle, whose calls go wrong one time in ten: another tool of the domain, or none."""
    names = [tool["function"]["name"] for tool in seat.tools]
    for step in gold(seat):
        if isinstance(step, str):
            yield say(step)
        elif seat.rng.random() < 0.1:
            if seat.rng.random() < 0.5:
                yield call(seat.rng.choice(names), **step[1])
        else:
            yield call(step[0], **step[1])
    yield say("Everything is done. Goodbye.")


def main() -> None:
    """Play and print."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    env = make("domains").unwrapped
    for name, reference in REFERENCES.items():
        totals: dict[str, list[float]] = defaultdict(list)
        for split in env.tasks.splits:
            for index in range(each):
                task = f"{split}/{index}"
                score = play(env, reference.policy, task, reference.privileged)
                assert score.valid, score.error
                truth = env.task.truth
                kind = "hand-made" if truth.domain in HANDMADE else truth.kind
                totals[kind].append(score.reward)
                totals["all"].append(score.reward)
        shown = ", ".join(
            f"{k} {sum(v) / len(v):.3f} ({len(v)})" for k, v in sorted(totals.items())
        )
        print(f"{name}: {shown}", flush=True)
    by_calls: dict[int, list[float]] = defaultdict(list)
    for index in range(each * 3):
        score = play(env, noisy, f"test/{index % 2000}", True)
        by_calls[int(env.task.difficulty["gold_calls"])].append(score.reward)
    for calls, rewards in sorted(by_calls.items()):
        print(f"noisy, {calls} gold calls: {sum(rewards) / len(rewards):.2f} (n = {len(rewards)})")


if __name__ == "__main__":
    main()
