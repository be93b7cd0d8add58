"""A stored episode drawn by its environment: `palestra show KEY --render FILE`."""

from __future__ import annotations

from pathlib import Path

from palestra.cli.common import note
from palestra.envs.core import Episode, UsageError

__all__ = ["render_episode"]


def render_episode(episode: Episode, file: Path) -> None:
    """Play the recorded actions again, and write what the environment renders at the end.

    Raises:
        UsageError: the environment renders nothing in the form that the file's name asks for, or
            the episode cannot be played again.
    """
    from palestra.envs import find
    from palestra.evals.games import Games
    from palestra.evals.verify.rescore import Unverifiable, rescore

    found = find(episode.environment)
    modes = [] if found is None else found.cls.metadata.get("render_modes", [])
    mode = {".html": "html", ".txt": "ansi"}.get(file.suffix, "")
    if mode not in modes:
        known = {"html": ".html", "ansi": ".txt"}
        others = ", ".join(known[m] for m in modes if m in known) or "nothing"
        raise UsageError(f"{episode.environment} does not render {file.suffix}; it does {others}")
    game = Games(episode.environment, {**episode.options, "render_mode": mode}).take()
    try:
        differences = rescore(game, episode)
    except Unverifiable as reason:
        raise UsageError(f"{episode.key} cannot be played again: {reason}") from None
    file.write_text(game.env.render() or "", encoding="utf-8")
    if differences:
        note(f"Played again, it differs from the record: {differences[0].detail}")
    note(f"Wrote {file}.")
