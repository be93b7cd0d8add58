"""From rows to results: the API's output shape, as a plan's template describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .database import decoded
from .plan import COUNT

__all__ = ["Renderer", "renderer"]

Renderer = Callable[[list[tuple[Any, ...]]], Any]


def renderer(template: Any, names: list[str], columns: Mapping[str, Any]) -> Renderer:
    """A function from rows to the result that a template describes."""
    places = {name: place for place, name in enumerate(names)}

    def of(part: Any) -> Callable[[list[tuple[Any, ...]], tuple[Any, ...] | None], Any]:
        if isinstance(part, dict) and "[]" in part:
            inner = of(part["[]"])
            return lambda rows, row: [inner(rows, each) for each in rows]
        if isinstance(part, dict):
            fields = [(name, of(inner)) for name, inner in part.items()]

            def whole(rows: list[tuple[Any, ...]], row: tuple[Any, ...] | None) -> Any:
                made = {}
                for name, field in fields:
                    value = field(rows, row)
                    if value is not None:
                        made[name] = value
                return made

            return whole
        if part == COUNT:
            return lambda rows, row: len(rows)
        if isinstance(part, str) and part.startswith("#"):
            fixed = True if part == "#done" else part[1:]
            return lambda rows, row: fixed
        place, column = places[part], columns[part]
        plain = column.schema.get("type") in ("string", "integer", "number")
        if plain:
            return lambda rows, row: row[place] if row else None
        return lambda rows, row: decoded(row[place], column) if row else None

    render = of(template or {})
    return lambda rows: render(rows, rows[0] if rows else None)
