"""The tables of reference agents on the card of *browse*, played like any other evaluation.

    python benchmarks/browse_references.py --corpus procedural --tasks 200
    python benchmarks/browse_references.py --hops 2 3 4 5 --tasks 200

The first prints success with its 95% interval and the share of the hidden path's pages that were
opened, by split; the second how the baselines fall with the number of relations of a question.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import palestra
from palestra.evals import evaluate
from palestra.leaderboard import episodes


def table(columns: dict[str, dict[str, Any]], agents: list[str]) -> None:
    """A Markdown table; a column is a split, the environment's options and how many tasks."""
    cells: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, arguments) in enumerate(columns.items()):
            db = Path(folder) / f"{number}.duckdb"
            report = evaluate(["browse"], agents, db=db, **arguments)
            recall: dict[str, list[float]] = {}
            for episode in episodes(db):
                if episode.score is not None:
                    metrics = episode.score.metrics
                    recall.setdefault(episode.agent, []).append(metrics["path_recall"])
            for row in report.rows:
                opened = sum(recall[row.agent]) / len(recall[row.agent])
                cells.setdefault(row.agent, []).append(
                    f"{row.mean:.3f} ({row.low:.3f} to {row.high:.3f}), {opened:.2f}, n={row.n}"
                )
    print("| agent | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for agent in cells:
        print(f"| `{agent}` | " + " | ".join(cells[agent]) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", default="procedural")
    parser.add_argument("--tasks", type=int, default=200, help="of each split, at most")
    parser.add_argument("--splits", nargs="+", default=["test", "ood", "hotpot"])
    parser.add_argument("--hops", nargs="+", type=int, help="paths of these lengths, split test")
    given = parser.parse_args()
    options: dict[str, Any] = {"corpus": given.corpus}
    sizes = palestra.make("browse", **options).unwrapped.tasks.splits  # type: ignore[attr-defined]
    print(f"{given.corpus}: tasks by split {dict(sizes)}\n")
    if given.hops:
        agents = ["oracle", "greedy_reader", "one_shot_search"]
        columns = {
            f"{hops} relations": {
                "split": "test",
                "tasks": given.tasks,
                "options": options | {"min_hops": hops, "max_hops": hops, "tool_calls": 128},
            }
            for hops in given.hops
        }
    else:
        agents = ["oracle", "greedy_reader", "one_shot_search", "closed_book", "random",
                  "answer_stuffer", "format_breaker", "snooper"]  # fmt: skip
        columns = {
            split: {"split": split, "tasks": min(given.tasks, sizes[split]), "options": options}
            for split in given.splits
        }
    table(columns, agents)


if __name__ == "__main__":
    main()
