"""The table of provider forms for the documentation: what each one does, through which agent."""

from __future__ import annotations

from collections.abc import Mapping

from .dialect import DIALECTS, Dialect

COLUMNS = (
    "tools", "parallel", "streaming", "thoughts kept", "tokens", "limits", "context", "quota",
    "seed", "system role", "images",
)  # fmt: skip
_SCOPES = {
    "last": "must, in the last turn",
    "loop": "must, since the last user message",
    "calls": "must, in turns with calls",
    "always": "must, in every turn",
}


def cells_of(dialect: Dialect) -> dict[str, str]:
    """What a form says under each column; the tests play each cell."""
    carries = bool(dialect.scope)
    kept = "none are sent"
    if carries:
        kept = "yes; only the model suffers" if dialect.silent else _SCOPES[dialect.scope]
    cached = ", cached ones too" if dialect.counts[2] else ""
    cells = {
        "tools": "yes",
        "parallel": "yes" if dialect.parallel else "one a turn",
        "streaming": "yes" if dialect.streams else "LiteLLM: no",
        "thoughts kept": kept,
        "tokens": f"yes{cached}",
        "limits": str(dialect.limit.status),
        "context": str(dialect.context.status),
        "quota": str(dialect.quota.status),
        "seed": "yes" if dialect.seed else "no",
        "system role": "yes" if dialect.system else "in the first user message",
        "images": "yes" if dialect.images else "no",
    }
    return cells | dict(dialect.notes)


def render_table(dialects: Mapping[str, Dialect] = DIALECTS) -> str:
    """The table as Markdown."""
    lines = [f"| form | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for dialect in dialects.values():
        cells = cells_of(dialect)
        row = " | ".join(cells[column] for column in COLUMNS)
        lines.append(f"| `{dialect.name}` | {row} |")
    return "\n".join(lines) + "\n"
