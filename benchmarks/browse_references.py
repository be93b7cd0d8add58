"""The table of reference agents on the card of *browse*: success by split, with 95% intervals.

python benchmarks/browse_references.py --corpus procedural --tasks 200
"""

from __future__ import annotations

import argparse
import random

from palestra.envs.browse.env import BrowseEnv
from palestra.envs.core import Score, Script, Seat, sample_call
from palestra.leaderboard.intervals import wilson


def by_chance(seat: Seat) -> Script:
    """`random`, as the agents have it: any tool, any arguments that fit its schema."""
    while True:
        yield sample_call(seat.tools, seat.rng)


def play(env: BrowseEnv, name: str, task: str) -> Score:
    """One episode of a reference agent."""
    observation, _ = env.reset(options={"task": task})
    reference = env.references.get(name)
    privileged = reference is not None and reference.privileged
    seat = Seat(
        opening=observation,
        tools=env.tools,
        rng=random.Random(f"{name} {task}"),
        env=env if privileged else None,
    )
    script = reference.policy(seat) if reference else by_chance(seat)
    action = next(script, None)
    while action is not None:
        observation, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            break
        try:
            action = script.send(observation)
        except StopIteration:
            action = None
    if env.score is None:
        env.stop("no_answer")
    assert env.score is not None
    return env.score


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", default="procedural")
    parser.add_argument("--tasks", type=int, default=200, help="of each split, at most")
    parser.add_argument("--splits", default="test,ood,hotpot")
    given = parser.parse_args()
    env = BrowseEnv(corpus=given.corpus)
    sizes = env.tasks.splits
    print(f"corpus {given.corpus}: {len(env.corpus):,} pages; splits {dict(sizes)}")
    splits = given.splits.split(",")
    print("| agent | " + " | ".join(splits) + " |\n|---" * 1 + "|---" * len(splits) + "|")
    for name in ("oracle", "greedy_reader", "one_shot_search", "closed_book", "random",
                 "answer_stuffer", "format_breaker", "snooper"):  # fmt: skip
        cells = []
        for split in splits:
            count = min(given.tasks, sizes[split])
            scores = [play(env, name, f"{split}/{index}") for index in range(count)]
            won = sum(score.metrics["success"] for score in scores)
            calls = sum(score.metrics["tool_calls"] for score in scores) / count
            low, high = wilson(won, count)
            cells.append(f"{won / count:.3f} [{low:.3f}, {high:.3f}] n={count}, {calls:.1f} calls")
        print(f"| `{name}` | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
