"""The report of a suite: one page without network, the same as Markdown, and the same as JSON.

    report = make_report(results, command="palestra suite browse-budget ...")
    write_report(report, Path("reports/browse-budget"))

All three come from the same values. Whatever agents and environments wrote is shown as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import compress
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ...leaderboard.cells import Measured
from .analyses.base import Analysis
from .blocks import Figure, Finding, Point, Section, Table
from .draw import DARK, LIGHT, svg
from .provenance import provenance
from .references import beside
from .render import render
from .results import Results

__all__ = ["Report", "as_json", "make_report", "write_report"]


@dataclass(slots=True)
class Report:
    """Everything that is shown."""

    title: str
    about: str
    paper: dict[str, str]
    unit: str
    """What is counted: `episodes`, `predictions` or both."""
    counts: dict[str, int]
    """`planned`, `scored`, `invalid`, `errors` over all cells."""
    sections: list[Section]
    provenance: dict[str, Any]
    made: str
    figures: dict[str, dict[str, str]] = field(default_factory=dict)
    """SVG by name: `light` and `dark`, and both as `narrow`."""

    def names(self) -> list[tuple[str, Figure]]:
        """The figures of the sections with the names of their files."""
        listed = [
            (number, block)
            for number, section in enumerate(self.sections, start=1)
            for block in section.blocks
            if isinstance(block, Figure)
        ]
        return [
            (f"{number}-{place}-{_slug(figure.title)}", figure)
            for place, (number, figure) in enumerate(listed, start=1)
        ]


def make_report(results: Results, *, command: str = "", figures: bool = True) -> Report:
    """Gather a report from what the file holds.

    Raises:
        UsageError: an analysis does not fit the results.
        StoreError: the file cannot be read.
    """
    suite = results.suite
    everything = [row for _, row in results.measured(results.groups(["environment"]))]
    asked = sum(len(cell.planned) for cell in results.cells)
    swept = sum(cell.job.part.asked for cell in results.swept)
    report = Report(
        title=suite.title,
        about=suite.about,
        paper={
            "title": suite.paper.title,
            "arxiv": suite.paper.arxiv,
            "where": suite.paper.where,
        },
        unit=" and ".join(compress(("episodes", "predictions"), (asked, swept))) or "episodes",
        counts=_counts(everything, asked + swept),
        sections=[_section(analysis, results) for analysis in suite.analyses],
        provenance=provenance(suite, results.cells, results.db, command, results.swept),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    if suite.references:
        report.sections.append(beside(results))
    if figures:
        report.figures = {
            name: {
                "light": svg(figure, LIGHT),
                "dark": svg(figure, DARK),
                "light narrow": svg(figure, LIGHT, narrow=True),
                "dark narrow": svg(figure, DARK, narrow=True),
            }
            for name, figure in report.names()
        }
    return report


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write `report.html`, `report.md`, `report.json` and `figures/*.svg`; returns the files.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []

    def put(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)

    put("report.html", _page(report))
    for name, drawn in report.figures.items():
        # On its own a file has no page behind it: give it one that its colours are made for.
        put(f"figures/{name}.svg", drawn["light"].replace("<defs>", _PAPER + "<defs>", 1))
    put("report.md", render("report.md.jinja", report, pictures=_files(report)))
    put("report.json", json.dumps(as_json(report), indent=2, allow_nan=False) + "\n")
    return written


_PAPER = '<rect width="100%" height="100%" fill="#ffffff"/>'


def as_json(report: Report) -> dict[str, Any]:
    """The values of a report, infinite ones as null."""
    return _finite(
        {
            "title": report.title,
            "about": report.about,
            "paper": report.paper,
            "made": report.made,
            "unit": report.unit,
            "counts": report.counts,
            "sections": [
                {
                    "title": section.title,
                    "about": section.about,
                    "paper": section.paper,
                    "blocks": [_block(block) for block in section.blocks],
                }
                for section in report.sections
            ],
            "provenance": report.provenance,
        }
    )


def _page(report: Report) -> str:
    """The page, with the hash of its own style sheet: nothing else may be loaded or run."""
    style = (Path(__file__).parent / "templates" / "report.css").read_text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return render(
        "report.html.jinja",
        report,
        pictures={
            name: {kind: _data(each) for kind, each in drawn.items()}
            for name, drawn in report.figures.items()
        },
        style=Markup(style),
        policy=f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
    )


def _data(picture: str) -> Markup:
    return Markup(f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}")


def _files(report: Report) -> dict[str, Markup]:
    return {name: Markup(f"figures/{name}.svg") for name in report.figures}


def _section(analysis: Analysis, results: Results) -> Section:
    blocks = analysis.blocks(results.where(analysis.where))
    heading = next((block.title for block in blocks if not isinstance(block, Finding)), "")
    return Section(analysis.title or heading, analysis.about, analysis.paper, blocks)


def _counts(rows: list[Measured], asked: int) -> dict[str, int]:
    planned, scored = sum(row.n for row in rows), sum(row.scored for row in rows)
    return {
        "asked": asked,
        "planned": planned,
        "scored": scored,
        "invalid": planned - scored,
        "errors": sum(row.errors for row in rows),
    }


def _block(block: Any) -> dict[str, Any]:
    if isinstance(block, Finding):
        return {"finding": block.text}
    if isinstance(block, Table):
        columns = [{"name": column.name, "kind": column.kind} for column in block.columns]
        rows = [list(row) for row in block.rows]
        return {"table": block.title, "columns": columns, "rows": rows, "notes": block.notes}
    found = {"figure": block.title, "x": block.x, "y": block.y, "series": _series(block.series)}
    panels = {name: _series(series) for name, series in block.panels.items()}
    return found | ({"panels": panels} if panels else {})


def _series(series: dict[str, list[Point]]) -> dict[str, list[list[Any]]]:
    return {name: [list(point) for point in points] for name, points in series.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "figure"
