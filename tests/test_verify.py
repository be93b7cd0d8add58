"""`palestra verify` finds what was edited by hand, and says what it could not check."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import guessing
from palestra.cli import app
from palestra.envs.core import call, register, tool
from palestra.evals import evaluate
from palestra.evals.verify import verify
from palestra.leaderboard import content_ids, episodes, ranking
from palestra.leaderboard.seals import SEALED_1, STORED


@pytest.fixture
def board(db: Path) -> Path:
    """Twenty tasks, played by two agents."""
    evaluate(["guess"], ["halving", "blind"], tasks=20, db=db)
    return db


def query(db: Path, text: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db)) as connection:
        return connection.execute(text, list(values)).fetchall()


def key_of(db: Path, agent: str, where: str = "true") -> str:
    return query(
        db, f"select key from episodes where agent = '{agent}' and {where} order by key limit 1"
    )[0][0]


def reseal(db: Path) -> None:
    """What a forger does who knows of the digests."""
    query(
        db,
        f"delete from seals; insert into seals {SEALED_1.format(source=STORED.format(schema=''))}",
    )


def test_a_file_as_it_was_played_passes_whole(board: Path) -> None:
    report = verify(board)
    assert report.findings == []
    assert (report.compared, report.rescored, report.unverified.total()) == (40, 40, 0)


def test_a_reward_flipped_by_sql_is_found_twice(board: Path) -> None:
    key = key_of(board, "blind", "headline = 0")
    query(
        board,
        "update episodes set reward = 1, headline = 1, outcome = 'success', "
        "metrics = json_merge_patch(metrics, '{\"success\":1.0}') where key = ?",
        key,
    )
    found = {(f.check, f.key, f.what) for f in verify(board).findings}
    assert found == {("digest", key, ("score",)), ("rescored", key, ("score",))}


def test_a_flipped_reward_with_a_new_digest_is_found_by_scoring_again(board: Path) -> None:
    key = key_of(board, "blind", "headline = 0")
    query(board, "update episodes set reward = 1 where key = ?", key)
    reseal(board)
    (found,) = verify(board).findings
    assert (found.check, found.key, found.what) == ("rescored", key, ("score",))
    assert found.detail == "reward: recorded 1.0, now 0.0"


@pytest.mark.parametrize("role", ["assistant", "tool"])
def test_a_changed_message_is_found(board: Path, role: str) -> None:
    key = key_of(board, "halving")
    (text,) = query(board, "select messages from transcripts where key = ?", key)[0]
    messages = json.loads(text)
    message = next(m for m in messages if m["role"] == role)
    if role == "tool":
        message["content"] = "yes, and you are right"
    else:
        message["tool_calls"][0]["function"]["arguments"]["than"] = 8
    query(board, "update transcripts set messages = ? where key = ?", json.dumps(messages), key)
    first, second = verify(board).findings
    assert (first.check, first.key, first.what) == ("digest", key, ("messages",))
    assert second.key == key
    assert "messages" in second.what or "ledger" in second.what
    reseal(board)
    assert [f.check for f in verify(board).findings] == ["rescored"]


def test_a_changed_ledger_is_found(board: Path) -> None:
    key = key_of(board, "halving")
    query(board, "update transcripts set ledger = '[]' where key = ?", key)
    assert {f.what for f in verify(board).findings} == {("ledger",)}


def test_a_deleted_episode_is_found(board: Path) -> None:
    key = key_of(board, "blind", "headline = 0")
    query(board, "delete from episodes where key = ?", key)
    query(board, "delete from transcripts where key = ?", key)
    (found,) = verify(board).findings
    assert (found.check, found.key, found.agent, found.what) == (
        "digest",
        key,
        "blind",
        ("deleted",),
    )


def test_an_episode_whose_plan_is_deleted_with_it_is_found(board: Path) -> None:
    key = key_of(board, "blind", "headline = 0")
    for table in ("episodes", "transcripts", "planned"):
        query(board, f"delete from {table} where key = ?", key)
    assert [f.what for f in verify(board).findings] == [("deleted",)]


def test_an_episode_added_by_hand_is_found(board: Path) -> None:
    key = key_of(board, "halving")
    for table in ("episodes", "transcripts"):
        query(
            board,
            f"insert into {table} by name "
            f"select * replace (1 as attempt) from {table} where key = ?",
            key,
        )
    assert [f.what for f in verify(board, sample=0).findings] == [("added",)]


def test_a_row_whose_settings_were_rewritten_is_found(board: Path) -> None:
    query(
        board,
        "update cells set config = "
        "json_merge_patch(config, '{\"options\":{\"turns\":3}}') where agent = 'blind'",
    )
    (found,) = verify(board, sample=0).findings
    assert (found.check, found.agent, found.what) == ("settings", "blind", ("configuration",))
    assert "20 of 20 keys" in found.detail


@pytest.mark.parametrize(
    "column", ["agent", "task", "trial", "seed", "cost", "input_tokens", "options"]
)
def test_every_column_of_a_result_is_under_the_digest(board: Path, column: str) -> None:
    value = {"agent": "gpt", "task": "test/299", "options": '{"turns":99}'}.get(column, 7)
    key = key_of(board, "halving")
    query(board, f"update episodes set {column} = ? where key = ?", value, key)
    found = [f for f in verify(board, sample=0).findings if f.check == "digest"]
    assert [(f.key, f.what) for f in found] == [(key, ("record",))]


def test_every_kind_of_ending_is_scored_again_as_it_was(db: Path) -> None:
    for options in ({}, {"turns": 1}, {"tool_calls": 1}, {"strict": False}):
        evaluate(
            ["guess"],
            ["shouter", "halving", "random"],
            tasks=10,
            db=db,
            options=options,
            name=json.dumps(options),
        )
    evaluate(["race"], ["oracle", "random"], tasks=5, db=db)
    report = verify(db)
    assert report.findings == []
    assert report.rescored == report.compared == 130
    outcomes = {e.score.outcome for e in episodes(db) if e.score}
    assert outcomes >= {"format_error", "no_answer", "out_of_turns", "out_of_tool_calls", "success"}


def test_a_sample_is_drawn_by_its_seed_and_digests_are_compared_in_any_case(board: Path) -> None:
    key = key_of(board, "blind")
    query(board, "update episodes set reward = 0.5 where key = ?", key)
    report = verify(board, sample=5)
    assert (report.compared, report.rescored) == (40, 5)
    assert ("digest", key) in {(f.check, f.key) for f in report.findings}
    assert verify(board, agent="halving", sample=3).compared == 20


def test_what_failed_was_never_scored_and_is_counted(board: Path) -> None:
    query(board, "update episodes set status = 'error' where key = ?", key_of(board, "halving"))
    report = verify(board)
    assert report.unverified == {"the infrastructure failed when it was played": 1}


class Fickle(guessing.Guess):
    """Answers differently each time, against all rules."""

    @tool
    def higher(self, than: int) -> str:
        """Ask.

        Args:
            than: The number to compare with.
        """
        return f"perhaps {random.random()}"


def asker(seat: Any) -> Any:
    yield call("higher", than=5)
    yield call("answer", number=1)


def test_an_environment_that_answers_differently_each_time_is_no_finding(db: Path) -> None:
    register("test/Fickle-v0", Fickle, name="fickle")
    evaluate(["fickle"], ["halving"], tasks=3, db=db)
    report = verify(db)
    assert report.passed
    assert report.unverified == {"the environment answers differently each time": 3}


def test_an_environment_that_is_not_here_is_counted_with_the_reason(board: Path) -> None:
    script = (
        "import sys; from palestra.evals.verify import verify; "
        f"report = verify({str(board)!r}); "
        "print(report.passed, report.rescored, *report.unverified)"
    )
    file = board.parent / "elsewhere.py"
    file.write_text(script)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(
        "True 0 test/Guess-v0 cannot be made here: there is no environment"
    )


def test_a_published_table_is_checked_against_the_episodes_behind_it(
    board: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.json"
    runner = CliRunner()
    shown = runner.invoke(app, ["leaderboard", "--json", "--db", str(board)])
    table.write_text(shown.stdout)
    arguments = ["verify", "--table", str(table), "--db", str(board), "--json", "--sample", "0"]
    assert runner.invoke(app, arguments).exit_code == 0
    rows = json.loads(table.read_text())
    rows[0]["mean"] += 0.05
    table.write_text(json.dumps(rows))
    done = runner.invoke(app, arguments)
    assert done.exit_code == 1
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["check"], found["what"]) == ("table", ["mean"])
    # A forger who rewrites an episode, its digest and all: the published id is another one.
    table.write_text(shown.stdout)
    query(board, "update episodes set cost = 0.01 where key = ?", key_of(board, "halving"))
    reseal(board)
    done = runner.invoke(app, arguments)
    assert [f["what"] for f in json.loads(done.stdout)["findings"]] == [["id"]]


def test_a_content_id_is_the_same_on_every_machine_and_changes_with_any_episode(
    board: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.duckdb"
    evaluate(["guess"], ["blind", "halving"], tasks=20, db=again)
    assert content_ids(board) == content_ids(again)
    before = content_ids(board)
    evaluate(["guess"], ["blind"], tasks=21, db=board)
    after = content_ids(board)
    changed = {name[-1] for name in before if before[name] != after[name]}
    assert changed == {"blind"}
    assert len(ranking(board)) == 2


def test_the_command_exits_with_one_and_names_the_episode(board: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["verify", "--db", str(board)]).exit_code == 0
    key = key_of(board, "blind")
    query(board, "update episodes set reward = 0.5 where key = ?", key)
    done = runner.invoke(app, ["verify", "--db", str(board), "--env", "guess"])
    assert done.exit_code == 1
    assert key[:12] in done.stdout
    assert "score" in done.stdout
