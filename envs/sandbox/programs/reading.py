"""Programs that look at files and make simple ones: for a machine that has no shell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from ..protocol import Stat
from .arguments import Refusal, Run, parse


def cat(run: Run) -> None:
    """Print files."""
    given = parse(run.call.argv[1:], "n", "", {"number": "n"})
    for operand in given.operands:
        data = _read(run, operand)
        if data is not None:
            lines = data.splitlines(keepends=True)
            numbered = (f"{n:6}\t{line}" for n, line in enumerate(lines, 1))
            run.out.append("".join(numbered) if "n" in given else data)


def echo(run: Run) -> None:
    """Print the arguments."""
    words = list(run.call.argv[1:])
    end = "\n"
    if words[:1] == ["-n"]:
        words, end = words[1:], ""
    run.out.append(" ".join(words) + end)


def head(run: Run) -> None:
    """The first lines of files: -n N."""
    _part(run, lambda lines, n: lines[:n])


def tail(run: Run) -> None:
    """The last lines of files: -n N."""
    _part(run, lambda lines, n: lines[-n:] if n else [])


def grep(run: Run) -> None:
    """Lines that match a Python regular expression: -i -n -v -c -l -F."""
    given = parse(run.call.argv[1:], "invclFEHr", "e")
    operands = list(given.operands)
    text = given.flags.get("e") or (operands.pop(0) if operands else "")
    if not text or not operands:
        raise Refusal("usage: grep [-invclF] PATTERN FILE...", 2)
    text = re.escape(text) if "F" in given else text
    if len(text) > 200:
        raise Refusal("the pattern is longer than 200 characters", 2)
    try:
        pattern = re.compile(text, re.I if "i" in given else 0)
    except re.error as error:
        raise Refusal(f"invalid pattern: {error}", 2) from None
    run.code = 1
    for operand in operands:
        data = _read(run, operand, code=2)
        if data is None:
            continue
        found = [
            f"{number}:{line}" if "n" in given else line
            for number, line in enumerate(data[:1_000_000].splitlines(), 1)
            if (pattern.search(line[:2_000]) is None) == ("v" in given)
        ]
        run.code = 0 if found and run.code == 1 else run.code
        if "l" in given:
            found = [operand] if found else []
        elif "c" in given:
            found = [str(len(found))]
        elif len(operands) > 1:
            found = [f"{operand}:{line}" for line in found]
        for line in found:
            run.say(line)


def wc(run: Run) -> None:
    """Count lines, words and bytes: -l -w -c."""
    given = parse(run.call.argv[1:], "lwc")
    for operand in given.operands:
        data = _read(run, operand)
        if data is not None:
            counts = {"l": data.count("\n"), "w": len(data.split()), "c": len(data.encode())}
            shown = [n for letter, n in counts.items() if letter in given or not given.flags]
            run.say(" ".join([*map(str, shown), operand]))


def ls(run: Run) -> None:
    """List folders: -l -a -A -1 -d."""
    given = parse(run.call.argv[1:], "laA1dhF")
    for operand in given.operands or ["."]:
        path = run.path(operand)
        found = run.followed(path) if "l" not in given else run.files.stat(path)
        if found is None:
            run.fail(f"cannot access '{operand}': No such file or directory", 2)
        elif found.kind != "folder" or "d" in given:
            run.say(_line(operand, found) if "l" in given else operand)
        else:
            if len(given.operands) > 1:
                run.say(f"{operand}:")
            for name in run.files.list(path):
                inside = run.files.stat(posixpath.join(path, name))
                if inside is not None and (name[0] != "." or "a" in given or "A" in given):
                    run.say(_line(name, inside) if "l" in given else name)


def stat(run: Run) -> None:
    """What paths are."""
    for operand in parse(run.call.argv[1:], "").operands:
        found = run.files.stat(run.path(operand))
        if found is None:
            run.fail(f"cannot statx '{operand}': No such file or directory")
        else:
            run.say(_line(operand, found))


def mkdir(run: Run) -> None:
    """Make folders: -p."""
    given = parse(run.call.argv[1:], "pv", "m", {"parents": "p"})
    for operand in given.operands:
        path = run.path(operand)
        if "p" not in given and run.files.stat(path) is not None:
            run.fail(f"cannot create directory '{operand}': File exists")
        elif "p" not in given and run.files.stat(posixpath.dirname(path)) is None:
            run.fail(f"cannot create directory '{operand}': No such file or directory")
        else:
            run.files.mkdir(path)


def touch(run: Run) -> None:
    """Make empty files."""
    for operand in parse(run.call.argv[1:], "acm").operands:
        if run.files.stat(run.path(operand)) is None:
            run.files.write(run.path(operand), b"")


def ln(run: Run) -> None:
    """Make a symbolic link: -s -f."""
    given = parse(run.call.argv[1:], "sfn", "", {"symbolic": "s", "force": "f"})
    if "s" not in given or len(given.operands) != 2:
        raise Refusal("usage: ln -s [-f] TARGET LINK")
    target, operand = given.operands
    if "f" in given and run.files.stat(run.path(operand)) is not None:
        run.files.remove(run.path(operand))
    run.files.link(run.path(operand), target)


def _read(run: Run, operand: str, code: int = 1) -> str | None:
    try:
        return run.files.read(run.path(operand)).decode("utf-8", "replace")
    except OSError as error:
        run.fail(f"{operand}: {error.strerror}", code)
        return None


def _part(run: Run, cut: Callable[[list[str], int], list[str]]) -> None:
    words = list(run.call.argv[1:])
    if words and re.fullmatch(r"-\d+", words[0]):
        words[0] = f"-n{words[0][1:]}"
    given = parse(words, "q", "n", {"lines": "n"})
    count = given.flags.get("n", "10")
    if not count.isdigit():
        raise Refusal(f"invalid number of lines: '{count}'")
    for operand in given.operands:
        data = _read(run, operand)
        if data is not None:
            run.out.append("".join(cut(data.splitlines(keepends=True), int(count))))


def _line(name: str, found: Stat) -> str:
    letter = {"folder": "d", "link": "l"}.get(found.kind, "-")
    bits = "".join(
        mark if found.mode >> (8 - place) & 1 else "-" for place, mark in enumerate("rwxrwxrwx")
    )
    arrow = f" -> {found.target}" if found.kind == "link" else ""
    return f"{letter}{bits} {found.size:8} {name}{arrow}"
