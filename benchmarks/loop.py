"""How fast is the episode loop? Beside a bare loop and the peers that are installed, in one run.

    python benchmarks/loop.py                 # everything that is installed
    pip install inspect-ai 'verifiers==0.1.14' textarena     # the peers

Every system plays the work of `lookup.py`: four look-ups and an answer, an agent that answers at
once, the reward checked. Figures are episodes a second, the median of three runs.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable

import lookup
import peers
from palestra.evals import plan, run

RUNS = 3


def palestra_stored(episodes: int, delay: float = 0.0, concurrency: int = 64) -> float:
    """Seconds for a whole run: planned, played, stored in DuckDB, ranked."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        planned = plan(["lookup"], [lookup.Scripted(delay)], tasks=episodes)
        report = asyncio.run(run(planned, db=f"{folder}/x.duckdb", concurrency=concurrency))
        seconds = time.perf_counter() - began
        row = report.rows[0]
        assert (row.n, row.scored, row.mean) == (episodes, episodes, 1.0), row
    return seconds


def median(measure: Callable[[int], float], episodes: int) -> float:
    """Episodes a second, the median of `RUNS`."""
    rates = []
    for _ in range(RUNS):
        gc.collect()
        rates.append(episodes / measure(episodes))
    return statistics.median(rates)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("--episodes", type=int, default=20_000)
    options.add_argument("--waiting", type=int, default=5_000, help="episodes at once in part two")
    given = options.parse_args()
    ours = median(palestra_stored, given.episodes)
    print(f"{'system':<44}{'episodes/s':>12}{'palestra is':>14}")
    print(f"{'palestra: run, stored in DuckDB':<44}{ours:>12,.0f}{'':>14}")
    for name, measure, episodes in peers.available(given.episodes):
        try:
            rate = median(measure, episodes)
        except Exception as error:  # a peer that changed its API must not end the run
            print(f"{name:<44}failed: {type(error).__name__}: {str(error)[:100]}")
            continue
        print(f"{name:<44}{rate:>12,.0f}{ours / rate:>13,.2f}x", flush=True)
    for missing in peers.missing():
        print(f"{missing:<44}{'not installed':>12}")
    n = given.waiting
    print(f"\n{n:,} episodes at once, an agent that takes 1 s a turn, five turns:")
    print(f"  palestra     {palestra_stored(n, delay=1.0, concurrency=n):6.2f} s")
    print(f"  a bare loop  {peers.bare(n, delay=1.0, concurrency=n):6.2f} s")


if __name__ == "__main__":
    main()
