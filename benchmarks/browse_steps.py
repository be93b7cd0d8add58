"""How many steps a second the *browse* environment makes on one core, by tool.

    python benchmarks/browse_steps.py --size 100000 --episodes 200

Two kinds of agents: the oracle, half of whose calls are searches for a title, and a reader that
follows links (search once, then open, find and scroll), closer to what a model does between two
thoughts. The peer is the bare library call behind each step: Tantivy's search and a page's look-up,
with no environment around them; what is left is the cost of the environment.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict

from palestra.envs.browse.env import BrowseEnv
from palestra.envs.browse.reading import links, results
from palestra.envs.core import Script, Seat, call, text_of


def reader(seat: Seat) -> Script:
    """Search for a few words, open a result, then follow links, reading and finding as it goes."""
    question = text_of(seat.opening).rpartition("\nQuestion\n")[2]
    words = question.split()
    page = ""
    for turn in range(30):
        if turn % 10 == 0:
            start = seat.rng.randrange(max(1, len(words) - 8))
            shown = text_of((yield call("search", query=" ".join(words[start : start + 8]))))
            found = results(shown)
            if found:
                page = text_of((yield call("click", id=1)))
        elif turn % 5 == 4:
            yield call("find", text=seat.rng.choice(words))
        else:
            urls = [link.url for link in links(page)]
            if urls:
                page = text_of((yield call("open", url=seat.rng.choice(urls))))
            else:
                yield call("find", text="the")
    yield call("answer", text="unknown")


def run(env: BrowseEnv, policy, privileged: bool, tasks: list[str]) -> dict[str, list[float]]:
    """Seconds of each step by tool; the agent's own time is not counted."""
    taken: dict[str, list[float]] = defaultdict(list)
    for task in tasks:
        start = time.perf_counter()
        observation, _ = env.reset(options={"task": task})
        taken["(reset)"].append(time.perf_counter() - start)
        seat = Seat(observation, env.tools, random.Random(task), env if privileged else None)
        script = policy(seat)
        action = next(script)
        while True:
            start = time.perf_counter()
            observation, _, terminated, truncated, _ = env.step(action)
            taken[action["tool_calls"][0]["function"]["name"]].append(time.perf_counter() - start)
            if terminated or truncated:
                break
            action = script.send(observation)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--episodes", type=int, default=200)
    given = parser.parse_args()
    env = BrowseEnv(corpus=f"procedural:size={given.size},seed=0", tool_calls=64)
    count = min(given.episodes, env.tasks.splits["test"])
    tasks = [f"test/{index}" for index in range(count)]
    for task in tasks:
        env.tasks.task(task)  # synthesis is measured by browse_questions.py
    policies = {"oracle": (env.references["oracle"].policy, True), "reader": (reader, False)}
    for name, (policy, privileged) in policies.items():
        taken = run(env, policy, privileged, tasks)
        steps = sum(len(each) for tool, each in taken.items())
        seconds = sum(map(sum, taken.values()))
        print(f"{name}: {steps:,} steps in {seconds:.2f} s: {steps / seconds:,.0f} a second")
        for tool, each in sorted(taken.items()):
            each.sort()
            print(
                f"  {tool:8} n={len(each):6,} p50 {each[len(each) // 2] * 1e6:7.0f} us"
                f"  p99 {each[len(each) * 99 // 100] * 1e6:7.0f} us"
            )
    search = env._retriever.search
    titles = [env.corpus.title(d) for t in tasks[:50] for d in env.tasks.task(t).truth.documents]
    start = time.perf_counter()
    for title in titles:
        search(title, 10)
    each = (time.perf_counter() - start) / len(titles)
    print(f"peer, bare search for a title: {each * 1e6:.0f} us")
    start = time.perf_counter()
    for document in range(10_000):
        env.corpus.document(document % len(env.corpus))
    print(f"peer, bare look-up of a page: {(time.perf_counter() - start) / 10_000 * 1e6:.0f} us")


if __name__ == "__main__":
    main()
