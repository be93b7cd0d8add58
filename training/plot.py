"""The curves of a run as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

SHOWN = (
    ("reward", "reward"),
    ("metric/success", "success"),
    ("completions/mean_length", "tokens the model wrote"),
    ("outcome/format_error", "format errors"),
    ("entropy", "entropy (nats a token)"),
    ("loss", "loss"),
    ("mean_token_accuracy", "accuracy a token"),
    ("grad_norm", "norm of the gradient"),
)
"""Which numbers, and what they are called."""


def plot(rows: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw what there is of `SHOWN` over the steps: each step, and their running mean."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    found = [(key, name) for key, name in SHOWN if sum(key in row for row in rows) > 1]
    if not found:
        return
    columns = min(3, len(found))
    lines = -(-len(found) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.8 * lines), layout="constrained")
    for number, (key, name) in enumerate(found, start=1):
        axes = figure.add_subplot(lines, columns, number)
        points = [(row["step"], row[key]) for row in rows if key in row]
        steps, values = [p[0] for p in points], [p[1] for p in points]
        axes.plot(steps, values, color="#9bb7d4", linewidth=0.8)
        axes.plot(steps, _running(values), color="#1f4e79", linewidth=1.6)
        axes.set_title(name, fontsize=10, loc="left")
        axes.set_xlabel("step", fontsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    figure.savefig(path, dpi=120)


def _running(values: Sequence[float], share: float = 0.1) -> list[float]:
    """The mean of the last tenth of the run at each point."""
    width = max(1, int(len(values) * share))
    return [
        sum(values[max(0, i + 1 - width) : i + 1]) / len(values[max(0, i + 1 - width) : i + 1])
        for i in range(len(values))
    ]
