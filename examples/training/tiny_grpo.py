"""Learning from nothing, on a CPU, in about two minutes: SFT on a careless teacher, then GRPO.

python examples/training/tiny_grpo.py [FOLDER]

A model of 100,000 random weights is to name the largest of three digits by a tool call. A teacher
who mostly names the first digit shows it the form; rewards teach it the rest. The same 300
held-out tasks are played by all three, and the differences are paired by task.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import largest
from palestra.evals import evaluate
from palestra.evals.statistics import Paired
from palestra.training.grpo import grpo
from palestra.training.measure import HeldOut
from palestra.training.select import filters_of, select
from palestra.training.sft import sft
from tiny import save_tiny_model


def learn(folder: Path, seed: int = 0) -> tuple[Paired, Paired]:
    """Train, and measure.

    Returns:
        SFT over the untrained model, and GRPO over SFT.
    """
    base = save_tiny_model(
        folder / "base", phrases=largest.phrases(), context=512, seed=seed, spread=0.02
    )
    teacher = folder.parent / "teacher.duckdb"  # the same for every seed
    evaluate(["largest"], ["hasty"], split="train", tasks=700, db=teacher)
    flawed = select(teacher, agents=["hasty"], filters=filters_of(at_least=None))
    sft(
        str(base), flawed, folder / "sft",
        epochs=7, batch=32, micro_batch=32, learning_rate=3e-3, max_tokens=16, seed=seed,
    )  # fmt: skip
    grpo(
        str(folder / "sft"), {"largest": {}}, folder / "grpo",
        steps=100, group=8, groups=8, micro_batch=64, learning_rate=1e-3, seed=seed,
        max_tokens=16, max_completion=32,
    )  # fmt: skip
    held_out = HeldOut(["largest"], tasks=300, db=folder / "board.duckdb")
    agents = f"hf/{base}?max_tokens=16", f"trained/{folder}/sft", f"trained/{folder}/grpo"
    before, taught, learned = (held_out.play(agent) for agent in agents)
    (first,) = held_out.compare(before, taught).values()
    (second,) = held_out.compare(taught, learned).values()
    return first, second


def main(folder: Path) -> None:
    """Learn, and say what was gained."""
    for what, gained in zip(("SFT over base", "GRPO over SFT"), learn(folder), strict=True):
        print(
            f"{what}: {gained.before:.3f} before, {gained.after:.3f} after; difference "
            f"{gained.difference:+.3f} [{gained.low:+.3f}, {gained.high:+.3f}]"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made) / "run")
