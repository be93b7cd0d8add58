"""Sandboxes: small machines for agents' command lines, behind one protocol.

    from palestra.envs.sandbox import Command, File, open_sandbox

    box = open_sandbox(files={"/work/run.sh": File("echo hello", mode=0o755)})
    print(box.exec("./run.sh | tr a-z A-Z").out)
    box.close()

This is a component that environments use, not an environment. `protocol.py` says what a sandbox is;
`memory.py`, `bwrap.py`, `docker.py` and `plain.py` are the backends.
"""

from .opening import BACKENDS, Backend, backends, open_sandbox
from .protocol import (
    Capabilities,
    Command,
    File,
    Files,
    Invocation,
    Limits,
    Link,
    PoweredOff,
    Result,
    Sandbox,
    SandboxError,
    Stat,
)

__all__ = [
    "BACKENDS",
    "Backend",
    "Capabilities",
    "Command",
    "File",
    "Files",
    "Invocation",
    "Limits",
    "Link",
    "PoweredOff",
    "Result",
    "Sandbox",
    "SandboxError",
    "Stat",
    "backends",
    "open_sandbox",
]
