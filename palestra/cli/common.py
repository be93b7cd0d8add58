"""What the commands share: consoles, plugins, options of environments."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from palestra.envs.core import UsageError

DEFAULT_DB = "palestra.duckdb"
_WIDE = 150


def stdout() -> Console:
    """For results. Wide where there is no terminal to fit into."""
    return _console(stderr=False)


def stderr() -> Console:
    """For progress and remarks."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDE
    return Console(stderr=stderr, width=width, highlight=False)


def note(text: str) -> None:
    """A remark on stderr, as it is: commands in it can be copied whole."""
    stderr().print(text, markup=False, soft_wrap=True)


def load_plugins(names: Sequence[str] | None) -> list[str]:
    """Import what registers further environments and agents.

    They are named on the command line, in `PALESTRA_PLUGINS` (separated by the path separator), or
    by installed packages under the entry-point group `palestra.plugins`.
    """
    wanted = [
        *(names or ()),
        *filter(None, os.environ.get("PALESTRA_PLUGINS", "").split(os.pathsep)),
    ]
    for name in wanted:
        _load(name)
    for entry in metadata.entry_points(group="palestra.plugins"):
        try:
            entry.load()
        except Exception as error:
            raise UsageError(f"the installed plugin {entry.value!r} fails: {error!r}") from error
    return list(names or ())


def _load(name: str) -> None:
    path = Path(name)
    if path.suffix != ".py":
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise UsageError(
                f"--plugin {name}: {error}; name a file ending in .py or an importable module"
            ) from error
        return
    if not path.is_file():
        raise UsageError(f"--plugin {name}: there is no such file")
    if path.stem in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"--plugin {name}: this file cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"--plugin {name} fails: {type(error).__name__}: {error}") from error


PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        "-p",
        callback=load_plugins,
        is_eager=True,
        metavar="FILE|MODULE",
        help="Import this first: it may register environments and agents. Repeatable.",
    ),
]

DbOption = Annotated[Path, typer.Option("--db", help="The leaderboard file.", metavar="FILE")]

OutcomeOption = Annotated[
    list[str] | None,
    typer.Option("--outcome", help="To learn from: only what ended so. Repeatable."),
]
SaysOption = Annotated[
    list[str] | None,
    typer.Option(
        "--says", metavar="TEXT", help="To learn from: only where the agent wrote this. Repeatable."
    ),
]
ToldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--told",
        metavar="NAME=VALUE",
        help="To learn from: as if the episode had been opened with this option. Repeatable.",
    ),
]


class Thoughts(StrEnum):
    """What becomes of an agent's thoughts in conversations to learn from."""

    drop = "drop"
    keep = "keep"


ThoughtsOption = Annotated[
    Thoughts,
    typer.Option(
        "--thoughts",
        help="To learn from: leave out what the agent thought, or keep it as reasoning_content.",
    ),
]


def parse_options(pairs: Sequence[str] | None) -> dict[str, Any]:
    """`["tool_calls=16", "corpus=debian"]` as options of an environment; values may be JSON."""
    options: dict[str, Any] = {}
    for pair in pairs or ():
        name, sign, text = pair.partition("=")
        if not sign or not name.isidentifier():
            raise UsageError(f"--option {pair!r}: expected name=value, such as tool_calls=16")
        try:
            options[name] = json.loads(text)
        except ValueError:
            options[name] = text
    return options
