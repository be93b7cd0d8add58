"""Episodes a second of *covert*, scripted, on one core, in this process.

    python benchmarks/covert_speed.py

No peer plays such scenes with scripts; the aim is 500 a second.
"""

from __future__ import annotations

import random
import time
from typing import Any

import palestra
from palestra.envs.core import Seat

_SECONDS = 5.0


def episodes(env: Any, name: str, seconds: float) -> tuple[int, int, float]:
    """Episodes, steps and CPU seconds of one reference agent, over all tasks of test in turn."""
    reference = env.references[name]
    size = env.tasks.splits["test"]
    played = steps = 0
    began = time.process_time()
    while time.process_time() - began < seconds:
        observed, _ = env.reset(seed=0, options={"task": f"test/{played % size}"})
        seat = Seat(observed, (), random.Random(0), env if reference.privileged else None)
        script = reference.policy(seat)
        action = next(script)
        while True:
            observed, _, terminated, truncated, _ = env.step(action)
            steps += 1
            if terminated or truncated:
                break
            action = script.send(observed)
        played += 1
    return played, steps, time.process_time() - began


def main() -> None:
    """Print a line for each agent."""
    env = palestra.make("covert").unwrapped
    for name in ("honest", "oracle", "open", "decline"):
        played, steps, seconds = episodes(env, name, _SECONDS)
        print(
            f"{name:8} {played / seconds:7,.0f} episodes/s  {steps / seconds:7,.0f} steps/s  "
            f"{steps / played:.1f} steps an episode"
        )


if __name__ == "__main__":
    main()
