"""The `memory-shell` backend: a bash interpreter and its files in this process's memory (bashkit).

No process is started and nothing of the host is mapped in, so a new machine costs a third of a
millisecond. Where bashkit behaves otherwise than Linux, this adapter mends it: see `virtual.py`
for modes, `telltale.py` for words that give it away, `pool.py` for how many are awake.

What remains: background jobs are waited for at the end of their command line; a line that is cut
by its time-out or by `power_off` prints nothing; clocks are the host's.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

import msgspec

from .opening import Start
from .pool import POOL
from .programs import MODES, run
from .protocol import (
    Capabilities,
    Command,
    File,
    Invocation,
    Limits,
    PoweredOff,
    Result,
    Sandbox,
    SandboxError,
)
from .telltale import plain, uname
from .virtual import VirtualFiles

FOLDERS = ("", "/bin/", "/usr/bin/", "/usr/local/bin/")
_DENIED = re.compile(r"(\S+): Permission denied\s*\Z")


class Image(msgspec.Struct, array_like=True):
    """What a snapshot holds."""

    shell: bytes
    modes: dict[str, int]
    on: bool
    calls: int


@cache
def probe() -> tuple[str, str]:
    """The version of bashkit, and what is missing."""
    try:
        found = installed("bashkit")
        import bashkit  # noqa: F401
    except (PackageNotFoundError, ImportError):
        return "", "bashkit is not installed; pip install 'palestra[sandbox]'"
    if not found.startswith("0.20."):
        return found, f"bashkit {found} was not tried; pip install 'bashkit>=0.20,<0.21'"
    return f"bashkit {found}", ""


def open_box(start: Start, limits: Limits) -> MemoryShell:
    """A new machine."""
    return MemoryShell(start, limits)


class MemoryShell(VirtualFiles, Sandbox):
    """One machine. Awake it is a `bashkit.Bash`; asleep it is bytes."""

    backend = "memory-shell"
    capabilities = Capabilities(shell=True, python=True)

    def __init__(self, start: Start, limits: Limits, image: bytes | None = None):
        super().__init__()
        self.version = probe()[0]
        self.limits = limits
        self.on = True
        self._start = start
        self._image = image
        self._bash: Any = None
        self._inside: Any = None
        self._commands: dict[str, Command] = {}
        self._calls = 0
        self._timeout = 15.0
        self._raised: BaseException | None = None
        self._closed = False
        self._lock = threading.RLock()

    # -- command lines -----------------------------------------------------------------------------

    def exec(self, command: str, timeout: float = 15.0) -> Result:
        if not self.on:
            raise PoweredOff("the machine is switched off; read its files, or restore a snapshot")
        if self._inside is not None:
            raise SandboxError("a registered command must not run a command line of its own")
        if self._calls >= self.limits.calls:
            return Result(1, "", f"bash: session closed after {self.limits.calls} command lines\n")
        self._calls += 1
        with self._lock:
            if timeout != self._timeout:
                self._sleep()
                self._timeout = timeout
            result = self._execute(command)
            mended = self.mend() if self.on else []
            again = _again(command, result, mended) if mended else ""
            if again:
                rerun = self._execute(again)
                result = Result(
                    rerun.code, result.out + rerun.out, _DENIED.sub("", result.err) + rerun.err,
                    result.truncated or rerun.truncated, rerun.timed_out,
                )  # fmt: skip
        return result

    def _execute(self, command: str) -> Result:
        bash = self._awake()
        try:
            got = bash.execute_sync(command.replace("\0", ""))
        finally:
            raised, self._raised = self._raised, None
        if raised is not None:
            self._drop()
            raise raised
        if not self.on:
            return Result(143)
        why = got.error or ""
        if "execution timeout" in why:
            self._sleep()  # jobs that are left over would use up the next line's time
            return Result(124, timed_out=True)
        limit = self.limits.output
        out, err = plain(got.stdout), plain(got.stderr)
        return Result(
            got.exit_code,
            out[:limit],
            err[:limit],
            bool(got.stdout_truncated or got.stderr_truncated)
            or len(out) > limit
            or len(err) > limit,
        )

    # -- commands that the host runs ---------------------------------------------------------------

    def register(self, command: Command) -> None:
        known = command.name in self._commands
        self._commands[command.name] = command
        if self._bash is not None and not known:
            self._sleep()

    def _builtins(self) -> dict[str, Callable[[Any], Any]]:
        me = weakref.ref(self)  # bashkit's objects are invisible to the collector of cycles
        own = dict.fromkeys([*MODES, "uname", "hostname", *self._commands])
        return {f"{folder}{name}": partial(_call, me, name) for name in own for folder in FOLDERS}

    def _answer(self, name: str, context: Any) -> Any:
        from bashkit import BuiltinResult

        with self._lock:
            if not self.on or self._raised is not None:
                return BuiltinResult("", "", 143)
            outer, self._inside = self._inside, context.fs
            try:
                self.mend()
                result = self._run(name, context)
            except BaseException as error:
                self._raised = error
                self._bash.cancel()
                return BuiltinResult("", "", 1)
            finally:
                self._inside = outer
            return BuiltinResult(result.out, result.err, result.code & 0xFF)

    def _run(self, name: str, context: Any) -> Result:
        command = self._commands.get(name)
        wants = command is not None and command.stdin
        call = Invocation(
            (context.name, *context.argv),
            (context.stdin or "") if wants else "",
            {k: v for k, v in context.env.items() if not k.startswith("BASHKIT_")},
            context.cwd,
            self,
        )
        if command is not None:
            given = command.run(call)
            return given if isinstance(given, Result) else Result(0, given)
        if name == "uname":
            return uname(self._start.hostname, call)
        if name == "hostname":
            if call.argv[1:] and not call.argv[1].startswith("-"):
                return Result(1, "", "hostname: you must be root to change the host name\n")
            return Result(0, f"{self._start.hostname}\n")
        return run(MODES[name], call)

    # -- life --------------------------------------------------------------------------------------

    def power_off(self) -> None:
        self.on = False
        if self._inside is not None:
            self._bash.cancel()

    def snapshot(self) -> bytes:
        with self._lock:
            shell = self._awake().snapshot()
            modes = dict(sorted(self.modes.items()))
            return msgspec.msgpack.encode(Image(shell, modes, self.on, self._calls))

    def restore(self, image: bytes) -> None:
        read = msgspec.msgpack.decode(image, type=Image)
        with self._lock:
            self._drop()
            self._image = read.shell
            self.modes, self.on, self._calls = dict(read.modes), read.on, read.calls

    def fork(self) -> MemoryShell:
        other = MemoryShell(self._start, self.limits)
        other._commands = dict(self._commands)
        other.restore(self.snapshot())
        return other

    def close(self) -> None:
        self._closed = True
        self._drop()

    def hibernate(self) -> bool:
        """Sleep, if no command line is running (for the pool)."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._inside is not None or self._bash is None:
                return False
            self._sleep()
            return True
        finally:
            self._lock.release()

    def handle(self) -> Any:
        return self._inside if self._inside is not None else self._awake().fs()

    def _awake(self) -> Any:
        if self._closed:
            raise SandboxError("this sandbox is closed")
        if self._bash is None:
            POOL.enter(self)
            self._bash = self._made()
        else:
            POOL.touch(self)
        return self._bash

    def _made(self) -> Any:
        from bashkit import Bash, ExecutionProfile

        start = self._start
        bash = Bash(
            username=start.user,
            hostname=start.hostname,
            env=dict(start.env),
            max_commands=1_000_000,  # the time-out and our own count of calls are what limits
            max_memory=self.limits.memory,
            timeout_seconds=self._timeout,
            python=True,
            custom_builtins=self._builtins(),
            profile=ExecutionProfile.Interactive,
        )
        fs = bash.fs()
        if self._image is not None:
            bash.restore_snapshot(self._image)
            self._image = None
        else:
            fs.mkdir(start.cwd, True)
            fs.mkdir("/usr/local/bin", True)
            self._inside = fs  # so that writing does not ask for a shell that is awake
            try:
                for path, given in start.files.items():
                    if isinstance(given, File):
                        self.write(path, given.data, given.mode)
                    else:
                        self.link(path, given.target)
            finally:
                self._inside = None
            bash.execute_sync(f"cd '{start.cwd}'; unset BASHKIT_ALLOW_INPROCESS_PYTHON")
        for name in self._commands:
            if not fs.exists(f"/usr/bin/{name}"):  # so that `which` finds it
                fs.write_file(f"/usr/bin/{name}", f'#!/bin/sh\nexec {name} "$@"\n'.encode())
                fs.chmod(f"/usr/bin/{name}", 0o755)
        return bash

    def _sleep(self) -> None:
        if self._bash is not None:
            self._image = self._bash.snapshot()
            self._drop(keep=True)

    def _drop(self, keep: bool = False) -> None:
        if not keep:
            self._image = None
        if self._bash is not None:
            self._bash = None
            POOL.leave(self)


def _call(me: weakref.ref[MemoryShell], name: str, context: Any) -> Any:
    box = me()
    if box is None:
        raise RuntimeError("the machine is gone")
    return box._answer(name, context)


def _again(command: str, result: Result, mended: list[str]) -> str:
    """The last command of a line, if it failed only because its file had lost its mode."""
    denied = _DENIED.search(result.err)
    if result.code != 126 or denied is None:
        return ""
    name = denied[1].rpartition("/")[2]
    last = re.split(r";|&&|\n", command)[-1].strip()
    if last.split(" ")[0] == denied[1] and any(path.endswith(f"/{name}") for path in mended):
        return last
    return ""
