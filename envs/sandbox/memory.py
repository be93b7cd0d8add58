"""The `memory-shell` backend: a bash interpreter and its files in this process's memory (bashkit).

No process is started and nothing of the host is mapped in, so a new machine costs a third of a
millisecond. Where bashkit behaves otherwise than Linux, it is mended: `virtual.py` for modes,
`telltale.py` for words that give it away, `workers.py` for lines that it does not stop, `pool.py`
for how many are awake.

What remains: background jobs are waited for at the end of their command line; a line that is cut
by its time-out or by `power_off` prints nothing; clocks are the host's.
"""

from __future__ import annotations

import time
import weakref
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

import msgspec

from . import workers
from .answering import answered
from .lines import DENIED, again, called
from .opening import Start
from .pool import POOL
from .protocol import (
    Capabilities,
    Command,
    File,
    Limits,
    PoweredOff,
    Result,
    Sandbox,
    SandboxError,
)
from .shells import Shell, give
from .telltale import plain
from .virtual import VirtualFiles
from .waking import announce, furnish, revive, shell


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
        self._line: workers.Line | None = None
        self._mends = True
        self._commands: dict[str, Command] = {}
        self._calls = 0
        self._timeout = 15.0
        self._raised: BaseException | None = None
        self._closed = False

    # -- command lines -----------------------------------------------------------------------------

    def exec(self, command: str, timeout: float = 15.0) -> Result:
        if not self.on:
            raise PoweredOff("the machine is switched off; read its files, or restore a snapshot")
        if self._inside is not None:
            raise SandboxError("a registered command must not run a command line of its own")
        if self._calls >= self.limits.calls:
            return Result(1, "", f"bash: session closed after {self.limits.calls} command lines\n")
        self._calls += 1
        with self.lock:
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
        called_ = called(command, self._start.cwd, self._start.files, self._commands)
        # What the machine began with rewrites nothing, so modes need no look from inside.
        self._mends = not called_ or ("/" in called_ and not self._as_given())
        began = time.monotonic()
        try:
            if called_ and self.untouched:  # nothing that runs is an agent's: it will end
                got = bash.execute_sync(command)
            else:
                self.untouched = False
                got = self._watched(bash, command.replace("\0", ""))
        finally:
            raised, self._raised = self._raised, None
        if raised is not None:
            self._spoilt = True
            self._sleep()
            raise raised
        if not self.on:
            return Result(143)
        if time.monotonic() - began >= self._timeout or "execution timeout" in (got.error or ""):
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

    def _watched(self, bash: Any, line: str) -> Any:
        under_way = self._line = workers.Line(bash, line)
        try:
            return workers.run(under_way, self._timeout, self._answer)
        except workers.Stuck as stuck:
            raise SandboxError(str(stuck)) from None
        finally:
            self._line = None
            if under_way.given_up:  # it is running still: this shell is nobody's any more
                self._shell, self._closed = None, True
                POOL.leave(self)

    def _as_given(self) -> bool:
        """Whether every file that the machine began with still holds the same."""
        if self.untouched:
            return True
        for path, given in self._start.files.items():
            if isinstance(given, File):
                data = given.data.encode() if isinstance(given.data, str) else given.data
                try:
                    if self.read(path) != data:
                        return False
                except OSError:
                    return False
        return True

    # -- commands that the host runs ---------------------------------------------------------------

    def register(self, command: Command) -> None:
        known = command.name in self._commands
        self._commands[command.name] = command
        if self._shell is not None and not known:
            with self.lock:
                self._sleep()

    def answer(self, context: Any) -> Any:
        """Run one of our commands for bashkit (its `BuiltinContext`, to a `BuiltinResult`)."""
        line = self._line
        return (self._answer if line is None else line.call)(context) or _nothing(143)

    def _answer(self, context: Any) -> Any:
        from bashkit import BuiltinResult

        if not self.on or self._raised is not None:
            return _nothing(143)
        outer, self._inside = self._inside, context.fs
        try:
            if self._mends:
                self.mend()
            result = answered(context, self._commands, self, self._start.hostname)
        except BaseException as error:
            self._raised = error
            self._cancel()
            return _nothing(1)
        finally:
            self._inside = outer
        return BuiltinResult(result.out, result.err, result.code & 0xFF)

    # -- life --------------------------------------------------------------------------------------

    def power_off(self) -> None:
        self.on = False
        if self._inside is not None:
            self._cancel()

    def snapshot(self) -> bytes:
        with self.lock:
            shell = self._awake().snapshot()
            modes = dict(sorted(self.modes.items()))
            return msgspec.msgpack.encode(Image(shell, modes, self.on, self._calls))

    def restore(self, image: bytes) -> None:
        read = msgspec.msgpack.decode(image, type=Image)
        with self.lock:
            self._drop()
            self._image, self.untouched = read.shell, False
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
        if not self.lock.acquire(blocking=False):
            return False
        try:
            if self._inside is not None or self._shell is None:
                return False
            self._sleep()
            return True
        finally:
            self.lock.release()

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
        self._shell = shell(self._start, self.limits, self._timeout, self._commands)
        self._shell.owner = weakref.ref(self)
        self._spoilt = False
        bash = self._shell.bash
        if self._image is None:
            furnish(bash, self._start, self)
            self.untouched = True
        else:
            revive(bash, self._image)
            self._image = None
        announce(bash.fs(), self._commands)

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


def _nothing(code: int) -> Any:
    from bashkit import BuiltinResult

    return BuiltinResult("", "", code)
