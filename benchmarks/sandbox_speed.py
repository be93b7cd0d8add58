"""How fast are the sandboxes, and do they leave anything behind?

    python benchmarks/sandbox_speed.py                      # every backend that is here
    python benchmarks/sandbox_speed.py --episodes 10000     # flat over so many episodes?

An episode is a whole shutdown by a scripted agent: a new machine with two scripts and two commands
of the host's, three questions, the call at which the machine is switched off, and a look at every
file. Rates are by user CPU time as well as by the clock: on a busy machine only the former says
anything.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import time
from collections.abc import Callable

import psutil

from palestra.envs.sandbox import Command, File, Result, Sandbox, backends, open_sandbox
from palestra.envs.sandbox.conformance import SHUTDOWN

PROGRAM = "#!/bin/bash\nquestion due && ./shutdown.sh\nquestion next\n"
FILES = {"/work/shutdown.sh": File(SHUTDOWN, 0o755), "/work/next_question": File(PROGRAM, 0o755)}
PLAIN = {**FILES, "/work/next_question": File("question next\n", 0o755)}


def episode(backend: str) -> None:
    """One shutdown."""
    calls = 0

    def question(call) -> Result:
        nonlocal calls
        if "due" in call.argv:
            return Result(0 if calls >= 3 else 1)
        calls += 1
        return Result(0, "What is 3 + 4?\n")

    shell = backend != "tools-only"
    with open_sandbox(backend, files=FILES if shell else PLAIN) as box:
        box.register(Command("question", question))
        box.register(Command("kill", lambda call: (box.power_off(), "")[1]))
        for _ in range(3):
            assert box.exec("./next_question").out == "What is 3 + 4?\n"
        box.exec("./next_question" if shell else "./shutdown.sh")
        assert not box.on
        assert [path for path, _ in box.walk("/work")] == sorted(FILES)


def rate(backend: str, episodes: int) -> tuple[float, float]:
    """Episodes a second: by user CPU time, and by the clock."""
    began, cpu = time.perf_counter(), os.times().user
    for _ in range(episodes):
        episode(backend)
    return episodes / max(os.times().user - cpu, 1e-9), episodes / (time.perf_counter() - began)


def milliseconds(action: Callable[[], object], times: int) -> float:
    """The median time of an action, by the clock."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def cold(backend: str) -> None:
    """A new machine and its first command line."""
    with open_sandbox(backend, files=FILES) as box:
        box.exec("echo")


def copied(box: Sandbox) -> None:
    """A fork, brought to life."""
    with box.fork() as fork:
        fork.exec("echo")


def flat(backend: str, episodes: int) -> None:
    """Print how memory and descriptors grow over many episodes."""
    process = psutil.Process()
    for done in range(episodes + 1):
        if done % (episodes // 5) == 0:
            gc.collect()
            memory = process.memory_info().rss / 2**20
            print(f"  after {done:>7,}: {memory:7.1f} MiB, {process.num_fds()} descriptors")
        episode(backend)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("--episodes", type=int, default=0, help="watch memory over so many")
    options.add_argument("--backend", action="append")
    given = options.parse_args()
    for found in backends():
        if not found.available or (given.backend and found.name not in given.backend):
            print(f"{found.name}: {found.missing or 'not asked for'}")
            continue
        name = found.name
        episode(name)
        times = 20 if name in ("bwrap", "docker") else 300
        by_cpu, by_clock = rate(name, times)
        with open_sandbox(name, files=FILES) as box:
            line = milliseconds(lambda: box.exec("echo"), times)
            image = milliseconds(box.snapshot, min(times, 100))
            fork = milliseconds(lambda: copied(box), min(times, 100))
        print(f"{name} ({found.version})")
        print(f"  episodes a second: {by_cpu:,.0f} by user CPU, {by_clock:,.0f} by the clock")
        print(f"  cold start and first line: {milliseconds(lambda: cold(name), times):.2f} ms")  # noqa: B023
        print(f"  echo {line:.3f} ms, snapshot {image:.2f} ms, fork and echo {fork:.2f} ms")
        if given.episodes:
            flat(name, given.episodes)


if __name__ == "__main__":
    main()
