"""A bashkit shell as a machine begins: made or taken from those that wait, and furnished."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable
from typing import Any

from .opening import Start
from .programs import MODES
from .protocol import File, Limits, SandboxError
from .shells import Shell, take
from .virtual import VirtualFiles

OWN = (*MODES, "uname", "hostname")
"""Programs of every machine that the host runs."""
_FOLDERS = ("", "/bin/", "/usr/bin/", "/usr/local/bin/")
_TURNS = 1_000_000
"""Turns of one loop, of the shell or of awk: bashkit's clock does not see loops without a body."""
_HIDDEN = "unset BASHKIT_ALLOW_INPROCESS_PYTHON OLDPWD"


def shell(start: Start, limits: Limits, timeout: float, commands: Iterable[str]) -> Shell:
    """A shell as new, with nothing in it yet, that knows these commands."""
    names = tuple(dict.fromkeys([*OWN, *commands]))
    variables = tuple(start.env.items())
    key = (names, start.user, start.hostname, variables, limits.memory, timeout)

    def make(answer: Any) -> Any:
        from bashkit import Bash, ExecutionProfile

        return Bash(
            username=start.user,
            hostname=start.hostname,
            env=dict(start.env),
            max_commands=1_000_000,  # the time-out and our own count of calls are what limits
            max_loop_iterations=_TURNS,
            max_memory=limits.memory,
            timeout_seconds=timeout,
            python=True,
            custom_builtins={f"{f}{name}": answer for name in names for f in _FOLDERS},
            profile=ExecutionProfile.Interactive,
        )

    return take(key, make)


def furnish(bash: Any, start: Start, box: VirtualFiles) -> None:
    """Put in what a machine begins with: its folders, its files, and where it stands."""
    fs = bash.fs()
    fs.mkdir(start.cwd, True)
    fs.mkdir("/usr/local/bin", True)
    made = {start.cwd}
    for path, given in start.files.items():
        if not isinstance(given, File):
            box.link(path, given.target)
            made.clear()
        elif (folder := posixpath.dirname(path)) in made:  # new, so nothing stands in the way
            box.put(fs, path, given.data, given.mode)
        else:
            box.write(path, given.data, given.mode)
            made.add(folder)
    bash.execute_sync(f"cd {shlex.quote(start.cwd)}; {_HIDDEN}")


def revive(bash: Any, image: bytes) -> None:
    """Put in what was there when a machine fell asleep.

    Raises:
        SandboxError: bashkit does not take it.
    """
    try:
        bash.restore_snapshot(image)
    except Exception as error:
        raise SandboxError(
            f"the snapshot cannot be restored here ({error}); register the commands that its "
            "sandbox had"
        ) from None


def announce(fs: Any, commands: Iterable[str]) -> None:
    """Let `which` find the commands."""
    for name in commands:
        if not fs.exists(f"/usr/bin/{name}"):
            fs.write_file(f"/usr/bin/{name}", f'#!/bin/sh\nexec {name} "$@"\n'.encode())
            fs.chmod(f"/usr/bin/{name}", 0o755)
