"""Options of a command from a TOML file: `--config recipe.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import typer

__all__ = ["configured"]


def configured(ctx: typer.Context, path: Path | None) -> Path | None:
    """Take defaults of options from a TOML file, and TRL's own settings from its table `trl`."""
    from palestra.envs.core import UsageError, check_among

    if path is None:
        return None
    try:
        given = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--config {path}: {error}") from None
    trl = given.pop("trl", {})
    if not isinstance(trl, dict):
        raise UsageError(f"--config {path}: [trl] is to be a table of TRL's settings")
    ctx.obj = trl
    flags = {
        flag.lstrip("-"): each
        for each in ctx.command.params
        for flag in each.opts
        if flag.startswith("--")
    }
    named: dict[str, Any] = {}
    for name, value in given.items():
        name = name.replace("_", "-")
        check_among(f"--config {path}: option", name, list(flags))
        option = flags[name]
        if name == "option" and isinstance(value, dict):
            value = [f"{key}={_plain(each)}" for key, each in value.items()]
        elif option.nargs == -1 or getattr(option, "multiple", False):
            value = value if isinstance(value, list) else [value]
        named[option.name or name] = value
    ctx.default_map = {**(ctx.default_map or {}), **named}
    return path


def _plain(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)
