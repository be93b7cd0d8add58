"""Command lines that need care on bashkit: one that never ends, one that deserves a second try."""

from __future__ import annotations

import re
import threading
from typing import Any

from .protocol import Result

GRACE = 5.0
"""Seconds after its time-out by which bashkit must have stopped a command line."""
DENIED = re.compile(r"^[^\n]*?([^\s:]+): Permission denied\s*\Z", re.M)
_ENDLESS = re.compile(r"awk\b.*?(?:\b(?:while|for)\s*\([^{}]*?\)|\bdo)\s*(?:;|\{[\s;]*\})", re.S)
_stuck: list[Any] = []
"""Shells that do not come back; to free one would be to wait for it."""


class Stuck(Exception):
    """bashkit did not stop a command line."""


def endless(line: str) -> bool:
    """Whether a line holds a loop without a body in awk: bashkit never comes back from one.

    A loop with a body is stopped by bashkit's own clock.
    """
    return _ENDLESS.search(line) is not None


def watched(bash: Any, line: str, timeout: float) -> Any:
    """Run a line on a `bashkit.Bash` in a thread, for what bashkit's own clock does not stop.

    Raises:
        Stuck: it did not come back; this shell must not be touched any more.
    """
    done: list[Any] = []

    def work() -> None:
        try:
            done.append(bash.execute_sync(line))
        except BaseException as error:
            done.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout + GRACE)
    if not done:
        _stuck.append(bash)
        raise Stuck(
            "bashkit does not stop this command line; the machine is lost, and one core is busy "
            "until the process ends. Use the backend bwrap for agents that try such things"
        )
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


def again(command: str, result: Result, mended: list[str]) -> str:
    """The last command of a line, if it failed only because its file had lost its mode."""
    denied = DENIED.search(result.err)
    if result.code != 126 or denied is None:
        return ""
    name = denied[1].rpartition("/")[2]
    last = re.split(r";|&&|\n", command)[-1].strip()
    if last.split(" ")[0] == denied[1] and any(path.endswith(f"/{name}") for path in mended):
        return last
    return ""
