"""The `docker` backend: the kept bash of `kept.py` in a container, by the docker command line.

    PALESTRA_SANDBOX_IMAGE=debian:stable-slim    # any image with bash and coreutils that is here

The container has no network, no rights and a read-only root; memory and the number of processes are
limited for all of it together. Images are never pulled. What remains: its files lie in a temporary
folder of the host, so of the disk only the size of each file is limited.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import uuid
from functools import cache
from pathlib import Path

from .calls import FOLDER, Calls
from .kept import WORKER, Kept, init
from .linux import LinuxBox, system_files
from .opening import Start
from .protocol import Capabilities, Limits, SandboxError
from .rooted import NOBODY, Rooted

IMAGE = "debian:stable-slim"
PIPES = ("out", "err", "lines", "reports")
PATIENCE = 60.0
"""Seconds that a container has to start."""


def image() -> str:
    """The image that machines are made from."""
    return os.environ.get("PALESTRA_SANDBOX_IMAGE", IMAGE)


@cache
def probe() -> tuple[str, str]:
    """The version of the daemon, and what is missing."""
    if shutil.which("docker") is None:
        return "", "docker is not installed (no docker on PATH)"
    try:
        asked = _docker("version", "--format", "{{.Server.Version}}")
        if asked.returncode:
            return "", f"docker has no daemon to talk to ({_last(asked)}); start it"
        version = f"docker {asked.stdout.decode().strip()}"
        if _docker("image", "inspect", image()).returncode:
            return version, f"the image {image()} is not here; docker pull {image()}"
    except (OSError, subprocess.SubprocessError) as error:
        return "", f"docker does not run: {error}"
    return version, ""


def open_box(start: Start, limits: Limits) -> DockerBox:
    """A new machine."""
    return DockerBox(start, limits)


class DockerBox(LinuxBox):
    """One machine: a container that starts with its first use."""

    backend = "docker"

    def __init__(self, start: Start, limits: Limits):
        super().__init__(start, limits, probe()[0])
        self.capabilities = Capabilities(
            shell=True, programs=True, processes=True, isolation="container"
        )
        self._name = ""
        self._process: subprocess.Popen | None = None
        self._folder: Path | None = None

    def start(self) -> tuple[Rooted, Kept, Calls]:
        self._folder = Path(tempfile.mkdtemp(prefix="palestra-docker-"))
        self._name = f"palestra-{uuid.uuid4().hex[:12]}"
        uid = NOBODY if os.geteuid() == 0 else None
        os.chmod(self._folder, 0o711)
        tops = {}
        for top in (*self.tops, "host"):
            place = self._folder / ("host" if top == "host" else f"top-{top}")
            place.mkdir()
            if uid is not None:
                os.chown(place, uid, uid)
            tops[top] = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        host = tops.pop("host")
        ends = []
        for name in PIPES:
            os.mkfifo(self._folder / "host" / name, 0o600)
            if uid is not None:
                os.chown(self._folder / "host" / name, uid, uid)
            ends.append(os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=host))
        files, calls = Rooted(tops, uid), Calls(host, uid, self)
        self._process = subprocess.Popen(
            self.line(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self._wait_until_up(ends[3])
        serve = lambda: calls.serve(self.commands, lambda: self.on)  # noqa: E731
        out, err, lines, reports = ends
        kept = Kept(out, err, lines, reports, self._signal, (calls.pipe, serve), self.limits)
        return files, kept, calls

    def line(self) -> list[str]:
        """The command line of docker."""
        assert self._folder is not None
        limits, start = self.limits, self._start
        uid = NOBODY if os.geteuid() == 0 else os.getuid()
        line = [
            "docker", "run", "--rm", "--pull", "never", "--name", self._name, "--network", "none",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only",
            "--user", f"{uid}:{uid}", "--hostname", start.hostname, "--workdir", "/",
            "--memory", str(limits.memory * 2), "--memory-swap", str(limits.memory * 2),
            "--pids-limit", str(limits.processes + 8), "--shm-size", "8m",
            "--volume", f"{self._folder}/host:{FOLDER}",
        ]  # fmt: skip
        for top in self.tops:
            line += ["--volume", f"{self._folder}/top-{top}:/{top}"]
        for number, (place, text) in enumerate(system_files(start, self.commands, uid)):
            source = self._folder / f"file-{number}"
            source.write_text(text)
            source.chmod(0o755 if place.startswith("/usr/") else 0o644)
            line += ["--volume", f"{source}:{place}:ro"]
        for name, value in {**start.env, "BASH_ENV": "/etc/bash.env"}.items():
            line += ["--env", f"{name}={value}"]
        pipes = "; ".join(
            f"exec {number}{way}{FOLDER}/{name}"
            for number, way, name in ((5, ">", "out"), (6, ">", "err"), (7, "<", "lines"),
                                      (9, ">", "reports"))
        )  # fmt: skip
        return [*line, image(), "/bin/bash", "-p", "-c", f"{pipes};{init(limits)}", "init", WORKER]

    def _wait_until_up(self, reports: int) -> None:
        process = self._process
        assert process is not None
        assert process.stderr is not None
        ready = select.select([reports, process.stderr], [], [], PATIENCE)[0]
        if reports not in ready or os.read(reports, 2) != b"up":
            self.end()
            why = process.stderr.read().decode("utf-8", "replace").strip() if ready else "no answer"
            raise SandboxError(f"the container did not start: {why[-500:]}")

    def alive(self) -> bool:
        return self.on and self._process is not None and self._process.poll() is None

    def _signal(self, number: int) -> None:
        name = signal.Signals(number).name
        subprocess.run(
            ["docker", "kill", "--signal", name, self._name], capture_output=True, timeout=PATIENCE
        )

    def end(self) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            self._signal(signal.SIGKILL)
        try:
            code = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait(10)
        self._process = None
        return code

    def forget(self) -> None:
        if self._folder is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder)
            self._folder = None


def _docker(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["docker", *words], capture_output=True, timeout=PATIENCE)


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else f"code {done.returncode}"
