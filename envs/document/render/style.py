"""The style sheet of the rendered document: eight authors told apart in light and dark."""

from __future__ import annotations

from pathlib import Path

__all__ = ["COLOURS", "STYLE"]

_HUES = (212, 28, 140, 280, 50, 340, 180, 95)
COLOURS = len(_HUES)
"""How many authors have a colour of their own; then they repeat."""
STYLE = "".join(f".a{i}{{--h:{hue}}}" for i, hue in enumerate(_HUES)) + Path(__file__).with_name(
    "document.css"
).read_text(encoding="utf-8")
