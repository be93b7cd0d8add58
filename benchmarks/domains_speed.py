"""How fast domains are: opening, episodes, calls, hashes, tasks, and memory with all of them open.

    python benchmarks/domains_speed.py [domains to open, all]

Times are CPU times of this process, so that a busy machine counts less; medians where many are
taken. A peer's figures for its retail domain, measured on one machine: new environment 85 ms, state
hash 80 ms, tool call 29 us, import 7 s.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

CLOCK = time.process_time


def median(run: Callable[[], object], times: int) -> float:
    """Median seconds of a call."""
    took = []
    for _ in range(times):
        start = CLOCK()
        run()
        took.append(CLOCK() - start)
    return statistics.median(took)


def main() -> None:
    """Measure and print."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    code = "import time; t=time.process_time(); import palestra; from palestra.envs import make; "
    code += "make('domains'); print(time.process_time()-t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"import and make:            {float(done.stdout):8.2f} s")

    from palestra.envs import make
    from palestra.envs.core import call
    from palestra.envs.domains.generated.library import read_library
    from palestra.envs.domains.generated.synthesis import synthesise
    from palestra.envs.domains.handmade import HANDMADE
    from palestra.envs.domains.probe import valid_call
    from palestra.envs.domains.world import open_world

    start = CLOCK()
    library = read_library()
    listed = len(library.index["domains"])
    print(f"library of {listed} domains read: {1e3 * (CLOCK() - start):8.1f} ms")

    env = make("domains").unwrapped
    tasks = [f"train/{i}" for i in range(200)]
    for task in tasks:
        env.reset(seed=0, options={"task": task})
    took = []
    for task in tasks * 3:
        start = CLOCK()
        env.reset(seed=0, options={"task": task})
        took.append(CLOCK() - start)
    print(f"episode reset, median:      {1e3 * statistics.median(took):8.3f} ms")

    rng = random.Random(0)
    ids = list(library.ids())
    rng.shuffle(ids)
    made = seconds = 0.0
    direct = 0.0
    reads = 0
    for id in ids[:20]:
        domain = library.domain(id)
        world = open_world(domain, 0)
        for operation in domain.operations.values():
            found = valid_call(world, operation, rng) if operation.effect == "read" else None
            if found is None:
                continue
            start = CLOCK()
            for _ in range(50):
                world.call(operation.name, found)
            direct += CLOCK() - start
            reads += 50
    print(f"tool call on the database:  {1e6 * direct / reads:8.1f} us")
    steps = 0
    through = 0.0
    for i in range(60):
        env.reset(seed=0, options={"task": f"train/{i}"})
        for name, arguments in env.task.truth.calls:  # once before, so that checks are made
            env.step(call(name, **arguments))
        env.reset(seed=0, options={"task": f"train/{i}"})
        start = CLOCK()
        for name, arguments in env.task.truth.calls:
            env.step(call(name, **arguments))
            steps += 1
        through += CLOCK() - start
    print(f"gold calls through step:    {steps / through:8.0f} a second")
    world = open_world(library.domain(ids[0]), 0)
    print(f"canonical hash, median:     {1e3 * median(world.digest, 100):8.3f} ms")
    print(f"snapshot, median:           {1e6 * median(env.snapshot, 100):8.1f} us")
    for id in ids[:10]:
        for i in range(4):
            synthesise(library.plan(id), library.domain(id), f"warm/{i}")
        start = CLOCK()
        for i in range(20):
            synthesise(library.plan(id), library.domain(id), f"speed/{i}")
        seconds += CLOCK() - start
        made += 20
    print(f"tasks with gold states:     {made / seconds:8.0f} a second")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = CLOCK()
    every = [*(library.domain(id) for id in ids[:most]), *HANDMADE.values()]
    opened = [open_world(domain, 0) for domain in every]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(opened)} domains opened in {CLOCK() - start:.1f} s; peak memory "
          f"{after / 1e6:.2f} GB (before: {before / 1e6:.2f} GB)")  # fmt: skip


if __name__ == "__main__":
    main()
