"""Which tasks are worth practising: those that somebody is known to have solved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...envs.core import UsageError
from .selecting import Selection


def solved(selection: Selection, options: Mapping[str, Any]) -> list[str]:
    """The tasks of conversations, in their order; a policy is then trained on no others.

    A group of rollouts in which nobody can succeed teaches GRPO nothing. The conversations may be
    an oracle's (with `Grounded`: what can be found by reading) or the policy's own (what is
    within its reach).

    Args:
        selection: of one environment.
        options: with which the tasks will be played; a task's id means another task under others.

    Raises:
        UsageError: no conversation was had with these options.
    """
    wanted = dict(options)
    found = {c.metadata["task"]: None for c in selection if c.metadata["options"] == wanted}
    if found:
        return list(found)
    others = {str(c.metadata["options"]) for c in selection}
    told = f"the {len(selection)} have {' and '.join(sorted(others)[:3])}" if others else "none"
    raise UsageError(
        f"no conversation to take tasks from was had with the options {wanted}: {told}. Play them "
        "first: palestra run ENV --split train with the same -o"
    )
