"""A bash that is kept from one command line to the next, and the host's end of its pipes.

`INIT` is process 1 of the machine: it starts a shell (`WORKER`) that reads command lines from
descriptor 7 and reports on 9, and starts another when that one ends. When process 1 itself ends
(`kill -TERM 1`), the kernel ends the whole machine. It ends as well when the host has gone: then
descriptor 7 is at its end (a shell that says 211 while it is not was told to by the agent).
"""

from __future__ import annotations

import os
import re
import selectors
import shlex
import signal
import time
from collections.abc import Callable

from .protocol import Limits, Result, SandboxError

WORKER = r"""
while IFS= read -r -d '' -u 7 HOST_LINE; do
  eval "unset HOST_LINE
${HOST_LINE}" </dev/null >&5 2>&6 5>&- 6>&- 7<&- 9>&-
  printf 'done %s %s\0' "$?" "$PWD" >&9
done
exit 211
"""
INIT = r"""
trap 'exit 143' TERM
trap 'kill -KILL -1' USR1
ulimit -c 0 -n 256 -u {processes} -v {memory} -f {file}
printf up >&9
while :; do
  /bin/bash --norc --noprofile -c "$1" bash &
  while kill -0 $!; do wait $!; code=$?; done 2>/dev/null
  [ "$code" = 211 ] && read -r -t 0 -u 7 && exit 1
  printf 'gone %s \0' "$code" >&9
done
"""
_REPORT = re.compile(rb"(done|gone) (\d{1,3}) (.*)\Z", re.S)
GRACE = 3.0
"""Seconds that a machine has to start a new shell."""


def init(limits: Limits) -> str:
    """The script of process 1."""
    return (
        INIT.replace("{processes}", str(limits.processes))
        .replace("{memory}", str(limits.memory >> 10))
        .replace("{file}", str(limits.file_size >> 10))
    )


class Kept:
    """The host's ends: output, errors, command lines, reports.

    Args:
        out, err, lines, reports: descriptors.
        signal_init: sends a signal to process 1.
        requests: descriptor that has calls of registered commands, and what answers them.
        limits: of the machine.
    """

    def __init__(
        self,
        out: int,
        err: int,
        lines: int,
        reports: int,
        signal_init: Callable[[int], None],
        requests: tuple[int, Callable[[], None]],
        limits: Limits,
    ):
        self.handles = (out, err, lines, reports)
        self._signal, self._requests, self._limits = signal_init, requests, limits
        self._lines, self._reports = lines, reports
        self._seen: dict[int, bytearray] = {out: bytearray(), err: bytearray()}
        self._out, self._err = out, err
        self._report = b""
        self._selector = selectors.DefaultSelector()
        for handle in (out, err, reports, requests[0]):
            os.set_blocking(handle, False)
            self._selector.register(handle, selectors.EVENT_READ)
        os.set_blocking(lines, True)
        self.cwd = "/"
        """Where the last command line ended."""
        self.anew = False
        """Whether another shell took the place of the last one, and is not yet where that was."""

    def close(self) -> None:
        """Give everything back."""
        self._selector.close()
        for handle in self.handles:
            os.close(handle)

    def run(self, line: str, timeout: float, alive: Callable[[], bool], most: int = 0) -> Result:
        """Run one command line.

        Returns:
            Its result; code 143 if the machine ended or was switched off meanwhile.
        """
        if self.anew:
            self.anew = False
            self.run(f"cd {shlex.quote(self.cwd)}", GRACE, alive)
        most = most or self._limits.output
        for handle in self._seen:  # what background processes printed since
            self._drain(handle, 0)
            self._seen[handle].clear()
        self._report = b""
        try:
            os.write(self._lines, line.replace("\0", "").encode("utf-8", "replace") + b"\0")
        except BrokenPipeError:
            return Result(143)
        dropped: set[int] = set()
        deadline = time.monotonic() + timeout
        code, timed_out = None, False
        while code is None:
            left = deadline - time.monotonic()
            if left <= 0:
                if timed_out:
                    raise SandboxError("the machine does not start a new shell")
                timed_out, deadline = True, time.monotonic() + GRACE
                self._signal(signal.SIGUSR1)
                continue
            for key, _ in self._selector.select(min(left, 1.0)):
                if key.fd in self._seen:
                    if self._drain(key.fd, most * 4):
                        dropped.add(key.fd)
                elif key.fd == self._requests[0]:
                    self._requests[1]()
                    if not alive():
                        return self._result(143, dropped, False, most)
                else:
                    code = self._reported(timed_out)
            if code is None and not alive():
                return self._result(143, dropped, False, most)
        for handle in self._seen:
            if self._drain(handle, most * 4):
                dropped.add(handle)
        return self._result(124 if timed_out else code, dropped, timed_out, most)

    def _reported(self, timed_out: bool) -> int | None:
        try:
            data = os.read(self._reports, 65_536)
        except BlockingIOError:
            return None
        if not data:
            return 143
        *reports, self._report = (self._report + data).split(b"\0")
        self._report = self._report[-65_536:]
        for report in reports:
            found = _REPORT.match(report)
            if found is None or (timed_out and found[1] == b"done"):
                continue
            self.anew = found[1] == b"gone"
            if not self.anew:
                self.cwd = found[3].decode("utf-8", "replace")
            return int(found[2])
        return None

    def _drain(self, handle: int, most: int) -> bool:
        """Read what is there; says whether some of it was dropped."""
        dropped = False
        for _ in range(64):  # so that a flood does not keep the host from its clock
            try:
                data = os.read(handle, 65_536)
            except BlockingIOError:
                break
            if not data:
                break
            room = most - len(self._seen[handle])
            self._seen[handle] += data[: max(room, 0)]
            dropped = dropped or len(data) > room
        return dropped

    def _result(self, code: int, dropped: set[int], timed_out: bool, most: int) -> Result:
        out = self._seen[self._out].decode("utf-8", "replace")
        err = self._seen[self._err].decode("utf-8", "replace")
        cut = bool(dropped) or len(out) > most or len(err) > most
        return Result(code, out[:most], err[:most], cut, timed_out)
