"""How long the command takes to begin, and to say that something is wrong.

    python benchmarks/startup.py

The peer is the import of Gymnasium, which every environment needs; the fastest of five. The aim is
a mistake said within two seconds.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

CALLS = {
    "import gymnasium": [sys.executable, "-c", "import gymnasium"],
    "import palestra": [sys.executable, "-c", "import palestra"],
    "palestra --help": ["palestra", "--help"],
    "palestra list": ["palestra", "list"],
    "an unknown environment": ["palestra", "run", "nowhere"],
    "an option out of range": ["palestra", "run", "browse", "-a", "oracle", "-o", "min_hops=99"],
    "a missing corpus": ["palestra", "run", "browse", "-a", "oracle", "-o", "corpus=nowhere"],
    "a missing file": ["palestra", "leaderboard", "--db", "nowhere.duckdb"],
    "an endpoint that is dead": [
        "palestra", "run", "browse", "-n", "1", "-a", "openai/m?base_url=http://127.0.0.1:9/v1",
    ],
}  # fmt: skip


def seconds(command: list[str], folder: str) -> float:
    """From the start to the end of a process."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - began


def main() -> None:
    peer = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, command in CALLS.items():
            took = min(seconds(command, folder) for _ in range(5))
            peer = peer or took
            print(f"{name:26} {took:6.2f} s  {took / peer:6.1f}")


if __name__ == "__main__":
    main()
