"""Commands that the host runs for a machine of real processes: a folder of pipes and small files.

In the machine a registered command is a short script (`SCRIPT`) that writes what it was called
with into a folder, puts its number into the pipe `request` and waits for a code in a pipe of its
own. All of it can be forged by the agent, who gains nothing: a forged call is a call.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat as bits
from collections.abc import Callable, Mapping

from .protocol import Command, Files, Invocation, Result
from .rooted import acting_as

FOLDER = "/run/host"
MOST = 1 << 20
"""Bytes read of one call's arguments, variables or input."""

AT_ONCE = 64
"""Calls answered before the host looks at its clock again."""

SCRIPT = """\
#!/bin/bash -p
unset BASH_ENV
c=/run/host/$$
printf '%s\\0' "$0" "$@" >$c.argv || exit 126
/usr/bin/env -0 >$c.env
{stdin}
/usr/bin/mkfifo $c.reply && exec 3<>$c.reply || exit 126
printf '%s\\n' "$$" >/run/host/request
read -r -u 3 code out err || exit 126
[ "$out" = 0 ] || /usr/bin/cat $c.out
[ "$err" = 0 ] || /usr/bin/cat $c.err >&2
printf 'done %s\\n' "$$" >/run/host/request
exit "$code"
"""
_NUMBER = re.compile(rb"(done )?([0-9]{1,9})\Z")
_PARTS = ("argv", "env", "stdin", "reply", "out", "err")


def script(command: Command) -> str:
    """What stands in the machine under a registered command's name."""
    return SCRIPT.replace("{stdin}", "/usr/bin/cat >$c.stdin" if command.stdin else ":")


class Calls:
    """The host's end of the folder.

    Args:
        folder: descriptor of the folder, `FOLDER` in the machine.
        uid: as that of `Rooted`.
        files: what commands are given as the live file system.
    """

    def __init__(self, folder: int, uid: int | None, files: Files):
        self.folder, self.uid, self.files = folder, uid, files
        with acting_as(uid):
            os.mkfifo("request", 0o600, dir_fd=folder)
        flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        self.pipe = os.open("request", flags, dir_fd=folder)
        self._rest = b""

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self.pipe)

    def serve(self, commands: Mapping[str, Command], alive: Callable[[], bool]) -> None:
        """Answer the calls that are waiting, one after the other, while the machine is on."""
        try:
            self._rest += os.read(self.pipe, 65_536)
        except BlockingIOError:
            return
        *lines, self._rest = self._rest.split(b"\n")
        self._rest = self._rest[-32:]
        for line in list(dict.fromkeys(lines))[:AT_ONCE]:
            found = _NUMBER.match(line)
            if found is None or not alive():
                continue
            number = found[2].decode()
            if found[1]:
                self._clean(number)
            else:
                self._answer(number, commands, alive)

    def _answer(
        self, number: str, commands: Mapping[str, Command], alive: Callable[[], bool]
    ) -> None:
        words = self._read(f"{number}.argv").split("\0")[:-1]
        if not words:  # forged
            return
        command = commands.get(words[0].rpartition("/")[2])
        if command is None:
            result = Result(127, "", "command not found\n")
        else:
            pairs = [item.partition("=") for item in self._read(f"{number}.env").split("\0")]
            env = {name: value for name, mark, value in pairs if mark}
            for ours in ("BASH_ENV", "SHLVL", "_"):
                env.pop(ours, None)
            stdin = self._read(f"{number}.stdin") if command.stdin else ""
            name = words[0].rpartition("/")[2]
            called = words[0] if not words[0].startswith("/usr/local/bin/") else name
            given = command.run(
                Invocation((called, *words[1:]), stdin, env, env.get("PWD", "/"), self.files)
            )
            result = given if isinstance(given, Result) else Result(0, given)
        if not alive():
            return
        out, err = result.out.encode(), result.err.encode()
        self._write(f"{number}.out", out)
        self._write(f"{number}.err", err)
        self._reply(number, f"{result.code & 0xFF} {len(out)} {len(err)}\n".encode())

    def _read(self, name: str) -> str:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(name, flags, dir_fd=self.folder)
        except OSError:
            return ""
        try:
            if not bits.S_ISREG(os.fstat(handle).st_mode):
                return ""
            return os.read(handle, MOST).decode("utf-8", "replace")
        finally:
            os.close(handle)

    def _write(self, name: str, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with acting_as(self.uid):
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=self.folder)
            try:
                handle = os.open(name, flags, 0o600, dir_fd=self.folder)
            except OSError:
                return
        try:
            os.write(handle, data)
        except OSError:  # the machine is full: that is the agent's doing
            pass
        finally:
            os.close(handle)

    def _reply(self, number: str, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            handle = os.open(f"{number}.reply", flags, dir_fd=self.folder)
        except OSError:
            return
        try:
            if bits.S_ISFIFO(os.fstat(handle).st_mode):
                os.write(handle, data)
        except OSError:
            pass
        finally:
            os.close(handle)

    def _clean(self, number: str) -> None:
        for part in _PARTS:
            with contextlib.suppress(OSError):
                os.unlink(f"{number}.{part}", dir_fd=self.folder)
