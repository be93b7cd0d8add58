"""Writes `cli.md`, the reference of the command line, from the command itself.

python docs/make_cli.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAD = "<!-- Made by `python docs/make_cli.py`; a test keeps it current. -->\n\n"


def reference() -> str:
    """The reference as Markdown."""
    command = [sys.executable, "-m", "typer", "palestra.cli", "utils", "docs", "--name", "palestra"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return HEAD + done.stdout.strip() + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(reference())
    else:
        (Path(__file__).parent / "cli.md").write_text(reference())
