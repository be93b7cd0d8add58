"""Analyses by name: what a suite's `[[analysis]]` tables may ask for.

One is a line in `_KINDS`, or a call of `register_analysis` (from a plugin).
"""

from __future__ import annotations

from importlib import import_module

from .base import Analysis

__all__ = ["Analysis", "analyses", "register_analysis"]

_KINDS: dict[str, str] = {
    "table": "table:Board",
    "curve": "curve:Curve",
    "slope": "slope:Slope",
    "rates": "rates:Rates",
    "matrix": "matrix:Matrix",
    "paired": "paired:Against",
    "ablation": "ablation:Ablation",
    "selection": "selection:Chosen",
    "passk": "passk:PassK",
    "outcomes": "outcomes:Outcomes",
    "judge": "judge:Judge",
    "opinions": "opinions:Opinions",
    "propensity": "propensity:Propensity",
    "overall": "overall:Overall",
    "printed": "printed:Printed",
}
_registered: dict[str, type[Analysis]] = {}


def register_analysis(kind: str, analysis: type[Analysis]) -> None:
    """Make `kind` an analysis that suites may ask for."""
    _registered[kind] = analysis


def analyses() -> dict[str, type[Analysis]]:
    """Every analysis by its name."""
    found: dict[str, type[Analysis]] = {}
    for kind, where in _KINDS.items():
        module, _, name = where.partition(":")
        found[kind] = getattr(import_module(f".{module}", __package__), name)
    return found | _registered
