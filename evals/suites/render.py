"""Templates: every value that they print is made plain, and escaped for what it is printed in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from .blocks import Column, Figure, Finding, Table
from .show import PROSE, cell, markdown, plain

_FOLDER = Path(__file__).parent / "templates"


def render(template: str, report: Any, **more: Any) -> str:
    """A template with a report; `.md.jinja` escapes for Markdown, all others for HTML."""
    figures = {id(figure): name for name, figure in report.names()}
    return (
        _environment(template.endswith(".md.jinja"))
        .get_template(template)
        .render(report=report, name_of=lambda figure: figures[id(figure)], **more)
    )


@cache
def _environment(as_markdown: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=not as_markdown,
        finalize=_markdown if as_markdown else _html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    environment.filters["numeric"] = lambda column: column.kind != "text"
    environment.tests["table"] = lambda block: isinstance(block, Table)
    environment.tests["figure"] = lambda block: isinstance(block, Figure)
    environment.tests["finding"] = lambda block: isinstance(block, Finding)
    return environment


def _cell(value: Any, column: Column) -> str:
    return cell(value, column.kind)


def _html(value: Any) -> Any:
    return value if isinstance(value, Markup) else plain(value, PROSE)


def _markdown(value: Any) -> Any:
    return str(value) if isinstance(value, Markup) else markdown(value)
