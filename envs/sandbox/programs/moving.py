"""Programs that change names and modes: chmod, cp, install, mv, rm, unlink.

A backend whose own programs treat modes otherwise than Linux does takes these instead.
"""

from __future__ import annotations

import posixpath

from ..protocol import Files, Stat
from .arguments import Refusal, Run, parse
from .modes import UMASK, new_mode


def chmod(run: Run) -> None:
    """Set permission bits: octal and symbolic modes, -R, -v, -c, -f, --reference."""
    long = {"recursive": "R", "verbose": "v", "changes": "c", "silent": "f", "quiet": "f"}
    given = parse(run.call.argv[1:], "Rvcf", "@", {**long, "reference": "@"}, operand="rwxXst")
    operands = given.operands
    if "@" in given:
        model = run.followed(run.path(given.flags["@"]))
        if model is None:
            raise Refusal(
                f"failed to get attributes of '{given.flags['@']}': No such file or directory"
            )
        text = f"{model.mode:o}"
    elif not operands:
        raise Refusal("missing operand")
    else:
        text, operands = operands[0], operands[1:]
    if not operands:
        raise Refusal(f"missing operand after '{text}'")
    for operand in operands:
        path = run.path(operand)
        found = run.followed(path)
        if found is None:
            run.code = 1
            if "f" not in given:
                run.fail(f"cannot access '{operand}': No such file or directory")
            continue
        below = run.files.walk(path) if "R" in given and found.kind == "folder" else ()
        for each, stat in [(path, found), *below]:
            if stat.kind == "link":
                continue
            try:
                mode = new_mode(text, stat.mode, stat.kind == "folder")
            except ValueError:
                raise Refusal(f"invalid mode: '{text}'") from None
            run.files.chmod(each, mode)
            if "v" in given or ("c" in given and mode != stat.mode):
                what = "changed from" if mode != stat.mode else "retained as"
                run.say(f"mode of '{operand}' {what} {stat.mode:04o}")


def cp(run: Run) -> None:
    """Copy: -r -R -a -p -f -n -v -t -T -d -P -L; an existing file keeps its mode without -p."""
    long = {
        "recursive": "r", "archive": "a", "preserve": "p", "force": "f", "no-clobber": "n",
        "verbose": "v", "target-directory": "t", "no-target-directory": "T",
        "no-dereference": "P", "dereference": "L", "remove-destination": "x",
    }  # fmt: skip
    given = parse(run.call.argv[1:], "rRapfnvTdPLiux", "t", long)
    deep = any(letter in given for letter in "rRa")
    keep = any(letter in given for letter in "pa")
    links = any(letter in given for letter in "aPd") or ("r" in given and "L" not in given)
    for source, target, shown in _pairs(run, given.operands, given.flags.get("t"), "T" in given):
        found = run.files.stat(source) if links else run.followed(source)
        there = run.followed(target)
        if found is None:
            run.fail(f"cannot stat '{shown}': No such file or directory")
        elif found.kind == "folder" and not deep:
            run.fail(f"-r not specified; omitting directory '{shown}'")
        elif there is not None and "n" in given:
            continue
        elif source == target:
            run.fail(f"'{shown}' and '{shown}' are the same file")
        else:
            if "x" in given and there is not None:
                run.files.remove(target)
            copy(run.files, source, target, found, keep)
            if "v" in given:
                run.say(f"'{shown}' -> '{target}'")


def mv(run: Run) -> None:
    """Rename: -f -n -v -i -u -t -T."""
    long = {"force": "f", "no-clobber": "n", "verbose": "v", "target-directory": "t"}
    given = parse(run.call.argv[1:], "fnviuT", "t", {**long, "no-target-directory": "T"})
    for source, target, shown in _pairs(run, given.operands, given.flags.get("t"), "T" in given):
        found, there = run.files.stat(source), run.files.stat(target)
        if found is None:
            run.fail(f"cannot stat '{shown}': No such file or directory")
        elif source == target:
            run.fail(f"'{shown}' and '{shown}' are the same file")
        elif target.startswith(f"{source}/"):
            run.fail(f"cannot move '{shown}' to a subdirectory of itself, '{target}'")
        elif there is not None and "n" in given:
            continue
        elif there is not None and there.kind == "folder" and found.kind != "folder":
            run.fail(f"cannot overwrite directory '{target}' with non-directory")
        elif found.kind == "folder" and there is not None and there.kind != "folder":
            run.fail(f"cannot overwrite non-directory '{target}' with directory '{shown}'")
        elif there is not None and there.kind == "folder" and run.files.list(target):
            run.fail(f"cannot move '{shown}' to '{target}': Directory not empty")
        else:
            if there is not None:
                run.files.remove(target)
            copy(run.files, source, target, found, keep=True)
            run.files.remove(source)
            if "v" in given:
                run.say(f"renamed '{shown}' -> '{target}'")


def rm(run: Run) -> None:
    """Remove: -r -R -f -d -v -i -I."""
    long = {"recursive": "r", "force": "f", "dir": "d", "verbose": "v"}
    given = parse(run.call.argv[1:], "rRfdviI", "", long)
    deep, force = "r" in given or "R" in given, "f" in given
    if not given.operands and not force:
        raise Refusal("missing operand")
    for operand in given.operands:
        if operand.rstrip("/").rpartition("/")[2] in (".", "..") or run.path(operand) == "/":
            run.fail(f"refusing to remove '.' or '..' or '/': skipping '{operand}'")
            continue
        path = run.path(operand)
        found = run.files.stat(path)
        if found is None:
            if not force:
                run.fail(f"cannot remove '{operand}': No such file or directory")
        elif found.kind == "folder" and not deep and ("d" not in given or run.files.list(path)):
            why = "Directory not empty" if "d" in given else "Is a directory"
            run.fail(f"cannot remove '{operand}': {why}")
        else:
            run.files.remove(path)
            if "v" in given:
                run.say(f"removed '{operand}'")


def unlink(run: Run) -> None:
    """Remove one file."""
    operands = parse(run.call.argv[1:], "").operands
    if len(operands) != 1:
        raise Refusal("missing operand" if not operands else f"extra operand '{operands[1]}'")
    found = run.files.stat(run.path(operands[0]))
    if found is None or found.kind == "folder":
        why = "No such file or directory" if found is None else "Is a directory"
        raise Refusal(f"cannot unlink '{operands[0]}': {why}")
    run.files.remove(run.path(operands[0]))


def install(run: Run) -> None:
    """Copy and set the mode: -m MODE (755), -d, -D, -t, -T, -v, -C, -p; owners are ignored."""
    long = {"mode": "m", "directory": "d", "target-directory": "t", "verbose": "v"}
    given = parse(run.call.argv[1:], "dDTvCpcs", "mtog", long)
    try:
        mode = new_mode(given.flags.get("m", "755"), 0)
    except ValueError:
        raise Refusal(f"invalid mode '{given.flags['m']}'") from None
    if "d" in given:
        for operand in given.operands:
            run.files.mkdir(run.path(operand))
            run.files.chmod(run.path(operand), mode)
        return
    for source, target, shown in _pairs(run, given.operands, given.flags.get("t"), "T" in given):
        found = run.followed(source)
        if found is None:
            run.fail(f"cannot stat '{shown}': No such file or directory")
        elif found.kind == "folder":
            run.fail(f"omitting directory '{shown}'")
        else:
            data = run.files.read(source)
            if run.files.stat(target) is not None:
                run.files.remove(target)
            run.files.write(target, data, mode)


def copy(files: Files, source: str, target: str, found: Stat, keep: bool) -> None:
    """Copy a file, a link or a folder with all in it; with `keep`, modes too.

    Raises:
        Refusal: the target lies in no folder, or is of another kind.
    """
    parent = files.stat(posixpath.dirname(target))
    if parent is None:
        raise Refusal(f"cannot create regular file '{target}': No such file or directory")
    there = files.stat(target)
    if found.kind == "link":
        if there is not None:
            files.remove(target)
        files.link(target, found.target)
    elif found.kind == "folder":
        if there is not None and there.kind != "folder":
            raise Refusal(f"cannot overwrite non-directory '{target}' with directory")
        inside = [name for name in files.list(source) if f"{source}/{name}" != target]
        files.mkdir(target)
        for name in inside:
            child = files.stat(f"{source}/{name}")
            if child is not None:
                copy(files, f"{source}/{name}", f"{target}/{name}", child, keep)
        files.chmod(target, found.mode)
    else:
        mode = found.mode if keep else None if there else found.mode & ~UMASK
        files.write(target, files.read(source), mode)


def _pairs(
    run: Run, operands: list[str], folder: str | None, plain: bool
) -> list[tuple[str, str, str]]:
    """Source, target and the source as typed, of each thing to be copied or moved."""
    if folder is None:
        if len(operands) < 2:
            what = f"missing destination file operand after '{operands[0]}'" if operands else ""
            raise Refusal(what or "missing file operand")
        operands, folder = operands[:-1], operands[-1]
        into = run.followed(run.path(folder))
        if plain or into is None or into.kind != "folder":
            if len(operands) > 1:
                raise Refusal(f"target '{folder}' is not a directory")
            if folder.endswith("/"):
                raise Refusal(f"cannot create regular file '{folder}': Not a directory")
            return [(run.path(operands[0]), run.path(folder), operands[0])]
    base = run.path(folder)
    return [
        (run.path(o), posixpath.join(base, posixpath.basename(o.rstrip("/"))), o) for o in operands
    ]
