"""The `tools-only` backend: files and plain commands in pure Python. No shell, no dependency.

`exec` takes one plain command: words and quotes, no pipes, redirections, variables or patterns. A
file with the bit x whose lines are such commands can be run as well. Its tools are meant for
environments that give an agent typed file tools (`read`, `write`, `list`, ...) over `Files`.
"""

from __future__ import annotations

import posixpath
import shlex

import msgspec

from .heap import Heap, Node
from .opening import Start
from .programs import PLAIN, run
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

_SYNTAX = frozenset("|&;<>()$`*?[]{}~#!\n\\")
DEPTH = 8
"""How deep scripts may call scripts."""


class Image(msgspec.Struct, array_like=True):
    """What a snapshot holds."""

    nodes: dict[str, Node]
    cwd: str
    on: bool
    calls: int


def probe() -> tuple[str, str]:
    """The version, and nothing: it is always there."""
    return "Python", ""


def open_box(start: Start, limits: Limits) -> PlainBox:
    """A new machine."""
    return PlainBox(start, limits)


class PlainBox(Heap, Sandbox):
    """One machine: a dictionary of files and a working folder."""

    backend = "tools-only"
    capabilities = Capabilities(shell=False)
    version = "Python"

    def __init__(self, start: Start, limits: Limits):
        super().__init__(limits.memory, limits.file_size)
        self.limits, self.on = limits, True
        self._start = start
        self._commands: dict[str, Command] = {}
        self._calls = 0
        self._running = self._closed = False
        self._cwd = start.cwd
        for folder in ("/tmp", "/usr/bin", start.env["HOME"], start.cwd):
            self.mkdir(folder)
        for path, given in start.files.items():
            if isinstance(given, File):
                self.write(path, given.data, given.mode)
            else:
                self.link(path, given.target)

    def exec(self, command: str, timeout: float = 15.0) -> Result:
        if self._closed:
            raise SandboxError("this sandbox is closed")
        if not self.on:
            raise PoweredOff("the machine is switched off; read its files, or restore a snapshot")
        if self._running:
            raise SandboxError("a registered command must not run a command line of its own")
        if self._calls >= self.limits.calls:
            return Result(1, "", f"session closed after {self.limits.calls} command lines\n")
        self._calls += 1
        self._running = True
        try:
            result = self._line(command, DEPTH)
        finally:
            self._running = False
        if not self.on:
            return Result(143)
        most = self.limits.output
        cut = len(result.out) > most or len(result.err) > most
        return Result(result.code, result.out[:most], result.err[:most], cut)

    def _line(self, line: str, depth: int) -> Result:
        try:
            words = shlex.split(line)
        except ValueError as error:
            return Result(2, "", f"cannot read the line: {error}\n")
        if any(sign in _SYNTAX for sign in _unquoted(line)):
            return Result(
                2, "", "this machine has no shell: give one plain command, without pipes, "
                "redirections, variables or patterns\n",
            )  # fmt: skip
        if not words:
            return Result()
        return self._command(words, depth)

    def _command(self, words: list[str], depth: int) -> Result:
        name = words[0]
        known = posixpath.basename(name)
        if name != known and posixpath.dirname(name) not in ("/bin", "/usr/bin", "/usr/local/bin"):
            return self._script(name, depth)
        call = Invocation(tuple(words), "", dict(self._start.env), self._cwd, self)
        command = self._commands.get(known)
        if command is not None:
            given = command.run(call)
            return given if isinstance(given, Result) else Result(0, given)
        if known in PLAIN:
            return run(PLAIN[known], call)
        simple = {
            "true": Result(0), "false": Result(1), ":": Result(0),
            "pwd": Result(0, f"{self._cwd}\n"),
            "whoami": Result(0, f"{self._start.user}\n"), "uname": Result(0, "Linux\n"),
            "hostname": Result(0, f"{self._start.hostname}\n"),
        }  # fmt: skip
        if known == "cd":
            return self._cd(words[1] if len(words) > 1 else self._start.env["HOME"])
        return simple.get(known) or Result(127, "", f"{name}: command not found\n")

    def _cd(self, operand: str) -> Result:
        path = posixpath.normpath(posixpath.join(self._cwd, operand))
        try:
            self.list(path)
        except OSError as error:
            return Result(1, "", f"cd: {operand}: {error.strerror}\n")
        self._cwd = path
        return Result()

    def _script(self, name: str, depth: int) -> Result:
        path = posixpath.normpath(posixpath.join(self._cwd, name))
        try:
            data = self.read(path)
        except OSError as error:
            code = 126 if isinstance(error, IsADirectoryError) else 127
            return Result(code, "", f"{name}: {error.strerror}\n")
        if not self.nodes[self._place(path)].mode & 0o111:
            return Result(126, "", f"{name}: Permission denied\n")
        if not depth:
            return Result(126, "", f"{name}: scripts call scripts too deeply\n")
        out, err, code = "", "", 0
        for line in data.decode("utf-8", "replace").splitlines():
            if line.strip().startswith("#"):
                continue
            result = self._line(line, depth - 1)
            out, err, code = out + result.out, err + result.err, result.code
            if not self.on or len(out) + len(err) > 4 * self.limits.output:
                break
        return Result(code, out, err)

    def register(self, command: Command) -> None:
        self._commands[command.name] = command

    def power_off(self) -> None:
        self.on = False

    def snapshot(self) -> bytes:
        nodes = {path: self.nodes[path] for path in sorted(self.nodes)}
        return msgspec.msgpack.encode(Image(nodes, self._cwd, self.on, self._calls))

    def restore(self, image: bytes) -> None:
        read = msgspec.msgpack.decode(image, type=Image)
        self.nodes, self._cwd, self.on, self._calls = read.nodes, read.cwd, read.on, read.calls

    def fork(self) -> PlainBox:
        other = PlainBox(self._start, self.limits)
        other._commands = dict(self._commands)
        other.restore(self.snapshot())
        return other

    def close(self) -> None:
        self._closed = True


def _unquoted(line: str) -> str:
    """What of a line stands outside quotes."""
    kept, quote = [], ""
    for sign in line.strip():
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            kept.append(sign)
    return "".join(kept)
