"""Options of environments as flags: the command's own stay its own, wrong ones are explained."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from palestra.cli.flags import _rewritten
from palestra.envs.core import UsageError

KNOWN = {"--agent": False, "-a": False, "--tasks": False, "-n": False, "--json": True}


def palestra(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "palestra", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=300)


def planned(*arguments: str, cwd: Path) -> dict[str, Any]:
    done = palestra("run", *arguments, "--dry-run", "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    (cell,) = json.loads(done.stdout)
    return cell["config"]["options"]


def test_a_flag_says_what_dash_o_says(tmp_path: Path) -> None:
    command = "formal --language parity --shots 20 --style description --delta 0.45 -a majority"
    expected = {"language": "parity", "shots": 20, "style": "description", "delta": 0.45}
    assert planned(*command.split(), cwd=tmp_path) == expected
    same = [f"-o{name}={value}" for name, value in expected.items()]
    assert planned("formal", "-a", "majority", *same, cwd=tmp_path) == expected


@pytest.mark.parametrize(
    ("arguments", "rewritten"),
    [
        ("x --shots 5", "x --option shots=5"),
        ("x --shots=5 -n 3", "x --option shots=5 -n 3"),
        ("x --tool-calls 16", "x --option tool_calls=16"),
        ("x --agent --odd --json", "x --agent --odd --json"),  # a value that looks like a flag
        ("x -a --odd", "x -a --odd"),
        ("x --delta -1", "x --option delta=-1"),
        ("--a=b=c y", "--option a=b=c y"),
        ("x -- --shots 5", "x -- --shots 5"),
        ("x --json --tasks 5", "x --json --tasks 5"),
    ],
)
def test_only_unknown_flags_are_rewritten(arguments: str, rewritten: str) -> None:
    assert _rewritten(arguments.split(), KNOWN, {}) == rewritten.split()


@pytest.mark.parametrize("arguments", ["x --strict", "x --strict --json"])
def test_a_flag_needs_a_value(arguments: str) -> None:
    with pytest.raises(UsageError, match="give a value, as in --strict VALUE"):
        _rewritten(arguments.split(), KNOWN, {})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run formal --langage parity", "(did you mean --language?), nor of palestra/Formal-v0"),
        ("run formal --agnt oracle", "--agnt is no option of this command (did you mean --agent?)"),
        ("run formal --language klingon --dry-run", "expected one of parity, pattern"),
        ("check formal --shot 5", "(did you mean --shots?)"),
        ("play browse --shots 5", "whose options are attributes, blur, corpus"),
    ],
)
def test_a_wrong_flag_is_explained(arguments: str, said: str, tmp_path: Path) -> None:
    done = palestra(*arguments.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
