"""Values of a report as text, and texts of strangers as text that can do nothing.

Names of agents, outcomes and tasks are whatever somebody wrote. Signs that steer (control
characters, marks of direction, halves of a pair) are shown by their code; escaping for the page or
for Markdown comes after that.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

from .blocks import Kind, Rate

LONGEST = 300
"""Characters of one cell; what is longer is cut, and says so."""
PROSE = 20_000
"""Characters of any other text."""
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$])")
_AT_THE_BEGINNING = re.compile(r"^(\s*)([#+=-]|\d+[.)])(?=\s|[#=-]|$)")


def plain(text: object, longest: int = LONGEST) -> str:
    """A text whose every sign shows, on one line."""
    whole = str(text)
    cut = whole[:longest]
    shown = "".join(
        " "
        if sign in "\n\t\r"
        else f"\\u{{{ord(sign):x}}}"
        if unicodedata.category(sign) in _STEERING
        else sign
        for sign in cut
    )
    return shown + (f"... ({len(whole):,} characters)" if len(whole) > longest else "")


def markdown(text: object) -> str:
    """A text that Markdown leaves as it is, at the beginning of a line too."""
    escaped = _MARKDOWN.sub(r"\\\1", html.escape(plain(text, PROSE), quote=False))
    escaped = escaped.replace("://", "&#58;//")  # nor is it a link
    return _AT_THE_BEGINNING.sub(r"\1\\\2", escaped)


def cell(value: Any, kind: Kind) -> str:
    """A value of a table."""
    if value is None:
        return "-"
    match kind:
        case "mean":
            return f"{value:.3f}"
        case "change":
            return f"{value:+.3f}"
        case "interval":
            low, high = value
            known = low is not None and high is not None and abs(low) != float("inf")
            return f"{low:.3f} to {high:.3f}" if known else "-"
        case "estimate":
            mean, low, high = value
            known = low is not None and high is not None
            # The interval stays in one piece where the column is narrow.
            span = f" ({low:.3f}\u00a0to\u00a0{high:.3f})" if known else ""
            return f"{mean:.3f}{span}"
        case "count":
            return f"{value:,}"
        case "number":
            return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        case "money":
            return f"${value:,.4f}"
        case "p":
            return "<0.001" if value < 0.001 else f"{value:.3f}"
        case "rate" if isinstance(value, Rate):
            if not value.n:
                return "-, 0/0"
            share = f"{value.k / value.n:.3f} ({value.low:.3f} to {value.high:.3f})"
            return f"{share}, {value.k:g}/{value.n:,}"
        case "portion" if isinstance(value, Rate):
            return f"{value.k / value.n:.3f}, {value.k:g}/{value.n:,}" if value.n else "-, 0/0"
        case "portion":
            return f"{value:.3f}"
    return "yes" if value is True else "no" if value is False else plain(value)
