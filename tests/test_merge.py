"""Merging leaderboard files: nothing twice, nothing overwritten, nothing mixed, nothing half."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from palestra.cli import app
from palestra.evals import evaluate
from palestra.leaderboard import (
    ConfigChanged,
    Store,
    StoreError,
    broken,
    content_ids,
    database,
    episodes,
    merge,
    merge_all,
    misfits,
    ranking,
    sessions,
)
from palestra.leaderboard.migrations import STEPS


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return tmp_path / "other.duckdb"


def played(db: Path, agent: str = "halving", tasks: int = 20, **more: Any) -> None:
    evaluate(["guess"], [agent], tasks=tasks, db=db, **more)


def query(db: Path, text: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db)) as connection:
        return connection.execute(text).fetchall()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_another_file_holds_is_added_and_the_table_is_that_of_one_run(
    db: Path, other: Path, tmp_path: Path
) -> None:
    played(db)
    played(other, "blind")
    before = digest(other)
    merged = merge(db, other)
    assert (merged.episodes, merged.known, merged.cells, merged.planned) == (20, 0, 1, 20)
    assert merged.sessions == 1
    assert digest(other) == before, "the source is only read"
    both = tmp_path / "both.duckdb"
    evaluate(["guess"], ["halving", "blind"], tasks=20, db=both)
    assert content_ids(db) == content_ids(both), "ids say what was played, not where"
    assert [(r.agent, r.rank, r.mean) for r in ranking(db)] == [
        (r.agent, r.rank, r.mean) for r in ranking(both)
    ]
    assert broken(db) == (40, [])
    assert {s["id"] for s in sessions(db)} > {s["id"] for s in sessions(other)}


def test_merging_twice_is_merging_once(db: Path, other: Path) -> None:
    played(db)
    played(other, "blind")
    merge(db, other)
    tables = ("episodes", "transcripts", "seals", "planned", "cells", "sessions")
    counts = [query(db, f"select count(*) from {table}") for table in tables]
    again = merge(db, other)
    assert (again.episodes, again.known, again.planned, again.sessions) == (0, 20, 0, 0)
    assert [query(db, f"select count(*) from {table}") for table in tables] == counts


def test_two_halves_of_one_run_join_in_one_row(db: Path, other: Path) -> None:
    played(db, tasks=10)
    played(other, tasks=30)
    merged = merge(db, other)
    assert (merged.episodes, merged.known, merged.cells) == (20, 10, 0)
    (row,) = ranking(db)
    assert (row.n, row.scored) == (30, 30)


def test_a_merged_run_goes_on_without_playing_anything_again(db: Path, other: Path) -> None:
    played(other, tasks=15)
    merge(db, other)
    report = evaluate(["guess"], ["halving"], tasks=20, db=db)
    assert (report.tally.before, report.tally.finished) == (15, 5)


def test_other_settings_are_refused_by_name_and_nothing_is_changed(db: Path, other: Path) -> None:
    played(db)
    played(other, options={"turns": 5})
    played(other, "blind")
    with pytest.raises(ConfigChanged, match=r"options\.turns: null -> 5") as caught:
        merge(db, other)
    assert "halving" in str(caught.value)
    assert "--run" in str(caught.value)
    assert [row.agent for row in ranking(db)] == ["halving"], "not even the rest of the file"


def test_other_settings_are_kept_apart_under_a_run_name_and_go_on_under_it(
    db: Path, other: Path
) -> None:
    played(db)
    played(other, options={"turns": 5})
    played(other, "blind", tasks=5)
    merged = merge(db, other, run="short")
    assert merged.renamed == ["test/Guess-v0 (test) by halving"]
    assert {(r.run, r.agent, r.n) for r in ranking(db)} == {
        ("", "halving", 20),
        ("short", "halving", 20),
        ("", "blind", 5),
    }
    assert merge(db, other, run="short").episodes == 0
    report = evaluate(["guess"], ["halving"], tasks=22, db=db, options={"turns": 5}, name="short")
    assert (report.tally.before, report.tally.finished) == (20, 2)
    assert broken(db) == (47, [])
    assert misfits(db) == []


def test_the_same_work_with_other_content_is_reported_and_ours_stays(db: Path, other: Path) -> None:
    played(db, tasks=5)
    played(other, tasks=6)
    query(
        other,
        "update transcripts set messages = '[]' where key in "
        "(select key from episodes where task = 'test/2')",
    )
    query(
        other,
        "update seals set digest = 'theirs' where key in "
        "(select key from episodes where task = 'test/2')",
    )
    query(
        other,
        "insert into invalidations select key, 'bad', now()::timestamp from episodes "
        "where task in ('test/2', 'test/3')",
    )
    merged = merge(db, other)
    assert [(c.task, c.theirs) for c in merged.conflicts] == [("test/2", "theirs")]
    assert (merged.episodes, merged.known, merged.invalidations) == (1, 4, 1)
    kept = {e.task: (e.status, len(e.messages)) for e in episodes(db)}
    assert kept["test/2"][0] == "scored"
    assert kept["test/2"][1] > 0
    assert kept["test/3"][0] == "invalid", "what both hold may be invalidated by either"
    assert broken(db) == (6, [])


def test_a_later_attempt_takes_the_place_of_our_error_but_never_of_our_score(
    db: Path, other: Path
) -> None:
    played(db, tasks=3)
    played(other, tasks=3)
    for file, task in ((db, "test/0"), (other, "test/1")):
        query(file, f"update episodes set status = 'error', headline = null where task = '{task}'")
        query(
            file,
            "update seals set digest = 'failed' where key in "
            f"(select key from episodes where task = '{task}')",
        )
    for task in ("test/0", "test/1"):  # a second attempt of theirs
        for table in ("episodes", "transcripts", "seals"):
            query(
                other,
                f"insert into {table} by name select * replace (1 as attempt) from {table} "
                f"where key in (select key from episodes where task = '{task}')",
            )
        query(other, "update episodes set status = 'scored', headline = 1 where attempt = 1")
    merged = merge(db, other)
    assert merged.episodes == 1
    assert [c.task for c in merged.conflicts] == ["test/1"]
    assert {e.task: e.attempt for e in episodes(db)} == {"test/0": 1, "test/1": 0, "test/2": 0}
    assert ranking(db)[0].errors == 0


def test_an_edit_in_the_other_file_is_found_in_ours(db: Path, other: Path) -> None:
    played(other, "blind", tasks=5)
    query(other, "update episodes set reward = 1 where reward = 0")
    merge(db, other)
    assert {edited.what for edited in broken(db)[1]} == {("score",)}


def test_a_kill_in_the_middle_leaves_the_file_as_it_was(
    db: Path, other: Path, tmp_path: Path
) -> None:
    played(db, tasks=5)
    played(other, "blind", tasks=50)
    ids = content_ids(db)
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(f"""
            import os
            from palestra.leaderboard import merge_rows, merging
            count = merge_rows._count
            def killed(db, query):
                if "insert into sessions" in query:
                    os.kill(os.getpid(), 9)
                return count(db, query)
            merge_rows._count = killed
            merging.merge({str(db)!r}, {str(other)!r})
        """)
    )
    done = subprocess.run([sys.executable, str(script)], check=False)
    assert done.returncode == -9
    assert content_ids(db) == ids
    assert merge(db, other).episodes == 50
    assert broken(db) == (55, [])


def torn(whole: bytes, file: Path) -> bytes:
    """The bytes of a database that opens, and whose transcripts cannot be read."""
    for start in range(12288, len(whole), 2**18):
        file.write_bytes(whole[: start + 100] + b"Z" * 1900 + whole[start + 2000 :])
        try:
            query(file, "select * from cells")
        except duckdb.Error:
            continue
        try:
            query(file, "select * from transcripts")
        except duckdb.Error:
            return file.read_bytes()
    raise AssertionError("no block holds transcripts alone")


@pytest.mark.parametrize("damage", ["no database", "torn"])
def test_of_three_files_all_come_in_or_none(db: Path, tmp_path: Path, damage: str) -> None:
    played(db, tasks=3)
    files = [tmp_path / f"{name}.duckdb" for name in ("first", "second", "third")]
    for file, agent in zip(files, ("blind", "oracle", "halving"), strict=True):
        played(file, agent, tasks=20)
    whole = files[2].read_bytes()
    spoilt = torn(whole, tmp_path / "t.duckdb") if damage == "torn" else b"no database " * 2000
    files[2].write_bytes(spoilt)
    ids = content_ids(db)
    shell = CliRunner()
    command = ["merge", *map(str, files), "--db", str(db)]
    done = shell.invoke(app, command)
    assert isinstance(done.exception, StoreError), done.output
    assert str(done.exception).startswith(f"{files[2]} is no DuckDB database, or is damaged")
    assert done.output == "", "nothing is said to have come in"
    assert content_ids(db) == ids
    fresh = tmp_path / "fresh.duckdb"
    with pytest.raises(StoreError, match=r"third\.duckdb"):
        merge_all(fresh, files)
    assert not fresh.exists(), "an empty file is no result"
    files[2].write_bytes(whole)
    again = shell.invoke(app, command)
    assert again.exit_code == 0, again.output
    assert "first.duckdb: 20 episodes are new" in again.output
    assert "third.duckdb: 17 episodes are new, 3 were here" in again.output


def test_settings_that_are_refused_in_the_last_file_leave_the_first_out(
    db: Path, other: Path, tmp_path: Path
) -> None:
    played(db, tasks=2)
    played(other, "blind", tasks=2)
    played(tmp_path / "last.duckdb", options={"turns": 5}, tasks=2)
    with pytest.raises(ConfigChanged, match=r"last\.duckdb hold these with different settings"):
        merge_all(db, [other, tmp_path / "last.duckdb"])
    assert [row.agent for row in ranking(db)] == ["halving"]


def test_files_that_hold_the_same_are_counted_once(db: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.duckdb", tmp_path / "two.duckdb"
    played(one, tasks=4)
    played(two, tasks=6)
    brought = merge_all(db, [one, two])
    assert [(each.episodes, each.known) for each in brought] == [(4, 0), (2, 4)]
    assert broken(db) == (6, [])


def test_a_file_of_an_older_palestra_is_read_and_not_upgraded(
    db: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(db, tasks=3)
    with monkeypatch.context() as older:
        older.setattr(database, "STEPS", STEPS[:2])
        with database.opened(other, write=True) as connection:
            connection.execute(
                "insert into cells values (1, '', 'e', 's', 'a', '{}', 'h', true, null); "
                "insert into planned values ('k', 1, 't', 0); "
                "insert into episodes by name select 'k' as key, 0 as attempt, 'e' as environment, "
                "'a' as agent, 't' as task, 's' as split, 0 as trial, 'scored' as status, "
                "1.0 as headline"
            )
    before = digest(other)
    assert merge(db, other).episodes == 1
    assert digest(other) == before
    assert broken(db) == (4, [])


def test_a_file_is_not_merged_into_itself_and_a_missing_one_is_named(db: Path) -> None:
    played(db, tasks=2)
    with pytest.raises(StoreError, match="merge into"):
        merge(db, db)
    with pytest.raises(StoreError, match=r"nowhere\.duckdb"):
        merge(db, db.parent / "nowhere.duckdb")


def test_a_file_that_a_run_holds_is_waited_for_and_then_named(db: Path, other: Path) -> None:
    Store(db).settle_cells([])
    played(other, tasks=2)
    script = (
        f"import duckdb, time; held = duckdb.connect({str(other)!r}); "
        "print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(StoreError, match=rf"other\.duckdb is held by process {holder.pid}"):
                merge(db, other, patience=0.2)
        finally:
            holder.kill()
