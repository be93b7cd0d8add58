"""Commands that the host runs for the machine in memory, as bashkit calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .programs import MODES, run
from .protocol import Command, Files, Invocation, Result
from .telltale import uname


class _Variables(Mapping[str, str]):
    """The variables of a call, read when they are first asked for: most commands ask for none."""

    def __init__(self, context: Any):
        self._context = context
        self._held: dict[str, str] | None = None

    def _all(self) -> dict[str, str]:
        if self._held is None:
            given = self._context.env
            self._held = {k: v for k, v in given.items() if not k.startswith("BASHKIT_")}
        return self._held

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def answered(context: Any, commands: Mapping[str, Command], files: Files, hostname: str) -> Result:
    """What comes of one call (bashkit's `BuiltinContext`): a registered command, or one of ours."""
    called = context.name
    name = called.rpartition("/")[2]
    command = commands.get(name)
    stdin = (context.stdin or "") if command is not None and command.stdin else ""
    call = Invocation((called, *context.argv), stdin, _Variables(context), context.cwd, files)
    if command is not None:
        given = command.run(call)
        return given if isinstance(given, Result) else Result(0, given)
    if name == "uname":
        return uname(hostname, call)
    if name == "hostname":
        if call.argv[1:] and not call.argv[1].startswith("-"):
            return Result(1, "", "hostname: you must be root to change the host name\n")
        return Result(0, f"{hostname}\n")
    return run(MODES[name], call)
