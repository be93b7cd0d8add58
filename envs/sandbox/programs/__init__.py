"""Programs of a sandbox in pure Python, over nothing but its `Files`.

    result = run("chmod", Invocation(("chmod", "-x", "a.sh"), "", {}, "/work", box))

`MODES` holds those that change names and modes, which every backend needs to get right; `PLAIN`
those of a machine that has no shell.
"""

from __future__ import annotations

from collections.abc import Callable

from ..protocol import Invocation, Result
from . import moving, reading
from .arguments import Refusal, Run

Program = Callable[[Run], None]

MODES: dict[str, Program] = {
    "chmod": moving.chmod,
    "cp": moving.cp,
    "install": moving.install,
    "mv": moving.mv,
    "rm": moving.rm,
    "unlink": moving.unlink,
}

PLAIN: dict[str, Program] = {
    **MODES,
    **{
        name: getattr(reading, name)
        for name in (
            "cat",
            "echo",
            "grep",
            "head",
            "ln",
            "ls",
            "mkdir",
            "stat",
            "tail",
            "touch",
            "wc",
        )
    },
}
"""All of them: what a machine without a shell has."""


def run(program: Program, call: Invocation) -> Result:
    """Run a program; whatever its files raise becomes its error message."""
    name = call.argv[0].rpartition("/")[2]
    running = Run(name, call)
    try:
        program(running)
    except Refusal as refusal:
        running.fail(str(refusal), refusal.code)
    except OSError as error:
        running.fail(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))
    return running.result()


__all__ = ["MODES", "PLAIN", "Program", "run"]
