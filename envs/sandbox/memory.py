"""The `memory-shell` backend: a bash interpreter and its files in this process's memory (bashkit).

No process is started and nothing of the host is mapped in, so a new machine costs a third of a
millisecond. Where bashkit behaves otherwise than Linux, this adapter mends it: see `virtual.py`
for modes, `telltale.py` for words that give it away, `pool.py` for how many are awake.

What remains: background jobs are waited for at the end of their command line; a line that is cut
by its time-out or by `power_off` prints nothing; clocks are the host's.
"""

from __future__ import annotations

import posixpath
import re
import shlex
import threading
import weakref
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

import msgspec

from .lines import DENIED, Stuck, again, endless, watched
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
from .shells import Shell, give, take
from .telltale import plain, uname
from .virtual import VirtualFiles

OWN = (*MODES, "uname", "hostname")
FOLDERS = ("", "/bin/", "/usr/bin/", "/usr/local/bin/")
_WORDS = re.compile(r"[\w./ -]+")


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
        self._shell: Shell | None = None
        self._spoilt = False
        self._inside: Any = None
        self._commands: dict[str, Command] = {}
        self._calls = 0
        self._timeout = 15.0
        self._harmless = False
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
            repeat = again(command, result, mended) if mended else ""
            if repeat:
                rerun = self._execute(repeat)
                result = Result(
                    rerun.code, result.out + rerun.out, DENIED.sub("", result.err) + rerun.err,
                    result.truncated or rerun.truncated, rerun.timed_out,
                )  # fmt: skip
        return result

    def _execute(self, command: str) -> Result:
        bash = self._awake()
        self._harmless = self._plain(command)
        if endless(command):
            return Result(124, timed_out=True)
        try:
            line = command.replace("\0", "")
            got = bash.execute_sync(line) if self._harmless else watched(bash, line, self._timeout)
        except Stuck as stuck:
            self._shell, self._closed = None, True
            POOL.leave(self)
            raise SandboxError(str(stuck)) from None
        finally:
            raised, self._raised = self._raised, None
        if raised is not None:
            self._spoilt = True
            self._sleep()
            raise raised
        if not self.on:
            return Result(143)
        why = got.error or ""
        if "execution timeout" in why:
            self._spoilt = True
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

    def _plain(self, command: str) -> bool:
        """Whether a line can rewrite nothing: it is one call of what the machine began with.

        Looking at files from inside a command is dear (bashkit does it in a new thread), and such
        a line is the commonest of all.
        """
        words = command.split()
        if not words or not _WORDS.fullmatch(command):
            return False
        if "/" not in words[0]:
            return words[0] in self._commands
        path = posixpath.normpath(posixpath.join(self._start.cwd, words[0]))
        return path in self._start.files and all(map(self._unchanged, self._start.files))

    def _unchanged(self, path: str) -> bool:
        given = self._start.files[path]
        if not isinstance(given, File):
            return True
        data = given.data.encode() if isinstance(given.data, str) else given.data
        try:
            return self.read(path) == data
        except OSError:
            return False

    # -- commands that the host runs ---------------------------------------------------------------

    def register(self, command: Command) -> None:
        known = command.name in self._commands
        self._commands[command.name] = command
        if self._shell is not None and not known:
            self._sleep()

    def answer(self, context: Any) -> Any:
        """Run one of our commands for bashkit (its `BuiltinContext`, to a `BuiltinResult`)."""
        from bashkit import BuiltinResult

        name = context.name.rpartition("/")[2]
        if not self.on or self._raised is not None:
            return BuiltinResult("", "", 143)
        outer, self._inside = self._inside, context.fs
        try:
            if not self._harmless:
                self.mend()
            result = self._run(name, context)
        except BaseException as error:
            self._raised = error
            self._cancel()
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
            self._cancel()

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
            if self._inside is not None or self._shell is None:
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
        if self._shell is None:
            POOL.enter(self)
            self._wake()
        else:
            POOL.touch(self)
        assert self._shell is not None
        return self._shell.bash

    def _wake(self) -> None:
        start, names = self._start, tuple(dict.fromkeys([*OWN, *self._commands]))
        key = (
            names, start.user, start.hostname, tuple(start.env.items()),
            self.limits.memory, self._timeout,
        )  # fmt: skip

        def make(answer: Any) -> Any:
            from bashkit import Bash, ExecutionProfile

            return Bash(
                username=start.user,
                hostname=start.hostname,
                env=dict(start.env),
                max_commands=1_000_000,  # the time-out and our own count of calls are what limits
                max_memory=self.limits.memory,
                timeout_seconds=self._timeout,
                python=True,
                custom_builtins={f"{f}{name}": answer for name in names for f in FOLDERS},
                profile=ExecutionProfile.Interactive,
            )

        self._shell = take(key, make)
        self._shell.owner = weakref.ref(self)
        self._spoilt = False
        fs = self._shell.bash.fs()
        if self._image is None:
            self._begin(fs)
        else:
            try:
                self._shell.bash.restore_snapshot(self._image)
            except Exception as error:
                raise SandboxError(
                    f"the snapshot cannot be restored here ({error}); register the commands that "
                    "its sandbox had"
                ) from None
            self._image = None
        for name in self._commands:
            if not fs.exists(f"/usr/bin/{name}"):  # so that `which` finds it
                fs.write_file(f"/usr/bin/{name}", f'#!/bin/sh\nexec {name} "$@"\n'.encode())
                fs.chmod(f"/usr/bin/{name}", 0o755)

    def _begin(self, fs: Any) -> None:
        """The files and the working folder that a machine begins with."""
        fs.mkdir(self._start.cwd, True)
        fs.mkdir("/usr/local/bin", True)
        for path, given in self._start.files.items():
            if isinstance(given, File):
                self.write(path, given.data, given.mode)
            else:
                self.link(path, given.target)
        assert self._shell is not None
        self._shell.bash.execute_sync(
            f"cd {shlex.quote(self._start.cwd)}; unset BASHKIT_ALLOW_INPROCESS_PYTHON OLDPWD"
        )

    def _cancel(self) -> None:
        if self._shell is not None:
            self._shell.bash.cancel()

    def _sleep(self) -> None:
        if self._shell is not None:
            image = self._shell.bash.snapshot()
            self._drop()
            self._image = image

    def _drop(self) -> None:
        self._image = None
        if self._shell is not None:
            shell, self._shell = self._shell, None
            POOL.leave(self)
            if not self._spoilt:
                give(shell)
