"""The house itself: what is installed, what is imported, and that the papers match the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from palestra.envs.sandbox import backends

ROOT = Path(__file__).parent.parent
ROOMS = ("envs", "agents", "evals", "training", "leaderboard")

pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").exists(), reason="needs the checkout, not the installed package"
)


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_rooms_are_not_importable_by_their_short_names() -> None:
    assert [room for room in ROOMS if find_spec(room) is not None] == []


def test_importing_palestra_imports_no_extra_and_opens_no_connection() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a connection was opened')\n"
        "socket.socket.connect = refuse\n"
        "import palestra\n"
        "heavy = {'openai', 'torch', 'transformers', 'trl', 'vllm', 'ray', 'scipy', 'sklearn'}\n"
        "heavy |= {'litellm', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert run(sys.executable, "-c", script).strip() == "[]"


def test_a_tree_that_is_not_installed_says_what_to_do() -> None:
    script = "try: import palestra\nexcept ImportError as error: print(error)"
    assert "pip install -e ." in run(sys.executable, "-S", "-c", script)


def test_each_room_imports_only_rooms_below_it() -> None:
    below = {
        "envs": (),
        "leaderboard": ("envs",),
        "agents": ("envs", "leaderboard"),
        "evals": ("envs", "leaderboard", "agents"),
        "training": ("envs", "leaderboard", "agents", "evals"),
    }
    for room, allowed in below.items():
        for path in (ROOT / room).rglob("*.py"):
            depth = len(path.relative_to(ROOT).parts)
            for dots, target in re.findall(r"^\s*from (\.+)(\w*)", path.read_text(), re.M):
                if len(dots) == depth:  # leaves the room
                    assert target in allowed, f"{path.relative_to(ROOT)} imports {target}"


@pytest.mark.slow
def test_the_wheel_holds_every_file_and_every_module_imports(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    held = {n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("palestra/")}
    tracked = run("git", "ls-files", *ROOMS, "palestra").split("\n")
    expected = {n if n.startswith("palestra/") else f"palestra/{n}" for n in tracked if n}
    assert {n for n in held if not n.endswith(".pyc")} >= expected, expected - held
    site = tmp_path / "site"
    install = ("pip", "install", "-q", "--no-deps", "--target", str(site), str(wheel))
    run(sys.executable, "-m", *install)
    script = (
        "import importlib, pathlib, sys\n"
        "site = pathlib.Path(sys.argv[1]); sys.path.insert(0, str(site))\n"
        "files = sorted((site / 'palestra').rglob('*.py'))\n"
        "names = ['.'.join(f.relative_to(site).with_suffix('').parts) for f in files]\n"
        "for name in names: importlib.import_module(name.removesuffix('.__init__'))\n"
        "import palestra; assert palestra.__file__.startswith(str(site)), palestra.__file__\n"
        "print(len(names))"
    )
    assert int(run(sys.executable, "-c", script, str(site), cwd=tmp_path)) > 40


def test_the_readmes_second_command_is_what_ci_runs() -> None:
    commands = re.findall(r"^```sh\n(.+?)\n```", (ROOT / "README.md").read_text(), re.M | re.S)
    assert commands[1] in (ROOT / ".ci" / "run").read_text()


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="users may do without: tests then skip")
def test_in_ci_no_test_is_skipped_for_want_of_a_program() -> None:
    names = {"chromium": "chromium", "chromedriver": "chromium-driver", "bwrap": "bubblewrap"}
    missing = [package for name, package in names.items() if shutil.which(name) is None]
    assert not missing, f"apt-get install {' '.join(missing)}"
    found = {each.name for each in backends() if each.available}
    assert "bwrap" in found, "bubblewrap is installed and cannot make a sandbox here"


def test_the_reference_of_the_command_line_is_current() -> None:
    made = run(sys.executable, "docs/make_cli.py", "--print")
    assert (ROOT / "docs" / "cli.md").read_text() == made, "run `python docs/make_cli.py`"


def test_the_version_is_the_same_everywhere() -> None:
    import palestra

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == palestra.__version__
    assert f"## {palestra.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_ruff_is_clean() -> None:
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


@pytest.mark.slow
def test_pyright_is_clean() -> None:
    run("pyright")
