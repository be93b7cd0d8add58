"""The allocator of memory: on a CPU, the C library's own slows a long training run down.

glibc keeps large free blocks in one list, sorted by size. Training on conversations of all lengths
leaves hundreds of sizes in it, and one thread searches it while the others wait. tcmalloc and
jemalloc do not. A running process cannot change its allocator, so this only says what to do.
"""

from __future__ import annotations

import platform
import sys
from ctypes.util import find_library
from pathlib import Path

import torch

__all__ = ["advice"]

_OTHERS = ("tcmalloc", "jemalloc", "mimalloc")
_USUAL = "libtcmalloc_minimal.so.4"


def advice() -> str | None:
    """What would make training on this machine faster; None where nothing is to be said."""
    if torch.cuda.is_available() or sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        return None
    if any(name in Path("/proc/self/maps").read_text() for name in _OTHERS):
        return None
    found = next(filter(None, map(find_library, ("tcmalloc_minimal", "tcmalloc", "jemalloc"))), "")
    install = "" if found else "install tcmalloc (Debian, Ubuntu: libtcmalloc-minimal4) and "
    return (
        "On a CPU, steps are often faster with another allocator: "
        f"{install}begin the command with LD_PRELOAD={found or _USUAL}"
    )
