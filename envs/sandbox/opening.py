"""Which backends there are here, and opening a sandbox of one of them.

for found in backends():
    print(found.name, found.version or found.missing)
box = open_sandbox("auto", files={"/work/a.txt": "hello\\n"})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from ..core import UsageError
from .protocol import File, Limits, Link, Sandbox

__all__ = ["BACKENDS", "Backend", "backends", "open_sandbox"]

BACKENDS = {
    "memory-shell": (
        "memory",
        "a shell and its files in this process's memory; ships with bashkit",
    ),
    "bwrap": ("bwrap", "the host's programs in kernel namespaces; the reference for the others"),
    "docker": ("docker", "an image in a container without network"),
    "tools-only": ("plain", "files and plain commands in pure Python; no shell, needs nothing"),
}
"""Module and description by name, in the order in which `auto` prefers them."""


@dataclass(frozen=True)
class Backend:
    """One kind of sandbox, as this machine has it."""

    name: str
    about: str
    version: str = ""
    missing: str = ""
    """Why it cannot be used here and what to do; empty where it can."""

    @property
    def available(self) -> bool:
        """Whether `open_sandbox` would open one."""
        return not self.missing


def backends() -> list[Backend]:
    """Every backend, the available and the missing, in the order of preference."""
    found = []
    for name, (module, about) in BACKENDS.items():
        version, missing = import_module(f".{module}", __package__).probe()
        found.append(Backend(name, about, version, missing))
    return found


def open_sandbox(
    backend: str = "auto",
    *,
    files: Mapping[str, File | Link | str | bytes] | None = None,
    cwd: str = "/work",
    env: Mapping[str, str] | None = None,
    user: str = "agent",
    hostname: str = "station",
    limits: Limits | None = None,
) -> Sandbox:
    """Open a sandbox.

    Args:
        backend: a name of `BACKENDS`, or `auto`: the first with a shell that is available.
        files: what is in it, by absolute path; a plain value is a file of mode 644.
        cwd: the working folder, made if it is not there.
        env: variables beside PATH, HOME, USER and the like; nothing of the host's is passed on.
        user, hostname: what the machine calls them. HOME is `/home/<user>`.
        limits: what it may use.

    Raises:
        UsageError: there is no such backend, or it is not available here (the message says why).
    """
    if backend != "auto" and backend not in BACKENDS:
        raise UsageError(f"no sandbox backend {backend!r}; there are auto, {', '.join(BACKENDS)}")
    names = [n for n in BACKENDS if n != "tools-only"] if backend == "auto" else [backend]
    reasons = []
    for name in names:
        module = import_module(f".{BACKENDS[name][0]}", __package__)
        missing = module.probe()[1]
        if missing:
            reasons.append(f"{name}: {missing}")
            continue
        start = Start.of(files or {}, cwd, env or {}, user, hostname)
        return module.open_box(start, limits or Limits())
    what = "no sandbox with a shell is available" if backend == "auto" else "not available"
    raise UsageError(f"{what}: {'; '.join(reasons)}. See `palestra sandboxes`")


@dataclass(frozen=True)
class Start:
    """How a machine begins: the same for every backend."""

    files: Mapping[str, File | Link]
    cwd: str
    env: Mapping[str, str]
    user: str
    hostname: str

    @classmethod
    def of(
        cls,
        files: Mapping[str, File | Link | str | bytes],
        cwd: str,
        env: Mapping[str, str],
        user: str,
        hostname: str,
    ) -> Start:
        """Checked and completed.

        Raises:
            UsageError: a path is not absolute and plain, or lies in a folder of the system's.
        """
        checked = {}
        for path, given in files.items():
            _check(path)
            checked[path] = given if isinstance(given, File | Link) else File(given)
        _check(f"{cwd}/x")
        home = f"/home/{user}"
        base = {
            "HOME": home,
            "LANG": "C.UTF-8",
            "LOGNAME": user,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "SHELL": "/bin/bash",
            "TERM": "dumb",
            "USER": user,
        }
        return cls(checked, cwd, {**base, **env}, user, hostname)


SYSTEM = ("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "proc", "run", "sbin", "sys", "usr")
"""Top folders that belong to the machine."""


def _check(path: str) -> None:
    parts = path.split("/")
    if parts[0] or len(parts) < 3 or any(part in ("", ".", "..") for part in parts[1:]):
        raise UsageError(
            f"{path!r} is no place for a file: give an absolute path below a folder, such as "
            "/work/notes.txt, without '.' or '..'"
        )
    if parts[1] in SYSTEM:
        raise UsageError(
            f"{path!r}: /{parts[1]} belongs to the machine; use /work, /home, /srv, ..."
        )
