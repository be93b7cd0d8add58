"""The `bwrap` backend: the host's own programs in namespaces of their own (bubblewrap).

A machine is one bash that is kept, without network, with nothing of the host but `/usr` (read
only, without `/usr/local`), with its files in memory of a limited size. It is run as a plain user:
root gives its rights up first. Nothing is installed or mounted on the host, and nothing is left.

What remains: memory is limited for each process and for files, not for all processes together (that
needs a control group); what is running is in no snapshot.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import subprocess
from functools import cache
from typing import Any

from .calls import FOLDER, Calls
from .kept import WORKER, Kept, init
from .linux import LinuxBox, system_files
from .opening import Start
from .protocol import Capabilities, Limits, SandboxError
from .rooted import NOBODY, Rooted

SCRATCH = 8 << 20
"""Bytes for the calls of registered commands, and for shared memory."""
_spawner = concurrent.futures.ThreadPoolExecutor(1, "palestra-bwrap")
# bubblewrap dies with the thread that started it, so that thread must live as long as we do.


@cache
def probe() -> tuple[str, str]:
    """The version of bubblewrap, and what is missing; it is tried, not only looked for."""
    program = shutil.which("bwrap")
    if program is None:
        return "", "bubblewrap is not installed (no bwrap on PATH); apt install bubblewrap"
    if not os.path.exists("/usr/bin/bash") or not os.path.isdir("/usr/local"):
        return "", "there is no /usr/bin/bash or no /usr/local on this system"
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
        version = asked.stdout.strip()
        tried = subprocess.run(
            [program, "--unshare-all", *_closed(), "--uid", "1000", "--ro-bind", "/", "/",
             "/usr/bin/true"],
            capture_output=True, text=True, timeout=10, **_identity(),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        return "", f"bwrap does not run: {error}"
    if tried.returncode:
        why = tried.stderr.strip().splitlines()
        return version, (
            f"bwrap may not make namespaces here ({why[-1] if why else 'no reason given'}); allow "
            "user namespaces (sysctl kernel.unprivileged_userns_clone=1, or AppArmor's "
            "restriction off), or run the container with them"
        )
    return version, ""


def open_box(start: Start, limits: Limits) -> BwrapBox:
    """A new machine."""
    return BwrapBox(start, limits)


@cache
def _closed() -> list[str]:
    """Options that forbid user namespaces in the machine, where bubblewrap knows them (0.8)."""
    told = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, timeout=10)
    known = "--disable-userns" in told.stdout + told.stderr
    return ["--unshare-user", "--disable-userns"] if known else []


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


class BwrapBox(LinuxBox):
    """One machine. It starts with its first use, or anew when a command is registered later."""

    backend = "bwrap"

    def __init__(self, start: Start, limits: Limits):
        super().__init__(start, limits, probe()[0])
        python = os.path.exists("/usr/bin/python3")
        self.capabilities = Capabilities(
            shell=True, python=python, programs=True, processes=True, isolation="namespaces"
        )
        self._process: subprocess.Popen | None = None
        self._pid = 0
        self._status = -1

    def start(self) -> tuple[Rooted, Kept, Calls]:
        mine, theirs = _pipes()
        uid = NOBODY if os.geteuid() == 0 else None
        status_read, status_write = os.pipe()
        texts, given = [], []
        try:
            for place, text in system_files(self._start, self.commands, 1000):
                handle = os.memfd_create("palestra")
                os.write(handle, text.encode())
                os.lseek(handle, 0, os.SEEK_SET)
                texts.append((place, handle))
            given = [*theirs, status_write, *(handle for _, handle in texts)]
            line = self._line(theirs, status_write, texts)
            self._process = _spawner.submit(
                subprocess.Popen, line, pass_fds=given, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={}, **_identity(),
            ).result()  # fmt: skip
        finally:
            for handle in dict.fromkeys([*theirs, status_write, *(h for _, h in texts)]):
                os.close(handle)
        self._pid = self._started(status_read, mine[3])
        tops = {top: self._top(f"/{top}") for top in self.tops}
        files = Rooted(tops, uid)
        calls = Calls(self._top(FOLDER), uid, self)
        out, err, lines, reports = mine
        serve = lambda: calls.serve(self.commands, lambda: self.on)  # noqa: E731
        kept = Kept(out, err, lines, reports, self._signal, (calls.pipe, serve), self.limits)
        return files, kept, calls

    def _line(
        self, theirs: tuple[int, ...], status: int, texts: list[tuple[str, int]]
    ) -> list[str]:
        """The command line of bubblewrap."""
        start, share = self._start, self.limits.memory // len(self.tops)
        line = [
            shutil.which("bwrap") or "bwrap", "--unshare-all", *_closed(), "--die-with-parent",
            "--new-session", "--as-pid-1", "--uid", "1000", "--gid", "1000",
            "--hostname", start.hostname,
            "--json-status-fd", str(status), "--clearenv", "--ro-bind", "/usr", "/usr",
        ]  # fmt: skip
        for masked in ("/usr/local", "/usr/src", "/usr/games"):
            if os.path.isdir(masked):
                line += ["--tmpfs", masked]
        for top in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            if os.path.islink(f"/{top}"):
                line += ["--symlink", os.readlink(f"/{top}"), f"/{top}"]
            elif os.path.isdir(f"/{top}"):
                line += ["--ro-bind", f"/{top}", f"/{top}"]
        for shared in ("/etc/alternatives", "/etc/ld.so.cache"):
            line += ["--ro-bind-try", shared, shared]
        line += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
        line += ["--size", str(SCRATCH), "--tmpfs", "/dev/shm"]
        line += ["--size", str(SCRATCH), "--tmpfs", FOLDER]
        for top in self.tops:
            line += ["--size", str(share), "--tmpfs", f"/{top}"]
        line += ["--dir", "/usr/local/bin"]
        for place, handle in texts:
            program = place.startswith("/usr/")
            line += ["--perms", "0755" if program else "0644"]
            line += ["--ro-bind-data", str(handle), place]
        line += ["--remount-ro", "/usr/local", "--remount-ro", "/"]
        env = {**start.env, "BASH_ENV": "/etc/bash.env"}
        for name, value in env.items():
            line += ["--setenv", name, value]
        ours = "; ".join(f"exec {n}>&{h}" if n != 7 else f"exec 7<&{h}" for n, h in zip(
            (5, 6, 7, 9), theirs, strict=True) if n != h)  # fmt: skip
        closed = "; ".join(f"exec {h}>&-" for h in theirs if h not in (5, 6, 7, 9))
        text = f"{ours}; {closed}; cd /;{init(self.limits)}"
        return [*line, "--", "/usr/bin/bash", "-p", "-c", text, "init", WORKER]

    def _started(self, status: int, reports: int) -> int:
        """The host's number of process 1, once it runs (before, its root is still the host's).

        Raises:
            SandboxError: bubblewrap failed; the message is its own.
        """
        told = b""
        self._status = status  # it stays open: bubblewrap writes to it at its end as well
        while b"\n" not in told:
            part = os.read(status, 4096)
            if not part:
                break
            told += part
        process = self._process
        assert process is not None
        if b"child-pid" not in told or os.read(reports, 2) != b"up":
            assert process.stderr is not None
            why = process.stderr.read().decode("utf-8", "replace").strip()
            self.end()
            raise SandboxError(f"bubblewrap did not start: {why or process.returncode}")
        return int(json.loads(told.partition(b"\n")[0])["child-pid"])

    def _top(self, path: str) -> int:
        """An open folder of the machine."""
        return os.open(f"/proc/{self._pid}/root{path}", os.O_RDONLY | os.O_DIRECTORY)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def end(self) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            self._signal(signal.SIGKILL)  # process 1: the kernel ends all others with it
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10)
        if process.stderr is not None:
            process.stderr.close()
        os.close(self._status)
        self._process = None
        return code


def _pipes() -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
    """Our ends and theirs of: output, errors, command lines, reports."""
    out, their_out = os.pipe()
    err, their_err = os.pipe()
    their_lines, lines = os.pipe()
    reports, their_reports = os.pipe()
    return (out, err, lines, reports), (their_out, their_err, their_lines, their_reports)
