"""The form of a suite: what a TOML file may say.

title = "Accuracy by tool-call budget"
tasks = 200

[[environment]]
id = "browse"
grid = { tool_calls = [8, 16, 32, 64, 128] }

[[arm]]
agent = "{agent}"

[[analysis]]
kind = "curve"
x = "tool_calls"

A cell is one environment with one choice of the grid, played by one agent in one arm. What tells
cells apart are its factors: `environment`, `split`, `agent`, `arm` and the names of the grid. A
sweep may stand in the place of an environment; its cells are predictions instead of episodes:

[[sweep]]
id = "formal"
grid = { language = ["parity", "stack"], shots = [0, 20, 100] }
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from .analyses.base import Analysis

__all__ = ["FACTORS", "Arm", "Entry", "Paper", "Reference", "Suite", "Sweep"]

FACTORS = ("environment", "split", "agent", "arm")
"""Factors that every cell has; the grid adds its own."""


class _Table(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class Paper(_Table):
    """Where the protocol comes from."""

    title: str = ""
    arxiv: str = ""
    where: str = ""
    """Section, table or figure."""


class Entry(_Table):
    """`[[environment]]`: one environment and what is varied in it."""

    id: str
    name: str = ""
    """What to call it in tables; needed where two entries are of one environment."""
    options: dict[str, Any] = {}
    """The same in each cell."""
    grid: dict[str, list[Any]] = {}
    """Options that are varied; cells are all combinations."""
    split: str | list[str] | None = None
    tasks: int | list[str] | None = None
    trials: int | None = None
    arms: list[str] = []
    """Names of the arms that play here; default: all."""


class Sweep(_Table):
    """`[[sweep]]`: a grid of cells of many predictions (see `evals.sweeps`)."""

    id: str
    """A family of sweeps, such as `formal`."""
    name: str = ""
    """What to call it in tables (factor `environment`); needed where two are of one family."""
    options: dict[str, Any] = {}
    """The same in each cell."""
    grid: dict[str, list[Any]] = {}
    """What is crossed."""
    queries: int | None = None
    """Of each cell; default: as many as the family asks."""
    arms: list[str] = []
    """Names of the arms that answer here; default: all."""


class Arm(_Table):
    """`[[arm]]`: what is made of each agent; `{agent}` stands for it.

    An arm without `{agent}` is played once, whoever is compared.
    """

    agent: str
    name: str = ""
    trials: int | None = None


class Reference(_Table):
    """`[[reference]]`: a figure of the paper, never one of ours.

    Values are in the unit of the measure: a share, not a percentage.
    """

    what: str
    value: float
    source: str
    """Paper and table, and through whom where it was not read in the paper itself."""
    on: str = ""
    """What it was measured on: model and data."""
    where: dict[str, Any] = {}
    """The cells of ours beside which it stands; empty for none."""
    measure: str = "headline"
    of: str = "planned"
    """The denominator: `planned` or `scored`."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite as it was read."""

    name: str
    title: str
    entries: list[Entry]
    arms: list[Arm]
    analyses: list[Analysis]
    sweeps: list[Sweep] = field(default_factory=list)
    about: str = ""
    paper: Paper = field(default_factory=Paper)
    references: list[Reference] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What `--set` may change, with the values that hold."""
    tasks: int | None = None
    trials: int | None = None
    split: str | None = None
    seed: int = 0
    seconds: float | None = None
    least_agents: int = 1
    forced: Mapping[str, Any] = field(default_factory=dict)
    """`tasks`, `trials`, `split` that were given on the command line: they hold everywhere."""
    source: str = ""
    """Where the file is from."""
    digest: str = ""
    """SHA-256 of the file."""
