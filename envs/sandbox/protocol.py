"""What a sandbox is: a small machine that an agent types commands into, and that the host owns.

    with open_sandbox(files={"/work/hello.sh": File("echo hello", mode=0o755)}, cwd="/work") as box:
        box.register(Command("ask", lambda call: f"you said {call.argv[1:]}\\n"))
        result = box.exec("./hello.sh; ask me")
        assert (result.code, result.out) == (0, "hello\\nyou said ['me']\\n")

The one rule that matters: what is decided about an episode is decided by the host, from files,
modes and the calls of registered commands, never from what the machine prints about itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

__all__ = [
    "Capabilities", "Command", "File", "Files", "Invocation", "Limits", "Link", "PoweredOff",
    "Result", "Sandbox", "SandboxError", "Stat",
]  # fmt: skip


class SandboxError(Exception):
    """The sandbox itself failed (not the agent's command): the episode is an error, not a score."""


class PoweredOff(SandboxError):
    """A command was given to a machine that is switched off."""


@dataclass(frozen=True)
class Result:
    """What a command line gave back."""

    code: int = 0
    """Exit status, as the shell's `$?`; 124 after a time-out, 143 if the machine went off."""
    out: str = ""
    err: str = ""
    """Standard output and error; bytes that are no UTF-8 are replaced."""
    truncated: bool = False
    """Whether output beyond the limit was dropped."""
    timed_out: bool = False


@dataclass(frozen=True)
class File:
    """A file to begin with."""

    data: bytes | str = b""
    mode: int = 0o644


@dataclass(frozen=True)
class Link:
    """A symbolic link to begin with."""

    target: str


@dataclass(frozen=True)
class Stat:
    """What one path is. The path itself: a link is not followed."""

    kind: Literal["file", "folder", "link", "other"]
    mode: int
    """Permission bits, such as 0o755 (0o777 for links on every backend)."""
    size: int
    """Bytes of a file; 0 for anything else."""
    target: str = ""
    """Of a link."""


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use."""

    output: int = 64_000
    """Characters kept of each of standard output and error, per command line."""
    memory: int = 256 << 20
    """Bytes: of each process (its address space) and of all files together."""
    processes: int = 64
    file_size: int = 32 << 20
    """Bytes of one file."""
    calls: int = 10_000
    """Command lines in the life of a sandbox."""


@dataclass(frozen=True)
class Capabilities:
    """What a backend can do; what it cannot, an environment must do without."""

    shell: bool
    """Whether `exec` understands a shell's language (else only single plain commands)."""
    python: bool = False
    programs: bool = False
    """Whether real programs of the host's system run (perl, ed, awk as installed)."""
    processes: bool = False
    """Whether processes live on between command lines."""
    isolation: Literal["interpreter", "namespaces", "container", "none"] = "interpreter"


class Files(ABC):
    """The files of a sandbox, as the host sees them.

    Paths are absolute; `..` and links stay inside.
    Methods raise `FileNotFoundError`, `NotADirectoryError`, `IsADirectoryError` and the like.
    They work while a registered command runs and after the machine is switched off.
    """

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The bytes of a file; links are followed."""

    @abstractmethod
    def write(self, path: str, data: bytes | str, mode: int | None = None) -> None:
        """Write a file, making folders as needed. An existing file keeps its mode unless given."""

    @abstractmethod
    def stat(self, path: str) -> Stat | None:
        """What is at a path, links not followed; None if nothing is."""

    @abstractmethod
    def list(self, path: str) -> list[str]:
        """The names in a folder, sorted."""

    @abstractmethod
    def chmod(self, path: str, mode: int) -> None:
        """Set permission bits."""

    @abstractmethod
    def mkdir(self, path: str) -> None:
        """Make a folder and those above it; nothing happens if it is there."""

    @abstractmethod
    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""

    @abstractmethod
    def remove(self, path: str) -> None:
        """Remove a file, a link, or a folder with all in it."""

    def walk(self, root: str) -> Iterator[tuple[str, Stat]]:
        """Everything below a folder, in the order of the paths, with what it is."""
        base = root.rstrip("/")
        for name in self.list(root):
            path = f"{base}/{name}"
            found = self.stat(path)
            if found is not None:
                yield path, found
                if found.kind == "folder":
                    yield from self.walk(path)


@dataclass(frozen=True)
class Invocation:
    """One call of a registered command. Everything in it was written by the agent: trust none."""

    argv: tuple[str, ...]
    """The name that it was called by first."""
    stdin: str
    """What was piped in; empty unless the command asks for it (`Command.stdin`)."""
    env: Mapping[str, str]
    cwd: str
    files: Files
    """The live file system."""


@dataclass(frozen=True)
class Command:
    """A command that the host runs when the agent calls it.

    It goes before programs and built-ins of the shell of the same name, also when called as
    `/bin/name` or `/usr/bin/name`; functions and aliases go before it, as everywhere in a shell.
    It must not call `Sandbox.exec`. It may call `Sandbox.power_off`.
    """

    name: str
    run: Callable[[Invocation], Result | str] = field(repr=False)
    """Gives what is printed, or a whole `Result`. What it raises is raised by `exec`."""
    stdin: bool = False
    """Whether it reads its standard input to the end."""


class Sandbox(Files):
    """A machine for one episode. Not for use by several threads at once.

    Shell state (variables, functions, working folder) lasts from one `exec` to the next; `exit`
    ends the command line only.
    """

    backend: str
    """`memory-shell`, `bwrap`, `docker` or `tools-only`."""
    version: str
    """Of what the backend rests on, for records."""
    capabilities: Capabilities
    limits: Limits
    on: bool
    """False once `power_off` was called."""

    @abstractmethod
    def exec(self, command: str, timeout: float = 15.0) -> Result:
        """Run a command line.

        Args:
            command: of the shell's language.
            timeout: seconds; then it is ended with code 124.

        Raises:
            PoweredOff: the machine is switched off.
            SandboxError: it broke.
        """

    @abstractmethod
    def register(self, command: Command) -> None:
        """Add a command, or replace the one of that name."""

    @abstractmethod
    def power_off(self) -> None:
        """Switch the machine off, for good: nothing of a command line that is running runs on.

        Called from a registered command or between two `exec`. Files can still be read.
        """

    @abstractmethod
    def snapshot(self) -> bytes:
        """Files, modes, the shell's variables and working folder, and whether it is on.

        The same history gives the same bytes. What processes are running is not in it.
        """

    @abstractmethod
    def restore(self, image: bytes) -> None:
        """Become what a snapshot of the same backend holds; registered commands stay."""

    @abstractmethod
    def fork(self) -> Sandbox:
        """A second, independent sandbox of the same state, with the same registered commands."""

    @abstractmethod
    def close(self) -> None:
        """Give everything back. Calling it twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
