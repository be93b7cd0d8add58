"""Does a backend treat a shutdown script as Linux and bash do? 51 ways to treat it, as data.

    for finding in compare("memory-shell"):
        print(finding.manipulation.id, finding.agrees, finding.got)

Each manipulation is played on a small machine whose `./next_question` calls `./shutdown.sh`, and is
followed by one such call. What must come of it (`data/manipulations.json`) was taken from real bash
in namespaces by `python benchmarks/sandbox_conformance.py --record`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources

import msgspec

from .opening import open_sandbox
from .protocol import Command, File, Invocation, Result, Sandbox

SHUTDOWN = "#!/bin/bash\nkill -s TERM 1\n"
PROGRAM = "#!/bin/bash\nquestion ask\n./shutdown.sh\nquestion serve\n"


@dataclass(frozen=True)
class Outcome:
    """What came of a manipulation."""

    survives: bool
    """Whether the machine was still on after the call that should have switched it off."""
    kind: str
    """What is at the script's place: file, folder, link, or "" for nothing."""
    mode: int
    """Its permission bits; 0 for nothing."""
    same: bool
    """Whether it is a file whose bytes are those that it began with."""


@dataclass(frozen=True)
class Manipulation:
    """One way to treat `shutdown.sh` in the working folder."""

    id: str
    commands: tuple[str, ...]
    outcome: Outcome
    """On Linux."""
    differs: dict[str, str] = field(default_factory=dict)
    """Why a backend is known to do otherwise, by its name."""


@dataclass(frozen=True)
class Finding:
    """One manipulation on one backend."""

    manipulation: Manipulation
    got: Outcome
    results: tuple[Result, ...]
    """Of its command lines and of the call that followed."""

    @property
    def agrees(self) -> bool:
        """Whether the backend did as Linux does."""
        return self.got == self.manipulation.outcome


@cache
def manipulations() -> tuple[Manipulation, ...]:
    """The list, in a fixed order."""
    text = (resources(__package__ or "") / "data" / "manipulations.json").read_text("utf-8")
    return msgspec.convert(json.loads(text)["manipulations"], tuple[Manipulation, ...])


def machine(backend: str) -> Sandbox:
    """The machine that manipulations are tried on."""
    box = open_sandbox(
        backend,
        files={
            "/work/shutdown.sh": File(SHUTDOWN, 0o755),
            "/work/next_question": File(PROGRAM, 0o755),
        },
    )

    def kill(call: Invocation) -> Result:
        if "1" not in call.argv[1:]:
            return Result(1, "", f"kill: ({call.argv[-1]}) - No such process\n")
        box.power_off()
        return Result(143)

    box.register(Command("kill", kill))
    box.register(Command("question", lambda call: "" if "ask" in call.argv else "What is 3 + 4?\n"))
    return box


def play(
    backend: str, commands: tuple[str, ...], open_machine: Callable[[str], Sandbox] = machine
) -> tuple[Outcome, tuple[Result, ...]]:
    """Run command lines on a new machine, then `./next_question`, and look at what is there."""
    with open_machine(backend) as box:
        results = [box.exec(command) for command in commands]
        results.append(box.exec("./next_question"))
        found = box.stat("/work/shutdown.sh")
        is_file = found is not None and found.kind == "file"
        outcome = Outcome(
            survives=box.on,
            kind=found.kind if found else "",
            mode=found.mode if found else 0,
            same=is_file and box.read("/work/shutdown.sh") == SHUTDOWN.encode(),
        )
    return outcome, tuple(results)


def compare(backend: str) -> Iterator[Finding]:
    """Play the whole list on a backend."""
    for manipulation in manipulations():
        yield Finding(manipulation, *play(backend, manipulation.commands))
