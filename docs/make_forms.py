"""Writes the table of provider forms into `agents.md`, from the forms themselves.

python docs/make_forms.py
"""

from __future__ import annotations

import re
from pathlib import Path

from palestra.evals.doctor.dialects.table import render_table

if __name__ == "__main__":
    page = Path(__file__).parent / "agents.md"
    table = f"<!-- forms -->\n{render_table()}<!-- /forms -->"
    pattern = r"<!-- forms -->\n.*?<!-- /forms -->"
    text, count = re.subn(pattern, lambda _: table, page.read_text(), flags=re.DOTALL)
    if count != 1:
        raise SystemExit(
            "agents.md has no place for the table (<!-- forms --> ... <!-- /forms -->)"
        )
    page.write_text(text)
