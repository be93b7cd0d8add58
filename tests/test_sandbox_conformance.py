"""What the sandboxes make of a shutdown script, held to what Linux and bash make of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from palestra.envs.sandbox import Command, File, Invocation, backends, open_sandbox
from palestra.envs.sandbox.conformance import compare, manipulations
from palestra.envs.sandbox.programs.modes import new_mode

HERE = [each.name for each in backends() if each.available and each.name != "tools-only"]


def test_the_list_has_every_manipulation_once() -> None:
    listed = manipulations()
    assert len({each.id for each in listed}) == len({each.commands for each in listed}) == 51
    assert 30 <= sum(each.outcome.survives for each in listed) <= 40  # both outcomes are tried


@pytest.mark.parametrize("backend", HERE)
def test_a_backend_agrees_with_linux_or_says_why_not(backend: str) -> None:
    for finding in compare(backend):
        reason = finding.manipulation.differs.get(backend)
        assert finding.agrees == (reason is None), finding


def test_real_programs_know_no_difference() -> None:
    differing = [each for each in manipulations() if set(each.differs) - {"memory-shell"}]
    assert differing == []


MODES = [
    "+x", "-x", "a-x", "u-x,g-x,o-x", "644", "000", "755", "0755", "4755",
    "u=rwx,go=", "go=u", "o=g", "a=r,u+w", "+X", "a+X", "u+s", "-w", "+w",
    "=r", "u+rwx,g-w,o=x", "g+s", "+t", "ug=rw,o-r", "u-x+w", "a+rw-x",
]  # fmt: skip


def test_modes_are_read_as_chmod_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    os.umask(mask := os.umask(0o022))
    for text in MODES:
        for old in (0o644, 0o755, 0o000, 0o421, 0o777):
            file.chmod(old)
            subprocess.run(
                ["sh", "-c", 'umask 022; chmod -- "$1" "$2"', "sh", text, str(file)],
                capture_output=True,
            )
            assert new_mode(text, old) == file.stat().st_mode & 0o7777, (text, oct(old))
    assert mask == os.umask(mask)


@pytest.mark.parametrize("text", ["", "+q", "888", "u", "77777", "u+x;g", "x"])
def test_what_is_no_mode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("+", r"\+") or "$"):
        new_mode(text, 0o644)


LINES = (
    "cp a b; cp a d; cp -r d e; cp a; cp none x; cp -v a c; cp d f; cp -n b a; cp -p x.sh y.sh",
    "mv a b; mv b d; mv none x; mv d/b d/c; mv d e; mv -v x.sh y.sh; mv y.sh e; mv e e/sub",
    "rm none; rm -f none; rm d; rm -r d; rm -v a; rm; rm -d e; rm ..; rm -rf x.sh a",
    "install a i; install -m 600 a j; install -d k/l; install none z; install -m 9 a q",
    "chmod 600 a; chmod -R go-rwx d; chmod +x none; chmod; chmod u+x; chmod zz a; chmod -v 644 a",
    "unlink a; unlink none; unlink d; unlink; ln -s a l; unlink l; cp l m; rm l; mkdir a d/n",
    "ln -s x.sh l; cp l m; mv l n; chmod 700 n; cp -P n o; rm n; cat o; ln -s d dd; mv a dd; rm dd",
    "cp a x.sh; cat x.sh > a; rm x.sh; cp a x.sh; mv -T a x.sh; cp -t d x.sh; cp -a d g; mv x.sh d",
)  # fmt: skip


@pytest.mark.skipif("bwrap" not in HERE, reason="needs bubblewrap")
@pytest.mark.parametrize("line", LINES)
def test_programs_of_ours_do_what_the_real_ones_do(line: str) -> None:
    files = {
        "/work/a": "first\n", "/work/x.sh": File("second\n", 0o755), "/work/d/in": "third\n",
    }  # fmt: skip
    seen = []
    for backend in ("bwrap", "memory-shell"):
        with open_sandbox(backend, files=files) as box:
            codes = [box.exec(part).code for part in line.split(";")]
            held = [
                (path, stat, box.read(path) if stat.kind == "file" else b"")
                for path, stat in box.walk("/work")
            ]
            seen.append((codes, held))
    assert seen[0] == seen[1]


def test_a_registered_command_goes_before_a_program_under_every_name() -> None:
    for backend in HERE:
        calls: list[Invocation] = []
        with open_sandbox(backend) as box:
            box.register(Command("kill", lambda call, calls=calls: (calls.append(call), "")[1]))
            for line in ("kill 1", "/bin/kill -9 1", "/usr/bin/kill x", "bash -c 'kill -s TERM 1'"):
                box.exec(line)
            box.exec("kill() { echo mine; }; kill 1")
        assert [call.argv[1:] for call in calls] == [
            ("1",), ("-9", "1"), ("x",), ("-s", "TERM", "1"),
        ]  # fmt: skip
