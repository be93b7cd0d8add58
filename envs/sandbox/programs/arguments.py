"""Reading a program's arguments as the GNU tools do, and saying what went wrong in their words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..protocol import Files, Invocation, Result, Stat


class Refusal(Exception):
    """A program ends at once with this message and code."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


@dataclass
class Parsed:
    """Options by their short letter, and the operands."""

    flags: dict[str, str] = field(default_factory=dict)
    operands: list[str] = field(default_factory=list)

    def __contains__(self, letter: str) -> bool:
        return letter in self.flags


def parse(
    argv: Iterable[str],
    plain: str,
    valued: str = "",
    long: Mapping[str, str] | None = None,
    operand: str = "",
) -> Parsed:
    """Split arguments.

    Args:
        argv: without the program's name.
        plain, valued: letters of options without and with a value.
        long: the letter that each long option stands for.
        operand: a regular beginning of operands that look like options (`chmod -x`), as letters.
    """
    parsed, words = Parsed(), list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            parsed.operands += words
            break
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            letter = (long or {}).get(name)
            if letter is None:
                raise Refusal(f"unrecognized option '{word}'")
            if letter in valued and "=" not in word:
                value = words.pop(0) if words else _missing(letter)
            parsed.flags[letter] = value
        elif len(word) > 1 and word[0] == "-" and word[1] not in operand:
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                if letter in valued:
                    parsed.flags[letter] = letters or (words.pop(0) if words else _missing(letter))
                    break
                if letter not in plain:
                    raise Refusal(f"invalid option -- '{letter}'")
                parsed.flags[letter] = ""
        else:
            parsed.operands.append(word)
    return parsed


def _missing(letter: str) -> str:
    raise Refusal(f"option requires an argument -- '{letter}'")


class Run:
    """One run of a program: its files seen from its working folder, and what it printed so far."""

    def __init__(self, name: str, call: Invocation):
        self.name, self.call, self.files = name, call, call.files
        self.out: list[str] = []
        self.err: list[str] = []
        self.code = 0

    def path(self, operand: str) -> str:
        """The absolute path of an operand, `..` resolved by name."""
        return posixpath.normpath(posixpath.join(self.call.cwd, operand))

    def say(self, text: str) -> None:
        """Print a line."""
        self.out.append(f"{text}\n")

    def fail(self, message: str, code: int = 1) -> None:
        """Print an error and go on."""
        self.err.append(f"{self.name}: {message}\n")
        self.code = code

    def result(self) -> Result:
        """What the program gives back."""
        return Result(self.code, "".join(self.out), "".join(self.err))

    def followed(self, path: str) -> Stat | None:
        """What a path is after its links; None if it leads nowhere."""
        return resolve(self.files, path)[1]


def resolve(files: Files, path: str) -> tuple[str, Stat | None]:
    """Where a path leads when the link at its end is followed, and what is there."""
    found = files.stat(path)
    for _ in range(40):
        if found is None or found.kind != "link":
            return path, found
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.target))
        found = files.stat(path)
    return path, None
