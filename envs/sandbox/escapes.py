"""Do the attacks of `attacks.py` get out? A host full of bait, and what came of each attack.

    with Bait() as bait:
        for escape in escapes("bwrap", bait):
            print(escape.line, escape.what)

An escape is a token of the host's in an output or a file, a path made on the host, a connection, a
process of the host's harmed, a result beyond its limits, a command line that outlives its time, or
a machine that no longer answers.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .attacks import ATTACKS
from .opening import open_sandbox
from .protocol import Command, Invocation, Limits, PoweredOff, Sandbox

TIMEOUT = 0.25
SLACK = 8.0
"""Seconds after its time-out by which a command line must have ended, on a busy machine."""
LIMITS = Limits(output=20_000, memory=192 << 20, processes=32, file_size=16 << 20)


@dataclass(frozen=True)
class Escape:
    """One attack that got somewhere."""

    aim: str
    line: str
    what: str


class Bait:
    """Things of the host's that no machine may reach."""

    def __enter__(self) -> Bait:
        self._stack = contextlib.ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o777)
        self.token = f"palestra-token-{secrets.token_hex(8)}"
        self.secret, self.target = self.folder / "secret.txt", self.folder / "target"
        self.secret.write_text(self.token)
        self.secret.chmod(0o644)
        os.environ["PALESTRA_TOKEN"] = self.token
        self._stack.callback(os.environ.pop, "PALESTRA_TOKEN", None)
        self.victim = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(3600)", self.token]
        )
        self._stack.callback(self.victim.wait)
        self._stack.callback(self.victim.kill)
        self.callers: list[str] = []
        self._listen(socket.AF_INET, ("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listen(socket.AF_UNIX, str(self.folder / "socket"))
        os.chmod(self.folder / "socket", 0o777)
        return self

    def _listen(self, family: int, address: object) -> None:
        listener = self._listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(address)  # type: ignore[arg-type]
        listener.listen()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, who = listener.accept()
                    self.callers.append(str(who))
                    connection.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(listener.close)
        self._stack.callback(listener.shutdown, socket.SHUT_RDWR)

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def line(self, attack: str) -> str:
        """An attack with this host's names in it."""
        return attack.format(
            secret=self.secret, target=self.target, port=self.port,
            socket=self.folder / "socket", pid=self.victim.pid,
        )  # fmt: skip

    def harmed(self) -> str:
        """What was done to the host, if anything."""
        if self.target.exists() or self.target.is_symlink():
            self.target.unlink()
            return "it wrote on the host"
        if self.secret.read_text() != self.token or self.secret.stat().st_mode & 0o777 != 0o644:
            return "it changed a file of the host's"
        if self.callers:
            return f"it connected to the host from {self.callers.pop()}"
        if self.victim.poll() is not None:
            return "it killed a process of the host's"
        return ""


def escapes(backend: str, bait: Bait) -> Iterator[Escape]:
    """Try every attack on a machine of its own; gives those that got somewhere."""
    for aim, attacks in ATTACKS.items():
        for attack in attacks:
            line = bait.line(attack)
            what = attempt(backend, line, bait)
            if what:
                yield Escape(aim, line, what)


def attempt(backend: str, line: str, bait: Bait) -> str:
    """What a command line got at; empty if nothing."""
    heard: list[str] = []

    def ask(call: Invocation) -> str:
        heard.extend((*call.argv, call.stdin, call.cwd, *call.env.values()))
        return "answer\n"

    with open_sandbox(backend, limits=LIMITS) as box:
        box.register(Command("ask", ask, stdin=True))
        before = time.monotonic()
        result = box.exec(line, TIMEOUT)
        took = time.monotonic() - before
        if took > TIMEOUT + SLACK:
            return f"it ran for {took:.1f} s"
        if len(result.out) > LIMITS.output or len(result.err) > LIMITS.output:
            return "its output is longer than the limit"
        told = [result.out, result.err, *heard]
        if any(bait.token in text for text in told):
            return "it read a token of the host's"
        return bait.harmed() or _looked(box, bait) or _answers(box)


def _looked(box: Sandbox, bait: Bait) -> str:
    """What the host itself meets when it looks at the machine's files."""
    size = 0
    for top in ("/work", "/tmp", "/home"):
        for path, stat in box.walk(top):
            size += stat.size if stat.kind == "file" and not path.endswith("sparse") else 0
            if stat.kind == "link":
                with contextlib.suppress(OSError):
                    box.write(path, "x")
                with contextlib.suppress(OSError):
                    if bait.token.encode() in box.read(path):
                        return "the host followed a link out of the machine"
            elif (
                stat.kind == "file"
                and stat.size < 1 << 20
                and bait.token.encode() in box.read(path)
            ):
                return "a file of the machine holds a token of the host's"
    for through in (f"/work/root{bait.secret}", f"/work/..{bait.secret}", str(bait.secret)):
        with contextlib.suppress(OSError):
            if bait.token.encode() in box.read(through):
                return "the host read one of its own files through the machine"
    if size > LIMITS.memory:
        return f"its files hold {size:,} bytes"
    return bait.harmed()


def _answers(box: Sandbox) -> str:
    if not box.on:
        return ""
    try:
        result = box.exec("echo still here", 10.0)
    except PoweredOff:
        return ""
    return "" if result.out == "still here\n" else f"the machine does not answer: {result}"
