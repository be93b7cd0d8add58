"""Sweeps: grids of cells of many predictions each, for suites that would be millions of episodes.

    family = find_family("formal")
    (part,) = family.parts(grid={"language": ["parity"], "shots": [5, 20]}, queries=100)
    play_parts([Job(family, part, "tree", Path("tree.jsonl"))])

A family (an environment that can be swept) says which cells there are, asks them, and keeps one
line a cell in a file of its own form. One is a line in `_KINDS`, or a call of `register_family`.
"""

from __future__ import annotations

from importlib import import_module

from ...envs.core import UsageError
from .base import Answering, Ended, Family, Kept, Part, Point
from .play import Job, play_parts

__all__ = [
    "Answering",
    "Ended",
    "Family",
    "Job",
    "Kept",
    "Part",
    "Point",
    "find_family",
    "play_parts",
    "register_family",
]

_KINDS: dict[str, str] = {"formal": "formal.family:Formal"}
_registered: dict[str, Family] = {}


def register_family(name: str, family: Family) -> None:
    """Make `name` a family that suites may sweep over."""
    _registered[name] = family


def find_family(name: str) -> Family:
    """A family by name.

    Raises:
        UsageError: there is none.
    """
    if name not in _registered:
        if name not in _KINDS:
            known = ", ".join(sorted({*_KINDS, *_registered}))
            raise UsageError(f"{name!r} cannot be swept over; there are {known}")
        module, _, kind = _KINDS[name].partition(":")
        found: type[Family] = getattr(import_module(f"..{module}", __package__), kind)
        _registered[name] = found()
    return _registered[name]
