"""What `palestra train` does around training: measure the model before and after, and compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palestra.cli.common import note, stderr

if TYPE_CHECKING:
    from palestra.cli.run import Progress
    from palestra.training.measure import HeldOut, Side

__all__ = ["around", "default_out"]


def default_out(environments: list[str], command: str) -> Path:
    """The run's folder if none is named."""
    from palestra.evals.plan import table_of

    names = [table_of(env, {}).id.rpartition("/")[2].lower() for env in environments]
    return Path("runs") / "-".join([*names, command])


def around(
    held_out: HeldOut,
    playing: Callable[[str], str],
    model: str,
    out: Path,
    train: Callable[[Path, Any], Path],
    how: Progress,
) -> None:
    """Measure, train, measure again, and say on the terminal what was gained.

    Args:
        playing: the agent's URI, of a model.
    """
    from palestra.cli.learning import Learning
    from palestra.cli.progress import Show
    from palestra.training.allocator import advice

    if said := advice():
        note(said)

    def play(agent: str, when: str) -> list[Side]:
        note(f"{when}: {agent} plays {held_out.tasks:,} held-out tasks")
        with Show(stderr(), how.value) as show:
            return held_out.play(agent, show.watch)

    try:
        base = play(playing(model), "Before") if held_out.tasks else []
        with Learning(stderr(), how.value) as show:
            path = train(out, show)
        note(f"Trained: {path} (beside it: curves.png, curves.csv, config.json)")
        after = play(playing(f"trained/{out}"), "After") if held_out.tasks else []
    except KeyboardInterrupt:
        note(f"Interrupted. Repeat the command with --resume to go on from {out}.")
        raise SystemExit(130) from None
    for environment, gained in held_out.compare(base, after).items():
        note(
            f"{environment}: {gained.before:.3f} before, {gained.after:.3f} after; difference "
            f"{gained.difference:+.3f} [{gained.low:+.3f}, {gained.high:+.3f}] over "
            f"{gained.tasks:,} tasks (95%, paired; p = {gained.p:.2g}): {gained.verdict}"
        )
    note(f"Next: palestra run ENV --agent trained/{out}")
