"""The tables of the card of *formal*: reference agents on the test strings, by language.

    python benchmarks/formal_references.py                     # hardened, 100 exemplars
    python benchmarks/formal_references.py --delta 0.85 --shots 20
    python benchmarks/formal_references.py --mode paper

Shares right on the clean label, of 1,000 queries each; a 95% interval reaches 0.03 to either side.
"""

from __future__ import annotations

import argparse

from palestra.envs.formal.sweep import Cell, Grid, answerer, run_cell

AGENTS = (
    "rule_oracle",
    "majority",
    "first_label",
    "coin",
    "length",
    "bigram",
    "knn",
    "tree",
    "mlp",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--agents", nargs="+", default=list(AGENTS))
    parser.add_argument("--mode", default="hardened")
    parser.add_argument("--shots", type=int, default=100)
    parser.add_argument("--delta", type=float, default=0.0)
    given = parser.parse_args()
    grid = Grid(mode=given.mode)
    print("| language | " + " | ".join(f"`{agent}`" for agent in given.agents) + " |")
    print("|---" * (len(given.agents) + 1) + "|")
    for language in grid.languages:
        cell = Cell(language, "description", given.shots, given.delta)
        records = [run_cell(cell, answerer(agent), grid) for agent in given.agents]
        row = " | ".join(f"{record.accuracy():.2f}" for record in records)
        print(f"| {language} | {row} |", flush=True)


if __name__ == "__main__":
    main()
