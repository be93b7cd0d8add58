"""Replies that are kept: the same question is not paid twice, another is never answered by them."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from test_agents_openai import halving
from typer.testing import CliRunner

from palestra.agents import ReplyCache
from palestra.cli import app
from palestra.envs.core import UsageError
from palestra.evals import Report, Retry, evaluate
from palestra.evals.doctor import FAULTS, ChatServer
from palestra.leaderboard import episodes

pytest.importorskip("openai", reason="openai/... needs palestra[apis]")


def played(server: ChatServer, db: Path, cache: Path, options: str = "", **how: Any) -> Report:
    agent = f"openai/halver?base_url={server.url}{options}"
    return evaluate(["guess"], [agent], tasks=10, db=db, cache=cache, **how)


def test_a_second_run_asks_nothing_and_scores_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "replies"
    with ChatServer(halving) as server:
        first = played(server, tmp_path / "a.duckdb", cache)
        asked = server.served
        again = played(server, tmp_path / "b.duckdb", cache)
        assert server.served == asked
    assert (first.rows[0].mean, again.rows[0].mean) == (1.0, 1.0)
    assert again.remarks == [f"{asked} of {asked} replies came from {cache / 'replies.sqlite'}"]
    one, other = (
        sorted(episodes(tmp_path / f"{name}.duckdb"), key=lambda each: each.task) for name in "ab"
    )
    assert [each.messages for each in one] == [each.messages for each in other]
    assert {each.usage.calls for each in other} == {0}, "nobody was called"
    assert [each.usage.input_tokens for each in one] == [each.usage.input_tokens for each in other]


@pytest.mark.parametrize("options", ["&temperature=0.1", "&max_tokens=99", "&seed=false"])
def test_another_question_is_asked(tmp_path: Path, options: str) -> None:
    with ChatServer(halving) as server:
        played(server, tmp_path / "a.duckdb", tmp_path)
        asked = server.served
        played(server, tmp_path / "b.duckdb", tmp_path, options)
        assert server.served == 2 * asked


def test_another_seed_and_another_server_are_asked(tmp_path: Path) -> None:
    with ChatServer(halving) as server, ChatServer(halving) as other:
        played(server, tmp_path / "a.duckdb", tmp_path)
        asked = server.served
        played(server, tmp_path / "b.duckdb", tmp_path, seed=1)
        assert server.served == 2 * asked
        played(other, tmp_path / "c.duckdb", tmp_path)
        assert other.served == asked


@pytest.mark.parametrize("options", ["&seed=false", "&api=responses", ""])
def test_another_trial_asks_again_though_no_seed_is_sent(tmp_path: Path, options: str) -> None:
    """Where a server draws as it likes, four trials are four draws, and the next run has them."""
    draws = random.Random(1)

    def drawn(request: dict[str, Any]) -> dict[str, Any]:
        return {"content": str(draws.randrange(10**9))}

    def said(server: ChatServer, db: Path) -> list[tuple[str, int, Any]]:
        agent = f"openai/m?base_url={server.url}{options}"
        evaluate(["formal"], [agent], tasks=5, trials=4, db=db, cache=tmp_path / "kept")
        return sorted((e.task, e.trial, e.messages[-1]["content"]) for e in episodes(db))

    with ChatServer(drawn) as server:
        first = said(server, tmp_path / "a.duckdb")
        assert len({words for _, _, words in first}) == 20
        assert said(server, tmp_path / "b.duckdb") == first
        assert server.served == 20


def test_what_failed_is_not_kept(tmp_path: Path) -> None:
    with ChatServer(lambda request: {"fault": FAULTS["503"]}) as server:
        retry = Retry(attempts=1)
        assert played(server, tmp_path / "a.duckdb", tmp_path, retry=retry).rows[0].errors == 10
        server.answer = halving
        assert played(server, tmp_path / "b.duckdb", tmp_path).rows[0].mean == 1.0


def test_a_cache_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="name another folder"):
        ReplyCache(tmp_path / "file")
    (tmp_path / "replies.sqlite").write_text("no database at all, but a text of some length" * 9)
    with pytest.raises(UsageError, match="name another folder"):
        ReplyCache(tmp_path)


def test_a_disk_that_fills_up_costs_the_cache_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if sql.startswith("INSERT"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Full, **k))
    with ChatServer(halving) as server:
        report = played(server, tmp_path / "a.duckdb", tmp_path)
    assert report.rows[0].mean == 1.0
    assert "disk is full" in report.remarks[1]


def test_the_command_keeps_replies(tmp_path: Path) -> None:
    with ChatServer(halving) as server:
        for name in ("a", "b"):
            done = CliRunner().invoke(
                app,
                f"run guess -a openai/m?base_url={server.url} -n 3 --cache {tmp_path}/kept "
                f"--db {tmp_path}/{name}.duckdb",
            )
            assert done.exit_code == 0, done.output
    assert "replies came from" in done.output
    assert len(server.requests) < 20
