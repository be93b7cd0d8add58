"""How long the grid of *formal* takes, by who answers it, and how much memory.

    python benchmarks/formal_sweep.py --agents rule_oracle tree instant --workers 2
    python benchmarks/formal_sweep.py --agents tree --shots 20 --deltas 0 0.85   # a share of it

`instant` has every prompt written and answers 0. The whole grid is 1.89 million predictions; of a
share the time for the whole is extrapolated.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from palestra.envs.formal.sweep import Grid, answerer, sweep
from palestra.envs.formal.sweep.grid import SHOTS


def megabytes() -> float:
    """The most memory that this process, or the largest of its workers, has held."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--agents", nargs="+", default=["rule_oracle", "tree"])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--languages", nargs="+", default=list(Grid().languages))
    parser.add_argument("--shots", nargs="+", type=int, default=list(SHOTS))
    parser.add_argument("--deltas", nargs="+", type=float, default=list(Grid().deltas))
    given = parser.parse_args()
    grid = Grid(languages=given.languages, shots=given.shots, deltas=given.deltas)
    print(
        "| agent | predictions | s | predictions/s | s for 1.89 million | MB | file, MB | clean |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in given.agents:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sweep.jsonl"
            began, right, cells = time.perf_counter(), 0.0, 0
            for record in sweep(grid, answerer(name), path, workers=given.workers):
                right, cells = right + (record.accuracy() or 0.0), cells + 1
            seconds = time.perf_counter() - began
            print(
                f"| `{name}` | {len(grid):,} | {seconds:.0f} | {len(grid) / seconds:,.0f} | "
                f"{seconds * 1_890_000 / len(grid):.0f} | {megabytes():.0f} | "
                f"{path.stat().st_size / 1e6:.1f} | {right / cells:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
