"""A suite's report in the terminal: what was found, and the first table of each section.

Imported by `palestra suite`. A table that is wider than the terminal continues below itself, its
first columns repeated; nothing is squeezed until it cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Shown
from rich.text import Text

if TYPE_CHECKING:
    from palestra.evals.suites.blocks import Table
    from palestra.evals.suites.report import Report

_BETWEEN = 3
_LONGEST_NAME = 40
_ROWS = 24


def print_report(report: Report, console: Console) -> None:
    """What is measured; then findings and first tables, section by section."""
    from palestra.evals.suites.blocks import Finding, Table
    from palestra.evals.suites.show import PROSE, plain

    for paragraph in report.about.split("\n\n"):
        console.print(Text(plain(paragraph.strip(), PROSE), style="dim"))
    for section in report.sections:
        console.print()
        console.print(Text(section.title, style="bold"))
        if section.paper:
            console.print(Text(f"The paper: {plain(section.paper, PROSE)}", style="dim"))
        for block in section.blocks:
            if isinstance(block, Finding):
                console.print(Text(f"Here: {plain(block.text, PROSE)}"))
        tables = [block for block in section.blocks if isinstance(block, Table)]
        if tables:
            for part in _parts(tables[0], console.width, tables[0].title != section.title):
                console.print(part)
        more = [plain(table.title) for table in tables[1:]]
        if tables and len(tables[0].rows) > _ROWS:
            more.insert(0, f"{len(tables[0].rows) - _ROWS:,} more rows")
        if more:
            console.print(Text(f"In the report as well: {'; '.join(more)}", style="dim"))


def _parts(table: Table, width: int, titled: bool) -> Iterator[Shown]:
    """A table in as many parts as the width takes; the first with its title, if `titled`."""
    from palestra.evals.suites.show import cell, plain

    heads = [plain(column.name) for column in table.columns]
    rows = [
        [cell(value, column.kind) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows[:_ROWS]
    ]
    text = [column.kind == "text" for column in table.columns]
    widths = [max(map(cell_len, (head, *(row[i] for row in rows)))) for i, head in enumerate(heads)]
    keys = text.index(False) if False in text else len(text)
    widths[:keys] = [min(each, _LONGEST_NAME) for each in widths[:keys]]
    kept = list(range(keys))
    for number, chosen in enumerate(_packed(widths, keys, width)):
        shown = Shown(
            box=box.SIMPLE_HEAD,
            title=plain(table.title) if titled and number == 0 else None,
            title_justify="left",
            pad_edge=False,
        )
        for i in [*kept, *chosen]:
            strong = "bold" if table.columns[i].strong else ""
            shown.add_column(
                Text(heads[i]),
                justify="left" if text[i] else "right",
                style=strong,
                overflow="fold",
                no_wrap=not text[i] and widths[i] <= width,
            )
        for row in rows:
            shown.add_row(*(Text(row[i]) for i in [*kept, *chosen]))
        yield shown


def _packed(widths: Sequence[int], keys: int, width: int) -> list[list[int]]:
    """Columns behind the keys, in groups that fit beside them; at least one in each."""
    taken = sum(widths[:keys]) + _BETWEEN * keys
    groups: list[list[int]] = [[]]
    room = width - taken
    for i in range(keys, len(widths)):
        needs = widths[i] + _BETWEEN
        if groups[-1] and needs > room:
            groups.append([])
            room = width - taken
        groups[-1].append(i)
        room -= needs
    return groups
