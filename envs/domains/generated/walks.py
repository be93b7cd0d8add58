"""Walks over a domain's tools: steps whose arguments come from the user or from earlier results.

    walk = Walker(plan, world, rng).walk(kind="write", length=5)
    walk.steps        # each with its call, its result, and where every argument came from

A walk is carried out on a world of its own while it is made, so each argument is drawn from the
state as it is at that step, and the last state is the gold state (AgentScaler, section 3).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..domain import DomainError
from ..probe import accepted
from ..world import World
from .arguments import Arguments, Given
from .plan import Plan, ToolPlan
from .values import fits

__all__ = ["Step", "Walk", "Walker"]


@dataclass(slots=True)
class Step:
    """One call of a walk."""

    tool: ToolPlan
    given: dict[str, Given]
    result: Any = None
    refused: str = ""
    """The kind of error, where the step is meant to fail."""
    only_if: Literal["", "refused", "done"] = ""
    """Whether the user wants it only if the step before was refused."""
    asks: str = ""
    """Of a read: the field of the output that the user wants to know."""
    answer: Any = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The call's arguments."""
        return {name: given.value for name, given in self.given.items()}


@dataclass(slots=True)
class Walk:
    """A sequence of steps that was carried out."""

    steps: list[Step] = field(default_factory=list)
    skipped: Step | None = None
    """A step that the user wants only in a case that did not come: never carried out."""


class Walker:
    """Makes one walk.

    Args:
        plan: the domain.
        world: a world of its own, which it changes.
        rng: the source of chance.
    """

    def __init__(self, plan: Plan, world: World, rng: random.Random) -> None:
        self.plan, self.world, self.rng = plan, world, rng
        self.arguments = Arguments(plan, world, rng)
        self.tables = self.arguments.tables
        self.steps: list[Step] = []
        self._used: dict[str, int] = {}

    def walk(self, kind: str, length: int) -> Walk | None:
        """A walk of `length` steps; None where the domain allows none from here."""
        walk = Walk(self.steps)
        plain = length - 2 if kind == "refuse" else length
        for _ in range(max(plain, 0)):
            if not self._go_on(reads=kind == "read"):
                break
        if kind == "refuse":
            failed = self._refused()
            if failed is None:
                return None
            self.steps.append(failed)
            if not self._go_on(reads=False, fresh=True):
                return None
            self.steps[-1].only_if = "refused"
        elif kind == "write" and length > 2 and self.rng.random() < 0.3:
            self._branch(walk)
        if kind == "read":
            return walk if self.steps else None
        return walk if any(s.tool.kind not in ("get", "list") for s in self.steps) else None

    # -- steps that succeed ----------------------------------------------------------------------

    def _go_on(self, *, reads: bool, fresh: bool = False) -> bool:
        """Add one step that succeeds; False where none was found in a few tries."""
        tools = [t for t in self.plan.tools if (t.kind in ("get", "list")) == reads]
        if not tools:
            return False
        for _ in range(12):
            tool = self.rng.choices(tools, [self._weight(tool, fresh) for tool in tools])[0]
            step = self._step(tool)
            if step is not None:
                self._add(step)
                return True
        return False

    def _weight(self, tool: ToolPlan, fresh: bool) -> float:
        weight = 1.0 / (1 + 2 * self._used.get(tool.name, 0))
        table = self.tables[tool.table]
        focus = self.arguments.focus
        near = tool.table in focus or any(c.ref in focus for c in table.columns)
        if near and not fresh:
            weight *= 3
        return weight * (0.4 if tool.kind == "delete" else 1)

    def _step(self, tool: ToolPlan) -> Step | None:
        given = self.arguments.of(tool)
        if given is None:
            return None
        step = Step(tool, given)
        if any(s.tool is tool and s.arguments == step.arguments for s in self.steps):
            return None
        if not accepted(self.world.domain.operations[tool.name], step.arguments):
            return None
        before = self.world.db.total_changes
        try:
            step.result = self.world.call(tool.name, step.arguments)
        except DomainError:
            return None
        if tool.kind in ("get", "list"):
            return step if self._ask(step) else None
        return step if self.world.db.total_changes > before else None

    def _add(self, step: Step) -> None:
        number = len(self.steps)
        self.steps.append(step)
        self._used[step.tool.name] = self._used.get(step.tool.name, 0) + 1
        table = self.tables[step.tool.table]
        for name, bound in (*step.tool.find.items(), *step.tool.put.items()):
            if name not in step.given or bound == "#last":
                continue
            column = table.column(bound)
            target = table.name if bound == table.key else column.ref
            if target and step.tool.kind != "delete" and name != step.tool.many:
                self.arguments.point(target, step.given[name].value, step.given[name].step)
        if step.tool.kind in ("create", "put"):
            key = _key_in(step.tool.output, step.result, table.key)
            if key is not None:
                self.arguments.point(table.name, key, -1 if key in _texts(step) else number)

    # -- questions -------------------------------------------------------------------------------

    def _ask(self, step: Step) -> bool:
        """What the user wants to know of a read: a value that cannot be guessed."""
        table = self.tables[step.tool.table]
        if step.tool.kind == "list":
            rows = next((v for v in step.result.values() if isinstance(v, list)), None)
            if not rows or len(rows) > 5:
                return False
            keys = [_key_in({"[]": None}, row, table.key, step.tool.output) for row in rows]
            if any(key is None for key in keys):
                return False
            step.asks, step.answer = table.key, keys
            return True
        said = {repr(v) for v in step.arguments.values()}
        fields = [
            (name, column, value)
            for name, column, value in _leaves(step.tool.output, step.result)
            if repr(value) not in said and repr([value]) not in said
            and isinstance(value, (str, int, float)) and not isinstance(value, bool)
            and len(str(value)) >= 4 and len(str(value)) <= 80
            and "enum" not in table.column(column).schema
        ]  # fmt: skip
        if not fields:
            return False
        _, column, value = self.rng.choice(fields)
        step.asks, step.answer = column, value
        target = table.column(column).ref
        if target:
            self.arguments.point(target, value, len(self.steps))
        return True

    # -- steps that fail, and branches -----------------------------------------------------------

    def _refused(self) -> Step | None:
        """A step that the domain refuses, for one of its own reasons."""
        tools = [t for t in self.plan.tools if t.kind in ("delete", "state", "create", "link",
                                                         "unlink", "update", "put")]  # fmt: skip
        self.rng.shuffle(tools)
        for tool in tools[:12]:
            for _ in range(4):
                step = self._failing(tool)
                if step is not None:
                    return step
        return None

    def _failing(self, tool: ToolPlan) -> Step | None:
        given = self.arguments.of(tool)
        if given is None:
            return None
        if any(g.origin == "result" for g in given.values()):
            return None
        table = self.tables[tool.table]
        if tool.kind == "create":  # a name that is taken
            name = next((n for n, c in tool.put.items() if c == table.key and n in given), None)
            if name is None:
                return None
            key, step = self.arguments.pick(table, again=True)
            if key is None or step >= 0 or not fits(key, tool.parameters[name]):
                return None
            given[name] = Given(key, "user")
        probe = self.world.copy()
        arguments = {n: g.value for n, g in given.items()}
        if not accepted(self.world.domain.operations[tool.name], arguments):
            return None
        try:
            probe.call(tool.name, arguments)
        except DomainError as error:
            if error.kind == "ValidationException":
                return None
            return Step(tool, given, refused=error.kind)
        return None

    def _branch(self, walk: Walk) -> None:
        """A step that would be wanted, had the last one been refused: it must not be made."""
        probe = Walker(self.plan, self.world.copy(), self.rng)
        if probe._go_on(reads=False, fresh=True):
            step = probe.steps[0]
            if all(g.origin == "user" for g in step.given.values()):
                step.only_if = "refused"
                walk.skipped = step


def _texts(step: Step) -> list[Any]:
    return [given.value for given in step.given.values()]


def _leaves(output: Any, result: Any) -> list[tuple[str, str, Any]]:
    """(field, column, value) of what a result shows of one row."""
    found = []
    for name, part in output.items() if isinstance(output, Mapping) else ():
        value = result.get(name) if isinstance(result, Mapping) else None
        if value is None:
            continue
        if isinstance(part, str) and not part.startswith("#"):
            found.append((name, part, value))
        elif isinstance(part, Mapping) and "[]" not in part:
            found += _leaves(part, value)
    return found


def _key_in(output: Any, result: Any, key: str, whole: Any = None) -> Any:
    """The key that a result shows; with `whole`, of one row of a list."""
    if whole is not None:
        inner = next(
            (p["[]"] for p in whole.values() if isinstance(p, Mapping) and "[]" in p), None
        )
        if isinstance(inner, str):
            return result if inner == key else None
        output = inner
    return next((value for _, column, value in _leaves(output, result) if column == key), None)
