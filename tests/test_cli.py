"""The command line: what it prints for machines is stable, what it says of mistakes is one line."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PLUGIN = str(Path(__file__).parent / "guessing.py")
EXAMPLES = Path(__file__).parent.parent / "examples"


def palestra(*arguments: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "palestra", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
        timeout=300,
    )


def rows(db: Path, *arguments: str) -> list[dict[str, Any]]:
    answer = palestra("leaderboard", "--db", str(db), "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a finished run."""
    db = tmp_path_factory.mktemp("cli") / "x.duckdb"
    answer = palestra("run", "guess", "-p", PLUGIN, "--tasks", "40", "--db", str(db))
    assert answer.returncode == 0, answer.stderr
    assert "oracle" in answer.stdout
    assert "200 episodes played" in answer.stderr
    assert answer.stderr.strip().splitlines()[-1] == f"Next: palestra leaderboard --db {db}"
    return db


def test_the_leaderboard_is_a_list_of_rows(board: Path) -> None:
    found = rows(board)
    assert {"environment", "agent", "metric", "n", "mean", "low", "high"} <= found[0].keys()
    oracle = next(row for row in found if row["agent"] == "oracle")
    assert (oracle["environment"], oracle["metric"], oracle["n"]) == (
        "test/Guess-v0",
        "success",
        40,
    )
    assert oracle["mean"] == oracle["high"] == 1.0
    assert 0.9 < oracle["low"] < 1.0
    assert len(found) == len({row["agent"] for row in found}) == 5


def test_the_leaderboard_as_csv_has_the_same_rows(board: Path) -> None:
    answer = palestra("leaderboard", "--db", str(board), "--csv")
    found = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert [row["agent"] for row in found] == [row["agent"] for row in rows(board)]


def test_the_same_command_again_says_there_is_nothing_to_do(board: Path) -> None:
    answer = palestra("run", "guess", "-p", PLUGIN, "--tasks", "40", "--db", str(board))
    assert answer.returncode == 0
    assert "Nothing to do: all 200 episodes were in" in answer.stderr


def test_a_changed_option_is_refused_with_its_name(board: Path) -> None:
    arguments = ("run", "guess", "-p", PLUGIN, "--tasks", "40", "--db", str(board), "-o", "turns=5")
    answer = palestra(*arguments)
    assert answer.returncode == 2
    assert "options.turns: null -> 5" in answer.stderr
    assert "--name" in answer.stderr


def test_a_dry_run_shows_the_plan_and_stores_nothing(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"
    answer = palestra(
        *("run", "guess", "-p", PLUGIN, "-a", "oracle", "-n", "7", "--trials", "2"),
        *("--db", str(db), "--dry-run", "--json"),
    )
    (cell,) = json.loads(answer.stdout)
    assert (cell["episodes"], cell["agent"], cell["split"]) == (14, "oracle", "test")
    assert not db.exists()


def test_list_names_environments_and_agents() -> None:
    listed = json.loads(palestra("list", "--json", "-p", PLUGIN).stdout)
    names = {env["name"]: env for env in listed["environments"]}
    assert {"browse", "guess", "race"} <= names.keys()
    assert {a["name"] for a in names["guess"]["agents"]} >= {"oracle", "blind"}
    assert {"random", "human", "openai", "replay"} <= {a["name"] for a in listed["agents"]}


def test_list_tasks_gives_the_ids_of_a_fixed_list() -> None:
    listed = json.loads(palestra("list", "--tasks", "guess", "--json", "-p", PLUGIN).stdout)
    assert listed["generated"] is False
    assert listed["splits"] == {"test": 300, "train": 1}
    assert listed["tasks"][:2] == ["test/0", "test/1"]
    assert len(listed["tasks"]) == 301


def test_show_prints_an_episode(board: Path) -> None:
    out = board.parent / "e.jsonl"
    exported = palestra("export", "--db", str(board), "--agent", "oracle", "--out", str(out))
    assert "40 episodes" in exported.stderr
    key = json.loads(out.read_text().splitlines()[0])["key"]
    shown = palestra("show", key[:12], "--db", str(board))
    assert "guess the number from 1 to 9" in shown.stdout
    assert "higher(than=5)" in shown.stdout
    assert "Ledger" in shown.stdout
    whole = json.loads(palestra("show", key, "--db", str(board), "--json").stdout)
    assert whole["score"]["reward"] == 1.0


def test_export_without_a_file_writes_to_stdout(board: Path) -> None:
    answer = palestra("export", "--db", str(board), "--format", "csv", "--agent", "oracle")
    assert len(list(csv.DictReader(io.StringIO(answer.stdout)))) == 40


def test_runs_lists_the_sessions(board: Path) -> None:
    listed = json.loads(palestra("runs", "--db", str(board), "--json").stdout)
    assert listed[0]["status"] == "finished"
    assert listed[0]["versions"]["palestra"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "brows"), "Did you mean 'browse'"),
        (("run", "guess", "-a", "orcale"), "Did you mean 'oracle'"),
        (("run", "guess", "-n", "0"), "expected at least 1"),
        (("run", "guess", "-n", "9999"), "has 300 tasks in split 'test'"),
        (("run", "guess", "--split", "exam"), "it has test, train"),
        (("run", "guess", "-o", "turn=3"), "did you mean 'turns'"),
        (("run", "guess", "-o", "turns"), "expected name=value"),
        (("run", "guess", "--task", "test/900"), "expected test/0 to test/299"),
        (("run", "guess", "-a", "openai/gpt-5"), "set OPENAI_API_KEY"),
        (("run", "guess", "-a", "openai/m?base_url=http://127.0.0.1:9"), "no answer from"),
        (("leaderboard", "--db", "nowhere.duckdb"), "palestra run --db nowhere.duckdb"),
        (("show", "abc", "--db", "nowhere.duckdb"), "there is no leaderboard"),
        (("run", "--plugin", "nowhere.py"), "there is no such file"),
        (("check", "guess", "--skip", "everything"), "the checks are api"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    command, *rest = arguments
    plugin = () if "--plugin" in rest or command in ("leaderboard", "show") else ("-p", PLUGIN)
    answer = palestra(command, *plugin, *rest, cwd=tmp_path, OPENAI_API_KEY="", OPENAI_BASE_URL="")
    assert answer.returncode == 2, answer
    assert said in answer.stderr
    assert answer.stderr.startswith("palestra: ")
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_check_passes_a_sound_environment_and_exits_with_0() -> None:
    answer = palestra("check", "guess", "-p", PLUGIN, "--json", "-n", "20")
    found = json.loads(answer.stdout)
    assert found["passed"], found
    assert answer.returncode == 0
    assert {check["check"] for check in found["checks"]} >= {"api", "fork", "oracle", "leaks"}


def test_a_person_plays_at_the_terminal_and_stands_on_the_leaderboard(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"
    played = subprocess.run(
        [sys.executable, "-m", "palestra", "play", "guess", "-p", PLUGIN, "--db", str(db)],
        input="higher 1\nanswer 1\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "success" in played.stdout, played
    assert [(row["agent"], row["mean"]) for row in rows(db)] == [("human", 1.0)]


def test_ctrl_c_saves_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"
    plugin = tmp_path / "slow.py"
    plugin.write_text(
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import guessing\n"
        "from palestra.agents import Agent, Reply, register_agent\n"
        "from palestra.envs.core import call\n"
        "class Slow(Agent):\n"
        "    uri = 'slow'\n"
        "    async def act(self, messages, tools, *, seed):\n"
        "        await asyncio.sleep(0.05)\n"
        "        return Reply(call('answer', number=1))\n"
        "register_agent('slow', lambda name, options: Slow())\n"
    )
    arguments = ["run", "guess", "-p", str(plugin), "-a", "slow", "--db", str(db), "-c", "2"]
    child = subprocess.Popen(
        [sys.executable, "-m", "palestra", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        # A job in the background inherits that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )
    time.sleep(3.5)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "are stored in" in said
    assert said.strip().splitlines()[-1].strip().startswith("palestra run guess")
    (row,) = rows(db)
    assert 0 < row["scored"] < 300 == row["n"]


@pytest.mark.skipif(not EXAMPLES.exists(), reason="examples are not in an installed package")
def test_a_users_own_environment_appears_in_list_and_run(tmp_path: Path) -> None:
    example = str(EXAMPLES / "own_environment.py")
    source = Path(example).read_text().splitlines()
    start = source.index('"""', 1) + 1
    code = [line for line in source[start:] if line.strip()]
    assert len(code) < 30
    listed = json.loads(palestra("list", "--json", "-p", example).stdout)
    name = next(e["name"] for e in listed["environments"] if not e["id"].startswith("palestra/"))
    db = tmp_path / "x.duckdb"
    assert palestra("run", name, "-p", example, "--db", str(db)).returncode == 0
    assert next(r for r in rows(db) if r["agent"] == "oracle")["mean"] == 1.0
    assert palestra("check", name, "-p", example).returncode == 0


@pytest.mark.skipif(not EXAMPLES.exists(), reason="examples are not in an installed package")
def test_gymnasium_makes_browse_in_a_bare_script() -> None:
    answer = subprocess.run(
        [sys.executable, str(EXAMPLES / "gymnasium_make.py")], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert "reward" in answer.stdout
