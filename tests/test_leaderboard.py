"""The memory: nothing recorded is lost, nothing counted twice, every trouble is said clearly."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from palestra.envs.core import Entry, Episode, Score, Usage, say, user
from palestra.leaderboard import (
    Cell,
    ConfigChanged,
    Store,
    StoreError,
    Writer,
    database,
    episode,
    episodes,
    ranking,
    sessions,
    write_episodes,
)
from palestra.leaderboard.database import opened
from palestra.leaderboard.migrations import STEPS
from palestra.leaderboard.spool import Spool, encode, spool_of


def cell(agent: str = "a", **config: Any) -> Cell:
    return Cell(
        run="",
        environment="test/Guess-v0",
        split="test",
        agent=agent,
        config=config,
        headline="success",
        rate=True,
    )


def finished(key: str, headline: float | None = 1.0, **changes: Any) -> Episode:
    made = Episode(
        key=key,
        environment="test/Guess-v0",
        task=f"test/{int(key[:8], 16)}",
        split="test",
        agent="a",
        score=None if headline is None else Score(headline, "done", {"success": headline}),
        headline=headline,
        status="error" if headline is None else "scored",
        messages=[user("hello"), say("bye")],
        ledger=[Entry(turn=1, tool="t", arguments={"x": [1, "ä"]}, result="r")],
        usage=Usage(calls=2, input_tokens=10, output_tokens=5, cost=0.25),
        difficulty={"hops": 3.0},
        started=1_700_000_000.5,
        seconds=0.25,
        turns=2,
    )
    return msgspec.structs.replace(made, **changes)


def keys(n: int) -> list[str]:
    return [f"{i:032x}"[-8:] + f"{i:024x}" for i in range(n)]


def stored(db: Path, episodes: list[Episode], planned: int | None = None) -> Store:
    store = Store(db)
    number = store.settle_cells([cell()])[0].id
    names = keys(planned if planned is not None else len(episodes))
    store.plan(number, [(key, f"test/{i}", 0) for i, key in enumerate(names)])
    with Writer(store, f"s{time.monotonic_ns()}") as writer:
        for each in episodes:
            writer.add(each)
    return store


def test_an_episode_comes_back_as_it_was_stored(db: Path) -> None:
    notes = [{"plan": "Halve it.", "turn": 1}]
    given = finished(keys(1)[0], options={"turns": 3}, retries=2, seed=7, notes=notes)
    stored(db, [given])
    assert episode(db, given.key[:10]) == msgspec.structs.replace(given, run=given.run)
    assert not spool_of(db).exists()


def test_storing_twice_is_storing_once(db: Path) -> None:
    each = [finished(key) for key in keys(50)]
    stored(db, each)
    stored(db, each + each)
    assert len(list(episodes(db))) == 50


def test_the_mean_counts_what_is_missing_as_zero(db: Path) -> None:
    names = keys(10)
    stored(db, [finished(k) for k in names[:8]] + [finished(names[8], None)], planned=10)
    (row,) = ranking(db)
    assert (row.n, row.scored, row.invalid, row.errors) == (10, 8, 2, 1)
    assert (row.mean, row.mean_scored) == (0.8, 1.0)
    assert row.rank is None, "a fifth is not scored"


def test_runs_of_a_sweep_are_listed_by_their_numbers(db: Path) -> None:
    store = Store(db)
    cells = [dataclasses.replace(cell(), run=f"sweep/calls={n}") for n in (128, 16, 8)]
    for each in store.settle_cells(cells):
        store.plan(each.id, [(keys(each.id + 1)[-1], "test/0", 0)])
    assert [row.run for row in ranking(db)] == [f"sweep/calls={n}" for n in (8, 16, 128)]


def test_a_second_attempt_takes_the_place_of_an_error(db: Path) -> None:
    key = keys(1)[0]
    stored(db, [finished(key, None)])
    stored(db, [finished(key, 1.0, attempt=1)])
    (row,) = ranking(db)
    assert (row.n, row.scored, row.mean) == (1, 1, 1.0)
    with opened(db) as connection:
        count = connection.execute("select count(*) from episodes").fetchone()
    assert count == (2,), "the first attempt is kept"


def test_an_invalidated_episode_stays_listed_and_counts_as_zero(db: Path) -> None:
    store = stored(db, [finished(key) for key in keys(20)])
    assert store.invalidate("key = ?", [keys(1)[0]], "wrong model") == 1
    (row,) = ranking(db)
    assert (row.n, row.scored, row.invalid, row.mean) == (20, 19, 1, 0.95)
    assert episode(db, keys(1)[0]).error == "wrong model"


def test_a_changed_configuration_is_refused_with_what_changed(db: Path) -> None:
    store = Store(db)
    store.settle_cells([cell(options={"turns": 3}, seed=0)])
    with pytest.raises(ConfigChanged, match=r"options\.turns: 3 -> 4") as caught:
        store.settle_cells([cell(options={"turns": 4}, seed=0)])
    assert "--name" in str(caught.value)


def test_a_batch_left_by_a_killed_process_comes_home_once(db: Path) -> None:
    Store(db).settle_cells([cell()])
    script = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_leaderboard import finished, keys
        from palestra.leaderboard.spool import Spool
        spool = Spool({str(db)!r}, "dead")
        for key in keys(30):
            spool.append(finished(key))
        with open(spool.folder / "000001.jsonl", "ab") as file:
            file.write(b'{{"key": "torn')
        os.kill(os.getpid(), 9)
    """)
    subprocess.run([sys.executable, "-c", script], check=False, env=_environment())
    assert spool_of(db).exists()
    assert Store(db).recover() == 30
    assert Store(db).recover() == 0
    assert not spool_of(db).exists()
    assert len(list(episodes(db))) == 30


def test_reading_brings_home_what_a_killed_process_left(db: Path) -> None:
    Store(db).settle_cells([cell()])
    spool = Spool(db, "dead")
    spool.append(finished(keys(1)[0]))
    spool._lock.release()  # as when its process dies
    assert len(list(episodes(db))) == 1


def test_the_spool_of_a_living_process_is_left_alone(db: Path) -> None:
    Store(db).settle_cells([cell()])
    spool = Spool(db, "alive")
    spool.append(finished(keys(1)[0]))
    assert Store(db).recover() == 0
    assert spool_of(db).exists()
    spool.close()


def test_an_action_that_json_cannot_hold_is_stored_as_text() -> None:
    odd: Any = {"role": "assistant", "content": "\ud800", "x": {1: object()}, "n": 10**40}
    line = encode(finished(keys(1)[0], messages=[odd], notes=[{"plan": "\ud800"}]))
    read = msgspec.json.decode(line, type=Episode)
    assert (read.messages[0]["content"], read.notes[0]["plan"]) == ("?", "?")


def test_a_file_that_another_program_holds_is_named_with_its_process(db: Path) -> None:
    Store(db).settle_cells([cell()])
    script = textwrap.dedent(f"""
        import duckdb, time
        held = duckdb.connect({str(db)!r})
        print("held", flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(StoreError, match=f"held by process {holder.pid}"):
                Store(db, patience=0.2).settle_cells([cell()])
            writer = Writer(Store(db, patience=0.2), "waiting")
            with writer:
                writer.add(finished(keys(1)[0]))
            assert "held by process" in str(writer.waiting)
        finally:
            holder.kill()
    Store(db).recover()
    assert len(list(episodes(db))) == 1, "it waited in the spool"


def test_a_file_that_is_no_database_is_left_as_it_is(db: Path) -> None:
    db.write_bytes(b"precious" * 5000)
    with pytest.raises(StoreError, match="no DuckDB database"):
        Store(db).settle_cells([cell()])
    assert db.read_bytes() == b"precious" * 5000


def test_a_database_of_something_else_is_not_touched(db: Path) -> None:
    with duckdb.connect(str(db)) as other:
        other.execute("create table accounts (a int)")
    with pytest.raises(StoreError, match="something else"):
        Store(db).settle_cells([cell()])


def test_a_file_of_a_newer_palestra_is_refused(db: Path) -> None:
    Store(db).settle_cells([cell()])
    with duckdb.connect(str(db)) as newer:
        newer.execute("update palestra set version = ?", [len(STEPS) + 1])
    with pytest.raises(StoreError, match=r"newer Palestra \(schema"):
        ranking(db)


def test_a_file_of_an_older_palestra_is_upgraded_by_writing_and_keeps_what_it_holds(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(database, "STEPS", STEPS[:1])
        Store(db).settle_cells([cell()])
    with duckdb.connect(str(db)) as connection:
        assert connection.execute("select version from palestra").fetchone() == (1,)
        connection.execute(
            "insert into episodes by name select ? as key, 0 as attempt, 'scored' as status, "
            "'{}' as options, 't' as task, 'a' as agent, 2 as turns",
            [keys(1)[0]],
        )
        connection.execute("insert into transcripts values (?, 0, '[]', '[]')", [keys(1)[0]])
    with pytest.raises(StoreError, match=f"schema 1, this Palestra reads {len(STEPS)}"):
        episode(db, keys(1)[0])
    stored(db, [finished(keys(2)[1], notes=[{"plan": "Ask.", "turn": 1}])])
    held = {each.key: (each.turns, list(each.notes)) for each in episodes(db)}
    assert held == {keys(1)[0]: (2, []), keys(2)[1]: (2, [{"plan": "Ask.", "turn": 1}])}


def test_a_file_that_is_not_there_says_how_to_make_one(db: Path) -> None:
    with pytest.raises(StoreError, match="palestra run"):
        ranking(db)


def test_sessions_are_listed_from_the_start(db: Path) -> None:
    store = Store(db)
    store.begin("one", "palestra run", {"python": "3"})
    assert [s["status"] for s in sessions(db)] == ["running"]
    store.end("one", "finished")
    assert [s["status"] for s in sessions(db)] == ["finished"]


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_export_writes_every_episode(db: Path, tmp_path: Path, format: str) -> None:
    stored(db, [finished(key) for key in keys(12)])
    out = tmp_path / f"out.{format}"
    assert write_episodes(db, out, format, agent="a") == 12
    if format == "jsonl":
        lines = out.read_bytes().splitlines()
        assert [msgspec.json.decode(line, type=Episode).key for line in lines] == keys(12)
    else:
        with duckdb.connect() as memory:
            count = memory.execute(f"select count(*) from '{out}'").fetchone()
        assert count == (12,)


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
