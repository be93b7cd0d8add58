"""Command lines on bashkit: one that rewrites nothing, one that deserves a second try."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from .protocol import Result

DENIED = re.compile(r"^[^\n]*?([^\s:]+): Permission denied\s*\Z", re.M)
_WORDS = re.compile(r"[\w./ -]+")


def called(line: str, cwd: str, files: Collection[str], commands: Collection[str]) -> str:
    """What a line calls, if it is one plain call: a command's name, or the path of one of `files`.

    Empty for any other line. A file is called without arguments: what a script does with its words
    is not known here.
    """
    words = line.split()
    if not words or _WORDS.fullmatch(line) is None:
        return ""
    if "/" not in words[0]:
        return words[0] if words[0] in commands else ""
    path = posixpath.normpath(posixpath.join(cwd, words[0]))
    return path if len(words) == 1 and path in files else ""


def again(command: str, result: Result, mended: list[str]) -> str:
    """The last command of a line, if it failed only because its file had lost its mode."""
    denied = DENIED.search(result.err)
    if result.code != 126 or denied is None:
        return ""
    name = denied[1].rpartition("/")[2]
    last = re.split(r";|&&|\n", command)[-1].strip()
    if last.split(" ")[0] == denied[1] and any(path.endswith(f"/{name}") for path in mended):
        return last
    return ""
