"""What a report was made with: enough to make it again, and nothing about whose machine it was."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...agents import Agent
from ...leaderboard import sessions
from ...leaderboard.cells import sessions_of
from ..runner import versions
from .cells import SuiteCell
from .form import Suite
from .swept import SweptCell, jobs_of

__all__ = ["commit", "machine", "provenance"]


def provenance(
    suite: Suite,
    cells: Sequence[SuiteCell],
    db: str | os.PathLike[str],
    command: str,
    swept: Sequence[SweptCell] = (),
) -> dict[str, Any]:
    """What stands at the end of a report, as plain values."""
    played = set(sessions_of(db, [cell.name for cell in cells])) if cells else set()
    return {
        "command": command,
        "suite": {
            "name": suite.name,
            "sha256": suite.digest,
            "settings": dict(suite.settings),
            "seed": suite.seed,
        },
        "commit": commit(),
        "versions": versions(),
        "machine": machine(),
        "sessions": [
            {key: each[key] for key in ("id", "started", "status", "command", "versions")}
            for each in (sessions(db) if played else ())
            if each["id"] in played
        ],
        "agents": {
            str(cell.factors["agent"]) + ", " + str(cell.factors["arm"]): {
                "uri": cell.planned.cell.agent,
                **cell.planned.agent.identity,
            }
            for cell in cells
        }
        | {
            str(cell.factors["agent"]) + ", " + str(cell.factors["arm"]): _who(cell.job.agent)
            for cell in swept
        },
        "configurations": _configurations(cells) + _settings(swept),
        "files": _files(swept),
    }


def _who(agent: str | Agent) -> dict[str, str]:
    return {"uri": agent} if isinstance(agent, str) else {"uri": agent.uri, **agent.identity}


def _settings(swept: Sequence[SweptCell]) -> list[dict[str, Any]]:
    """The settings of sweeps, each once."""
    found: dict[str, dict[str, Any]] = {}
    for job in jobs_of(swept):
        own = {"environment": job.family.environment, "split": "test", **job.part.config}
        found.setdefault(repr(own), own)
    return list(found.values())


def _files(swept: Sequence[SweptCell]) -> list[dict[str, Any]]:
    """The files that the predictions were read from."""
    return [
        {
            "file": "/".join(job.path.parts[-3:]),
            "cells": len(job.part.points),
            "sha256": hashlib.sha256(job.path.read_bytes()).hexdigest(),
        }
        for job in jobs_of(swept)
        if job.path.exists()
    ]


def commit() -> str | None:
    """The commit of Palestra's own checkout, with `+` if files were changed; None elsewhere."""
    here = Path(__file__).resolve()

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=here.parent, capture_output=True, text=True, timeout=5
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    # An installed copy may lie inside somebody's checkout of something else.
    if git("ls-files", "--error-unmatch", here.name) is None:
        return None
    head = git("rev-parse", "HEAD")
    return head and head + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")


def machine() -> dict[str, Any]:
    """Processor, cores, memory and system; no name."""
    found: dict[str, Any] = {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor() or platform.machine(),
        "cores": os.cpu_count(),
    }
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        found["memory"] = f"{pages * size / 2**30:.0f} GiB"
    except (ValueError, OSError, AttributeError):  # not on every system
        pass
    return found


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), None)


def _configurations(cells: Sequence[SuiteCell]) -> list[dict[str, Any]]:
    """What cells have in common is said once."""
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        at, planned = cell.planned.cell, cell.planned
        shared = {
            "environment": at.environment,
            "split": at.split,
            "options": at.config["options"],
            "limits": at.config["limits"],
            "seed": at.config["seed"],
            "tasks": len(planned.tasks),
        }
        own = found.setdefault(repr(shared), {**shared, "runs": [], "trials": []})
        for key, value in (("runs", at.run), ("trials", planned.trials)):
            if value not in own[key]:
                own[key].append(value)
    return list(found.values())
