"""How fast does the leaderboard take episodes in, and how fast does it rank them?

    python benchmarks/leaderboard.py                        # 1,000,000 episodes, some minutes
    python benchmarks/leaderboard.py --episodes 100000
    python benchmarks/leaderboard.py --continuous           # no two tasks have the same score

The episodes are small: a prompt, one tool call with its result, an answer and one entry in the
ledger, about 1 KB as JSON. They go the way of a run: one by one through `Writer` (a spool that
survives a kill, then DuckDB in batches, with keys, a check for repeats and digests). Making the
records is part of the time; it is also given alone. The peer is DuckDB alone: the same lines read
into one table with nothing checked, in one statement, from a file that is there already.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from palestra.envs.core import Entry, Episode, Score, Usage, call, say, tool_result, user
from palestra.leaderboard import Cell, Store, Writer, broken, content_ids, ranking
from palestra.leaderboard.spool import encode

AGENTS, SPLIT, ENVIRONMENTS = 10, "test", 10


def cells(rate: bool = True) -> list[Cell]:
    """Ten agents in ten environments."""
    return [
        Cell(
            run="",
            environment=f"bench/Env{e}-v0",
            split=SPLIT,
            agent=f"agent-{a}",
            config={"options": {}, "seed": 0},
            headline="success",
            rate=rate,
        )
        for e in range(ENVIRONMENTS)
        for a in range(AGENTS)
    ]


def made(cell: Cell, number: int, index: int, trials: int) -> Episode:
    """Episode `index` of a cell."""
    task, trial = divmod(index, trials)
    right = float((index * 7 + number) % 10 < 5)
    if not cell.rate:
        right = int(key_of(number, index)[:8], 16) / 2**32
    return Episode(
        key=key_of(number, index),
        environment=cell.environment,
        task=f"{SPLIT}/{task}",
        split=SPLIT,
        trial=trial,
        agent=cell.agent,
        seed=index,
        score=Score(
            right,
            "success" if right >= 0.5 else "wrong_answer",
            {"success": right, "tool_calls": 1.0},
        ),
        headline=right,
        messages=[
            user(f"Question {task}: which settlement lies on the river of the north?"),
            call("search", query=f"river of the north {index}"),
            tool_result("call_0", "search", f"Page {index}: the settlement was founded in 1843."),
            say(f"It is settlement {index}."),
        ],
        ledger=[Entry(turn=1, tool="search", arguments={"query": f"river {index}"}, result="1843")],
        difficulty={"hops": 2.0},
        turns=2,
        usage=Usage(calls=2, input_tokens=400, output_tokens=60),
        started=1_700_000_000.0 + index,
        seconds=0.01,
    )


def key_of(number: int, index: int) -> str:
    """A key as scattered as a hash."""
    return f"{(number * 1_000_003 + index) * 0x9E3779B97F4A7C15 % 2**64:016x}{index:016x}"


def episodes(each: int, trials: int, rate: bool = True) -> Iterator[Episode]:
    """All episodes, cell by cell."""
    for number, cell in enumerate(cells(rate)):
        for index in range(each):
            yield made(cell, number, index, trials)


def filled(db: Path, each: int, trials: int, rate: bool) -> tuple[float, float]:
    """Store everything; seconds for planning and for taking in."""
    store = Store(db)
    began = time.perf_counter()
    for number, cell in enumerate(store.settle_cells(cells(rate))):
        work = ((key_of(number, i), f"{SPLIT}/{i // trials}", i % trials) for i in range(each))
        store.plan(cell.id, work)
    planned = time.perf_counter() - began
    began = time.perf_counter()
    with Writer(store, "bench") as writer:
        for episode in episodes(each, trials, rate):
            writer.add(episode)
    return planned, time.perf_counter() - began


def making(each: int, trials: int) -> float:
    """Seconds for making the records alone."""
    began = time.perf_counter()
    for _ in episodes(each, trials):
        pass
    return time.perf_counter() - began


def bare(folder: Path, each: int, trials: int) -> float:
    """Seconds for DuckDB alone to read the same lines into one table."""
    lines = folder / "all.jsonl"
    with open(lines, "wb") as file:
        for episode in episodes(each, trials):
            file.write(encode(episode))
    began = time.perf_counter()
    with duckdb.connect(str(folder / "bare.duckdb")) as db:
        db.execute(
            f"create table t as select * from read_json('{lines}', format = 'newline_delimited')"
        )
    return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("--episodes", type=int, default=1_000_000)
    options.add_argument("--trials", type=int, default=4, help="of each task")
    options.add_argument("--continuous", action="store_true", help="scores that are no rates")
    given = options.parse_args()
    each = given.episodes // len(cells())
    n = each * len(cells())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = len(encode(next(episodes(1, 1))))
        print(f"{n:,} episodes of {size} bytes, {len(cells())} cells, {given.trials} trials a task")
        planned, stored = filled(folder / "x.duckdb", each, given.trials, not given.continuous)
        print(f"plan    {planned:8.2f} s {n / planned:12,.0f} a second")
        print(f"ingest  {stored:8.2f} s {n / stored:12,.0f} episodes a second")
        seconds = making(each, given.trials)
        print(f"        {seconds:8.2f} s of it is making the records")
        seconds = bare(folder, each, given.trials)
        print(f"bare    {seconds:8.2f} s {n / seconds:12,.0f} episodes a second (DuckDB alone)")
        for name, ask in (("ranking", ranking), ("ids", content_ids), ("digests", broken)):
            began, spent = time.perf_counter(), time.process_time()
            answer = ask(folder / "x.duckdb")
            took, spent = time.perf_counter() - began, time.process_time() - spent
            print(f"{name:<8}{took:8.2f} s {len(answer):12,} ({spent:.2f} s of processor)")
        rows = ranking(folder / "x.duckdb")
        assert sum(row.scored for row in rows) == n
        print(f"file    {(folder / 'x.duckdb').stat().st_size / 1e6:8.0f} MB")


if __name__ == "__main__":
    main()
