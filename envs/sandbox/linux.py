"""What machines of real processes share, whoever isolates them: their life, files and snapshots."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from abc import abstractmethod
from collections.abc import Mapping
from typing import Literal

import msgspec

from .calls import Calls, script
from .kept import Kept
from .opening import Start
from .protocol import (
    Command,
    File,
    Limits,
    PoweredOff,
    Result,
    Sandbox,
    SandboxError,
    Stat,
)
from .rooted import Rooted

_VARYING = re.compile(
    r"BASH\w*|COMP_WORDBREAKS|DIRSTACK|EPOCH\w+|EUID|FUNCNAME|GROUPS|HISTCMD|HOST\w+|IFS|LINENO"
    r"|MACHTYPE|OLDPWD|OPTERR|OPTIND|OSTYPE|PIPESTATUS|PPID|PS4|PWD|S?RANDOM|SECONDS|SHELLOPTS|SHLVL"
    r"|UID|_|HOST_LINE"
)
"""Variables that are the shell's own."""
_DECLARED = re.compile(r"declare -(\S+) (\w+)")
_ASK = "declare -p; printf '\\0'; declare -f; printf '\\0'; alias -p"


class Image(msgspec.Struct, array_like=True):
    """What a snapshot holds."""

    files: list[tuple[str, Literal["file", "folder", "link"], int, bytes]]
    shell: str
    cwd: str
    on: bool
    calls: int


class LinuxBox(Sandbox):
    """A machine that runs a kept bash; a backend says how it starts and ends."""

    def __init__(self, start: Start, limits: Limits, version: str):
        self.version, self.limits, self.on = version, limits, True
        self._start = start
        self.commands: dict[str, Command] = {}
        tops = ["home", "tmp", start.cwd.split("/")[1], *(p.split("/")[1] for p in start.files)]
        self.tops = sorted(set(tops))
        """The folders under the root that can be written to."""
        self._image: Image | None = None
        self._files: Rooted | None = None
        self._kept: Kept | None = None
        self._calls: Calls | None = None
        self._count = 0
        self._running = self._closed = False

    # -- what a backend writes -------------------------------------------------------------------

    @abstractmethod
    def start(self) -> tuple[Rooted, Kept, Calls]:
        """Start process 1 with empty folders."""

    @abstractmethod
    def end(self) -> int:
        """End every process at once; gives process 1's exit code."""

    def alive(self) -> bool:
        """Whether it is switched on and there."""
        return self.on

    def forget(self) -> None:
        """Remove what a machine that has ended leaves outside it."""

    # -- command lines -----------------------------------------------------------------------------

    def exec(self, command: str, timeout: float = 15.0) -> Result:
        if not self.on:
            raise PoweredOff("the machine is switched off; read its files, or restore a snapshot")
        if self._running:
            raise SandboxError("a registered command must not run a command line of its own")
        if self._count >= self.limits.calls:
            return Result(1, "", f"bash: session closed after {self.limits.calls} command lines\n")
        self._count += 1
        kept = self._awake()[1]
        self._running = True
        try:
            result = kept.run(command, timeout, self.alive)
        except BaseException:
            self._halt(True)
            raise
        finally:
            self._running = False
        if result.code == 143 and self.on and not self._answers(kept):
            code = self._halt(True)
            if code != 143:
                raise SandboxError(f"the machine ended by itself with code {code}")
            self.on = False
        return result

    def _answers(self, kept: Kept) -> bool:
        """Whether the machine is still there (or only a command of it ended with 143)."""
        return kept.run(":", 5.0, self.alive).code != 143

    def register(self, command: Command) -> None:
        known = self.commands.get(command.name)
        self.commands[command.name] = command
        if self._kept is not None and (known is None or known.stdin != command.stdin):
            self._sleep()

    def power_off(self) -> None:
        self.on = False
        if self._kept is not None:
            self.end()

    # -- snapshots -------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(self._taken())

    def _taken(self) -> Image:
        files, kept = self._awake()
        held = []
        for top in self.tops:
            for path, stat in files.walk(f"/{top}"):
                if stat.kind == "folder":
                    held.append((path, "folder", stat.mode, b""))
                elif stat.kind == "link":
                    held.append((path, "link", 0, stat.target.encode("utf-8", "surrogateescape")))
                elif stat.kind == "file":
                    held.append((path, "file", stat.mode, files.read(path)))
        shell = self._image.shell if self._image else ""
        if self.on:
            told = kept.run(_ASK, 10.0, self.alive, most=4 << 20).out
            shell = _restoring(told)
        return Image(held, shell, kept.cwd, self.on, self._count)

    def restore(self, image: bytes) -> None:
        read = msgspec.msgpack.decode(image, type=Image)
        self._halt(False)
        self._image, self.on, self._count = read, read.on, read.calls

    def fork(self) -> Sandbox:
        other = type(self)(self._start, self.limits)  # type: ignore[call-arg]
        other.commands = dict(self.commands)
        other.restore(self.snapshot())
        return other

    # -- files -----------------------------------------------------------------------------------

    def read(self, path: str) -> bytes:
        return self._awake()[0].read(path)

    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        self._awake()[0].write(path, data, mode)

    def stat(self, path: str) -> Stat | None:
        return self._awake()[0].stat(path)

    def list(self, path: str) -> list[str]:
        return self._awake()[0].list(path)

    def chmod(self, path: str, mode: int) -> None:
        self._awake()[0].chmod(path, mode)

    def mkdir(self, path: str) -> None:
        self._awake()[0].mkdir(path)

    def link(self, path: str, target: str) -> None:
        self._awake()[0].link(path, target)

    def remove(self, path: str) -> None:
        self._awake()[0].remove(path)

    # -- life --------------------------------------------------------------------------------------

    def close(self) -> None:
        self._closed = True
        self._halt(False)

    def __del__(self) -> None:  # for who forgot: a process must not outlive its machine
        with contextlib.suppress(Exception):
            self.close()

    def _awake(self) -> tuple[Rooted, Kept]:
        if self._closed:
            raise SandboxError("this sandbox is closed")
        if self._files is None or self._kept is None:
            self._files, self._kept, self._calls = self.start()
            self._fill(self._files, self._kept)
            if not self.on:  # an image of a machine that was switched off
                self.end()
        return self._files, self._kept

    def _fill(self, files: Rooted, kept: Kept) -> None:
        image, start = self._image, self._start
        if image is None:
            files.mkdir(f"/home/{start.user}")
            files.mkdir(start.cwd)
            for path, given in start.files.items():
                if isinstance(given, File):
                    files.write(path, given.data, given.mode)
                else:
                    files.link(path, given.target)
            kept.run(f"cd {shlex.quote(start.cwd)}; unset OLDPWD", 5.0, lambda: True)
            return
        for path, kind, mode, data in image.files:
            if kind == "folder":
                files.mkdir(path)
            elif kind == "link":
                files.link(path, data.decode("utf-8", "surrogateescape"))
            else:
                files.write(path, data, mode)
        for path, kind, mode, _ in reversed(image.files):
            if kind == "folder":
                files.chmod(path, mode)
        line = f"cd {shlex.quote(image.cwd)} 2>/dev/null; {{\n{image.shell}\n}} 2>/dev/null"
        kept.run(line, 10.0, lambda: True)

    def _sleep(self) -> None:
        image = self._taken()
        self._halt(False)
        self._image = image

    def _halt(self, keep_files: bool) -> int:
        """End the processes; with `keep_files` the files can still be read."""
        code = self.end()
        if not keep_files and self._files is not None:
            if self._kept is not None:
                self._kept.close()
            if self._calls is not None:
                self._calls.close()
                os.close(self._calls.folder)
            for handle in self._files.tops.values():
                os.close(handle)
            self._files = self._kept = self._calls = None
            self._image = None
            self.forget()
        return code


def system_files(start: Start, commands: Mapping[str, Command], uid: int) -> list[tuple[str, str]]:
    """The files that a machine has of its own: who is there, and its registered commands.

    A command stands in `/usr/local/bin`, and instead of a program of that name of the host's.
    """
    user = start.user
    files = [
        ("/etc/passwd", f"root:x:0:0:root:/root:/bin/bash\n{user}:x:{uid}:{uid}::/home/{user}:"
         "/bin/bash\n"),
        ("/etc/group", f"root:x:0:\n{user}:x:{uid}:\n"),
        ("/etc/hostname", f"{start.hostname}\n"),
        ("/etc/hosts", f"127.0.0.1 localhost {start.hostname}\n"),
        ("/etc/bash.env", "".join(
            f"enable -n {name} 2>/dev/null\n" for name in sorted(commands))),
    ]  # fmt: skip
    for name, command in sorted(commands.items()):
        files.append((f"/usr/local/bin/{name}", script(command)))
        for folder in ("/usr/bin", "/usr/sbin"):
            if os.path.isfile(f"{folder}/{name}"):
                files.append((f"{folder}/{name}", script(command)))
    return files


def _restoring(told: str) -> str:
    """The shell's text that makes variables, functions and aliases again."""
    variables, _, rest = told.partition("\0")
    functions, _, aliases = rest.partition("\0")
    kept: list[str] = []
    skipping = False
    for line in variables.split("\n"):
        found = _DECLARED.match(line)
        if found is not None:
            skipping = _VARYING.fullmatch(found[2]) is not None
        if not skipping:
            kept.append(line)
    return "\n".join([*kept, functions, aliases]).strip("\n")
