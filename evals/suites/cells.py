"""From a suite and agents to cells: each a piece of a plan, with the factors that tell it apart.

    cells = cells_of(read("browse-budget"), ["rl=trained/runs/rl", "openai/gpt-5-mini"])

A cell's run is named after the suite and its place in the grid, so cells of one suite, and suites
in one file, stay apart, and the same command goes on where it was.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...agents import Agent
from ...envs.core import UsageError
from ...envs.core import find as find_environment
from ...leaderboard.cells import Name
from ..plan import EpisodeLimits, Planned, plan
from ..sweeps import find_family
from .form import FACTORS, Arm, Entry, Suite, Sweep
from .keys import choices

__all__ = ["SuiteCell", "cells_of", "labelled", "players", "seats"]

_LABEL = re.compile(r"([\w.-]+)=(.+)", re.DOTALL)


@dataclass(slots=True)
class SuiteCell:
    """A planned cell and its factors: `environment`, `split`, `agent`, `arm`, the grid's names."""

    factors: dict[str, Any]
    planned: Planned

    @property
    def name(self) -> Name:
        """What the leaderboard calls it."""
        cell = self.planned.cell
        return cell.run, cell.environment, cell.split, cell.agent


def labelled(agents: Sequence[str | Agent]) -> dict[str, str | Agent]:
    """Agents under the names that tables call them: `rl=trained/runs/rl`, or the URI itself.

    Raises:
        UsageError: two have one name.
    """
    found: dict[str, str | Agent] = {}
    for given in agents:
        match = _LABEL.fullmatch(given) if isinstance(given, str) else None
        label, agent = (match[1], match[2]) if match else (given, given)
        label = label if isinstance(label, str) else label.uri
        if label in found:
            raise UsageError(f"two agents are called {label!r}; name them: --agent NAME=URI")
        found[label] = agent
    return found


def cells_of(suite: Suite, agents: Sequence[str | Agent] = (), name: str = "") -> list[SuiteCell]:
    """Resolve all cells of a suite.

    Args:
        suite: from `read`.
        agents: URIs, with or without a name in front, or agents.
        name: of the runs; the suite's own by default.

    Raises:
        UsageError: something does not exist or does not fit.
    """
    compared = labelled(agents)
    _check_agents(suite, compared)
    resolved: dict[str, Agent] = {}
    cells: list[SuiteCell] = []
    for entry in suite.entries:
        for split in _splits(suite, entry):
            for point in _points(entry):
                for arm in seats(suite, entry):
                    for label, agent in players(arm, compared):
                        cells.append(
                            _cell(suite, entry, split, point, arm, label, agent, name, resolved)
                        )
    _check_apart(cells)
    names = [*(f for cell in cells for f in cell.factors), *_swept_factors(suite)]
    known = list(dict.fromkeys(names))
    for number, analysis in enumerate(suite.analyses, start=1):
        analysis.check(known, f"suite {suite.name}: [[analysis]] {number}")
    for number, reference in enumerate(suite.references, start=1):
        for factor in reference.where:
            if factor not in known:
                raise UsageError(
                    f"suite {suite.name}: [[reference]] {number}: where names {factor!r}, which no "
                    f"cell has; {choices(factor, known)}"
                )
    return cells


def _check_agents(suite: Suite, compared: Mapping[str, Any]) -> None:
    open_arms = any("{agent}" in arm.agent for arm in suite.arms)
    least = suite.least_agents if open_arms else 0
    if len(compared) < least:
        raise UsageError(
            f"suite {suite.name} compares {'at least ' if least > 1 else ''}{least} "
            f"agent{'s' if least > 1 else ''}, {len(compared)} given; add --agent URI"
        )
    if compared and not open_arms:
        raise UsageError(f"suite {suite.name} names its agents itself; leave out --agent")


def _splits(suite: Suite, entry: Entry) -> list[str | None]:
    wanted = suite.forced.get("split") or entry.split or suite.split
    return list(wanted) if isinstance(wanted, list) else [wanted]


def _points(entry: Entry) -> Iterator[dict[str, Any]]:
    for key, values in entry.grid.items():
        if key in FACTORS:
            raise UsageError(f"environment {entry.id}: a grid cannot vary {key!r}")
        if not values:
            raise UsageError(f"environment {entry.id}: the grid has no value of {key!r}")
    for values in itertools.product(*entry.grid.values()):
        yield dict(zip(entry.grid, values, strict=True))


def seats(suite: Suite, entry: Entry | Sweep) -> list[Arm]:
    """The arms that play an entry.

    Raises:
        UsageError: it names one that there is not.
    """
    known = [arm.name or arm.agent for arm in suite.arms]
    for name in entry.arms:
        if name not in known:
            raise UsageError(
                f"{entry.name or entry.id}: no arm is called {name!r}; {choices(name, known)}"
            )
    return [a for a, name in zip(suite.arms, known, strict=True) if name in (entry.arms or known)]


def _swept_factors(suite: Suite) -> list[str]:
    """The factors of sweeps, whose cells are made in `swept.py`."""
    parts = [
        part
        for entry in suite.sweeps
        for part in find_family(entry.id).parts(entry.options, entry.grid, seed=suite.seed)
    ]
    return [*FACTORS, *(name for part in parts for name in part.points[0].factors)] if parts else []


def players(arm: Arm, compared: Mapping[str, str | Agent]) -> Iterator[tuple[str, str | Agent]]:
    if "{agent}" not in arm.agent:
        yield arm.name or arm.agent, _without_blanks(arm.agent)
        return
    for label, agent in compared.items():
        if isinstance(agent, Agent):
            if arm.agent != "{agent}":
                raise UsageError(f"arm {arm.agent!r} wraps a URI; {label!r} was given as an object")
            yield label, agent
        else:
            yield label, _without_blanks(arm.agent.replace("{agent}", agent))


def _without_blanks(uri: str) -> str:
    """A URI without options that a setting left empty: `plan(planner=):x` is `plan:x`."""
    uri = re.sub(r"(?<=[(,])\w+=(?=[,)])", "", uri)
    uri = re.sub(r",+(?=[,)])|(?<=\(),+", "", uri)
    return uri.replace("():", ":")


def _cell(
    suite: Suite,
    entry: Entry,
    split: str | None,
    point: dict[str, Any],
    arm: Arm,
    label: str,
    agent: str | Agent,
    name: str,
    resolved: dict[str, Agent],
) -> SuiteCell:
    tasks, trials = suite.forced.get("tasks"), suite.forced.get("trials")
    (planned,) = plan(
        [entry.id],
        [resolved.get(agent, agent) if isinstance(agent, str) else agent],
        tasks=tasks or entry.tasks or suite.tasks,
        split=split,
        trials=trials or arm.trials or entry.trials or suite.trials or 1,
        seed=suite.seed,
        options=entry.options | point,
        limits=EpisodeLimits(seconds=suite.seconds),
        name="/".join(filter(None, (name or suite.name, entry.name, _place(point)))),
    )
    if isinstance(agent, str):
        resolved[agent] = planned.agent
    found = find_environment(entry.id)
    factors = {
        "environment": entry.name or (found.name if found else entry.id),
        "split": planned.cell.split,
        "agent": label,
        "arm": arm.name or arm.agent,
        **{key: value if _is_plain(value) else json.dumps(value) for key, value in point.items()},
    }
    return SuiteCell(factors, planned)


def _place(point: Mapping[str, Any]) -> str:
    return ",".join(
        f"{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in point.items()
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool))


def _check_apart(cells: Sequence[SuiteCell]) -> None:
    seen: dict[Name, dict[str, Any]] = {}
    for cell in cells:
        if cell.name in seen:
            raise UsageError(
                f"{seen[cell.name]} and {cell.factors} are the same cell; give the entries, arms "
                "or agents different names, environments or options"
            )
        seen[cell.name] = cell.factors
