"""Episodes of *formal* a second on one core, beside Gymnasium's Blackjack; strings a second.

    python benchmarks/formal_speed.py

An episode is a prompt with its examples, one answer, and the grade, in CPU time. The aim is 1,000 a
second for the languages of finite automata. The peer's are a few steps each, without any text.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import gymnasium

from palestra.envs.core import say
from palestra.envs.formal.data import items
from palestra.envs.formal.env import FormalEnv
from palestra.envs.formal.languages import LANGUAGES


def rate(once: Callable[[int], object], count: int) -> float:
    """How often a second."""
    began = time.process_time()
    for index in range(count):
        once(index)
    return count / (time.process_time() - began)


def blackjack() -> Callable[[int], object]:
    """An episode that draws a card until it has to stop."""
    env = gymnasium.make("Blackjack-v1")

    def once(index: int) -> None:
        env.reset(seed=index)
        while not env.step(1)[2]:
            pass

    return once


def formal(language: str) -> Callable[[int], object]:
    """An episode that answers 0."""
    env = FormalEnv(language=language)
    env.reset(options={"task": "test/0"})  # the language's strings are made once

    def once(index: int) -> None:
        env.reset(options={"task": f"test/{index}"})
        env.step(say("0"))

    return once


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--episodes", type=int, default=1000)
    count = parser.parse_args().episodes
    peer = rate(blackjack(), count)
    print(f"{'Blackjack-v1':24} {peer:10,.0f} episodes/s")
    for language in LANGUAGES:
        ours = rate(formal(language), count)
        began = time.process_time()
        items(language, seed=101)[2999]
        strings = 3000 / (time.process_time() - began)
        line = f"{language:24} {ours:10,.0f} episodes/s  {ours / peer:6.2f}"
        print(f"{line}  {strings:10,.0f} strings/s")


if __name__ == "__main__":
    main()
