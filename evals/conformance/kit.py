"""Runs the checks, each on its own, and gathers what they found."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...envs.core import UsageError, check_options, find
from . import api, chaos, determinism, references, thoughts
from .subject import Failed, Skipped, Subject

CHECKS: dict[str, Callable[[Subject], str]] = {
    "api": api.library_tests,
    "spaces": api.spaces_work,
    "determinism": determinism.same_in_other_processes,
    "interleaved": determinism.same_among_others,
    "reused": determinism.same_when_reused,
    "global-rng": determinism.global_generators_untouched,
    "reset": determinism.nothing_kept_over_reset,
    "fork": determinism.forks_are_equal,
    "random-actions": chaos.random_actions,
    "hostile-actions": chaos.hostile_actions,
    "leaks": references.nothing_leaks,
    "oracle": references.oracles,
    "baselines": references.baselines,
    "adversaries": references.adversaries,
    "thoughts": thoughts.thoughts_do_not_count,
}
"""Each check by name, in the order in which they run."""


@dataclass(slots=True)
class Finding:
    """The result of one check; `passed` is None when it did not apply."""

    check: str
    passed: bool | None
    detail: str
    seconds: float


def conformance(
    environment: str,
    options: Mapping[str, Any] | None = None,
    *,
    tasks: int = 50,
    skip: Sequence[str] = (),
    plugins: Sequence[str] = (),
) -> list[Finding]:
    """Check an environment.

    Args:
        environment: an id or short name.
        options: that it is made with.
        tasks: tasks of each split that the reference agents play.
        skip: names of checks to leave out.
        plugins: files or modules that other processes must import to know the environment.

    Returns:
        One finding for each check.

    Raises:
        UsageError: there is no such environment, option or check, or it cannot be made.
    """
    unknown = [name for name in skip if name not in CHECKS]
    if unknown:
        raise UsageError(f"there is no check {unknown[0]!r}; the checks are {', '.join(CHECKS)}")
    found = find(environment)
    if found is None:
        raise UsageError(
            f"{environment} is Gymnasium's own; the kit checks environments that were registered "
            "with palestra.register"
        )
    check_options(found, options or {})
    subject = Subject(found, dict(options or {}), tasks, list(plugins))
    findings = []
    for name, check in CHECKS.items():
        began = time.perf_counter()
        passed: bool | None = True
        try:
            if name in skip:
                raise Skipped("left out with --skip")
            detail = check(subject)
        except Skipped as reason:
            passed, detail = None, str(reason)
        except Failed as problem:
            passed, detail = False, str(problem)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            passed = False
            detail = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
        findings.append(Finding(name, passed, detail[:600], time.perf_counter() - began))
    return findings
