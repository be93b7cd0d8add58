"""Which strings are entries of a language at all, whatever their label.

The generators write nothing else; a membership oracle needs to know it of strings that an agent
makes up.
"""

from __future__ import annotations

import re

from .verify import verify

__all__ = ["FORMS", "well_formed"]

_COINS = r"(?:\+5|\+10|biscuit|coffee|soda)"
_TOKENS = r"(?:gfx|chtte|%|ltintprk|¯\\_\(ツ\)_/¯)"
_MOVES = r"(?:right|down|left|up)(?:,(?:right|down|left|up))*"
_LISTED = r'"\d+": \[(?:"\d+"(?:, "\d+")*)?\]'
_MAZE = r"(?:[#+ ?SE]+\n){3,}"

FORMS: dict[str, re.Pattern[str]] = {
    name: re.compile(form)
    for name, form in {
        "parity": r"[01]+",
        "pattern": r"[abc]+",
        "vending": rf"{_COINS}(?:,{_COINS})*,(?:0|-?[1-9]\d{{0,5}})",
        "vending_sum": rf"{_COINS}(?:,{_COINS})*",
        "maze_complete": _MAZE + _MOVES,
        "maze_solve": _MAZE + _MOVES,
        "stack": r"[01]+\n(?:push,[01]|pop)(?: (?:push,[01]|pop))*\n(?:[01]+|empty)",
        "reversal": rf"{_TOKENS}+#{_TOKENS}+",
        "hamiltonian": rf"\{{{_LISTED}(?:, {_LISTED})*\}}\n\d+(?:,\d+)*",
    }.items()
}
LONGEST = 20_000


def well_formed(language: str, text: str) -> bool:
    """Whether a text is an entry of a language, with the label 0 or 1 (or any balance)."""
    if len(text) > LONGEST or not FORMS[language].fullmatch(text):
        return False
    if language == "hamiltonian":
        vertices = re.findall(r'"(\d+)":', text)
        return vertices == [str(number) for number in range(len(vertices))]
    if not language.startswith("maze"):
        return True
    *rows, _ = text.split("\n")
    one_gap = text.count("?") == (1 if language == "maze_complete" else 0)
    return len({len(row) for row in rows}) == 1 and one_gap and verify(language, text) in (0, 1)
