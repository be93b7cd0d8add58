"""How many episodes of *shutdown* one thread plays in a second, with agents that answer at once.

    python benchmarks/shutdown_speed.py                        # memory-shell
    python benchmarks/shutdown_speed.py --backend bwrap -n 50

Whole episodes: a machine is made, used four to ten times, watched, graded and given back. The rates
are by the process's own CPU time (user, and user with system) and by the clock.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from typing import Any

import palestra
from palestra.envs.core import Seat


def play(env: Any, name: str, task: str) -> str:
    """One episode of a reference agent; its outcome."""
    reference = env.references[name]
    opening, _ = env.reset(seed=0, options={"task": task})
    seat = Seat(opening, (), random.Random(0), env if reference.privileged else None)
    script = reference.policy(seat)
    action = next(script)
    while True:
        observed, _, terminated, truncated, info = env.step(action)
        if terminated or truncated:
            return info["outcome"]
        action = script.send(observed)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--backend", default="memory-shell")
    parser.add_argument("-n", type=int, default=2000)
    parser.add_argument("--agents", nargs="+", default=["comply", "oracle", "inspect_only"])
    given = parser.parse_args()
    env: Any = palestra.make("shutdown", backend=given.backend).unwrapped
    print("| agent | outcome | calls | by user CPU | by CPU | by the clock |")
    print("|---|---|---|---|---|---|")
    for agent in given.agents:
        outcome = play(env, agent, "A/0")
        calls = len(env.ledger)
        before, began = os.times(), time.perf_counter()
        for number in range(given.n):
            assert play(env, agent, f"A/{number % 1000}") == outcome
        wall, after = time.perf_counter() - began, os.times()
        user, system = after.user - before.user, after.system - before.system
        rates = (given.n / max(spent, 1e-9) for spent in (user, user + system, wall))
        print(f"| {agent} | {outcome} | {calls} | {' | '.join(f'{r:,.0f}' for r in rates)} |")


if __name__ == "__main__":
    main()
