"""A template's `@tool` methods as tools of the environment.

What a tool noted goes into the ledger whether the call succeeded or was denied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ..core import Tool
from ..core.tools import tools_of
from .report import report_tools
from .scene import Scene

__all__ = ["scene_tools"]


class SceneTool(Tool):
    """A tool that is a method of the running scene instead of the environment."""

    def __init__(self, method: Callable[..., Any], *, final: bool, writes: bool) -> None:
        super().__init__(method, final=final, writes=writes)
        self._method = method
        self.function = partial(_play, method)

    def __reduce__(self) -> tuple[Any, ...]:
        return _scene_tool, (self._method, self.final, self.writes)


def _scene_tool(method: Callable[..., Any], final: bool, writes: bool) -> SceneTool:
    return SceneTool(method, final=final, writes=writes)


def _play(method: Callable[..., Any], env: Any, **arguments: Any) -> Any:
    scene: Scene = env.state
    try:
        return method(scene, **arguments)
    finally:
        for note in scene.notes:
            env.note_change(**note)
        scene.notes = []


@cache
def scene_tools(scene: type[Scene], report: str, exits: bool) -> dict[str, Tool]:
    """The tools of a template, its report last.

    Args:
        scene: the template.
        report: the factor `report`.
        exits: whether there is anybody to escalate to.
    """
    found: dict[str, Tool] = {
        name: SceneTool(tool.function, final=tool.final, writes=tool.writes)
        for name, tool in tools_of(scene).items()
        if exits or name not in ("escalate", "ask_permission")
    }
    return found | report_tools(scene, report)
