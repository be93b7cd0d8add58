"""Batch APIs of providers: the forms, the replies, what fails, and going on after a kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from batching import BatchServer
from typer.testing import CliRunner

from palestra.agents import resolve
from palestra.agents.batches import Batches, batcher, batching
from palestra.agents.batches.notes import Notes
from palestra.agents.batches.prices import batch_cost_of, has_batch_prices
from palestra.agents.chat.prices import cost_of
from palestra.cli import app
from palestra.envs.core import Usage, UsageError, system, user
from palestra.evals import Retry, evaluate
from palestra.leaderboard import episodes

pytest.importorskip("openai", reason="the adapters need palestra[apis]")
QUICK = Retry(attempts=3, first=0.01)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(batcher, "QUIET", 0.2)


def uris(server: BatchServer) -> dict[str, str]:
    return {
        "chat": f"openai/m?base_url={server.url}",
        "responses": f"openai/m?api=responses&base_url={server.url}",
        "anthropic": f"litellm/anthropic/claude-sonnet-4-5?base_url={server.root}",
    }


def key_for(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "anthropic":
        pytest.importorskip("litellm")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-nobody")


@pytest.mark.parametrize("kind", ["chat", "responses", "anthropic"])
def test_a_run_is_one_batch_and_equals_a_live_one(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_for(kind, monkeypatch)
    with BatchServer(seconds=0.5) as server:
        uri = uris(server)[kind]
        live = evaluate(["formal"], [uri], tasks=20, trials=2, db=tmp_path / "a.duckdb")
        assert len(server.live) == 40
        assert not server.batches
        report = evaluate(
            ["formal"], [uri], tasks=20, trials=2, db=tmp_path / "b.duckdb", batch=True
        )
    assert len(server.live) == 40, "nothing was posted one by one"
    (batch,) = server.batches.values()
    assert len(batch["lines"]) == 40, "trials are requests of their own, seeded or not"
    sent = sorted(map(json.dumps, server.live))
    assert sorted(map(json.dumps, batch["lines"].values())) == sent, "as a live run sends them"
    assert report.rows[0].mean == live.rows[0].mean
    one, other = (
        [
            msgspec.json.encode([each.task, each.messages, each.notes, each.usage.input_tokens])
            for each in sorted(episodes(tmp_path / name), key=lambda each: (each.task, each.trial))
        ]
        for name in ("a.duckdb", "b.duckdb")
    )
    assert one == other
    assert not (tmp_path / "b.duckdb.batches").exists(), "nothing is left to keep"


@pytest.mark.parametrize("kind", ["chat", "anthropic"])
def test_what_fails_in_a_batch_is_asked_again_in_another(
    kind: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_for(kind, monkeypatch)
    expired = {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
    spoilt = expired if kind == "chat" else {"type": "expired"}
    with BatchServer() as server:
        keys: list[str] = []

        def one(key: str, body: dict[str, Any]) -> dict[str, Any] | None:
            keys.append(key)
            return spoilt if key == keys[0] and len(server.batches) == 1 else None

        server.spoil = one
        report = evaluate(["formal"], [uris(server)[kind]], tasks=5, db=db, batch=True, retry=QUICK)
    assert report.rows[0].scored == 5
    assert [len(batch["lines"]) for batch in server.batches.values()] == [5, 1]
    assert report.tally.retries == 1


def test_a_refused_line_is_that_episodes_error(db: Path) -> None:
    bad = {"response": {"status_code": 400, "body": {"error": {"message": "bad temperature"}}}}
    with BatchServer() as server:
        first: list[str] = []

        def one(key: str, body: dict[str, Any]) -> dict[str, Any] | None:
            first.append(key)
            return bad if key == first[0] else None

        server.spoil = one
        report = evaluate(
            ["formal"], [uris(server)["chat"]], tasks=5, db=db, batch=True, retry=QUICK
        )
    assert (report.rows[0].scored, report.rows[0].errors) == (4, 1)
    (error,) = (each for each in episodes(db) if each.status == "error")
    assert "HTTP 400" in str(error.error)
    assert "bad temperature" in str(error.error)
    assert len(server.batches) == 1, "asking again would not help"


@pytest.mark.parametrize("how", ["failed", "expired"])
def test_a_batch_that_comes_to_nothing_is_errors(db: Path, how: str) -> None:
    with BatchServer() as server:
        if how == "failed":
            server.fail = {"code": "token_limit_exceeded", "message": "Enqueued token limit"}
        else:
            server.status = "expired"
            late = {"response": None, "error": {"code": "batch_expired", "message": "too late"}}
            server.spoil = lambda key, body: late
        report = evaluate(
            ["formal"], [uris(server)["chat"]], tasks=3, db=db, batch=True,
            retry=Retry(attempts=2, first=0.01),
        )  # fmt: skip
    assert report.rows[0].errors == 3
    expected = "Enqueued token limit" if how == "failed" else "batch_expired"
    assert all(expected in str(each.error) for each in episodes(db))
    assert len(server.batches) == 2


def test_what_cannot_go_into_batches_is_refused(db: Path) -> None:
    with BatchServer() as server:
        uri = uris(server)["chat"]
        with pytest.raises(UsageError, match=r"single turn.*Browse-v0 has"):
            evaluate(["browse"], [uri], tasks=1, db=db, batch=True)
        with pytest.raises(UsageError, match="rule_oracle is not"):
            evaluate(["formal"], ["rule_oracle"], tasks=1, db=db, batch=True)
        asked = ["run", "browse", "-a", uri, "-n", "1", "--db", str(db), "--batch"]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code != 0
    assert not server.batches
    with pytest.raises(UsageError, match="offers no batch API"), NoBatches() as nowhere:
        evaluate(["formal"], [f"openai/m?base_url={nowhere.url}"], tasks=1, db=db, batch=True)


class NoBatches(BatchServer):
    """A server that knows live requests alone."""

    def _serve(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        if path.startswith(("/v1/files", "/v1/batches")):
            return 404, {"error": {"message": "Not Found"}}
        return super()._serve(method, path, headers, body)


SCRIPT = """
import sys
from palestra.agents.batches import batcher
from palestra.evals import evaluate
batcher.QUIET = 0.2
report = evaluate(["formal"], [sys.argv[1]], tasks=12, db=sys.argv[2], batch=True)
print(report.rows[0].scored)
"""


@pytest.mark.parametrize("kind", ["chat", "anthropic"])
@pytest.mark.parametrize("when", ["waiting", "noted"])
def test_a_killed_run_goes_on_with_its_batches(
    kind: str, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_for(kind, monkeypatch)
    db = tmp_path / "x.duckdb"
    with BatchServer(seconds=1e6) as server:
        command = [sys.executable, "-P", "-c", SCRIPT, uris(server)[kind], str(db)]
        run = subprocess.Popen(command)
        deadline = time.monotonic() + 60
        while not server.batches and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        if when == "noted":  # as if killed before the id was noted
            notes = Notes(f"{db}.batches")
            notes._db.execute("UPDATE batches SET id = NULL, submitted = NULL")
            notes._db.commit()
            notes._db.close()
        server.seconds = 0
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "12", done.stderr
    assert len(server.batches) == 1, "nothing was submitted, and paid, twice"
    assert not Path(f"{db}.batches").exists()


def test_replies_that_nobody_waits_for_are_kept(tmp_path: Path) -> None:
    db = tmp_path / "x.duckdb"

    async def ask(texts: list[str]) -> None:
        agent = resolve(uris(server)["chat"])
        batches = Batches(db, poll=0.05)
        with batching(batches):
            calls = (agent.act([user(text)], [], seed=1) for text in texts)
            await asyncio.gather(*calls)
        await batches.close()
        await agent.close()

    async def submit_and_leave(texts: list[str]) -> None:
        work = asyncio.create_task(ask(texts))
        while not server.batches:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    with BatchServer(seconds=1e6) as server:
        asyncio.run(submit_and_leave(["a", "b", "c"]))
        server.seconds = 0
        asyncio.run(ask(["b"]))
        server.batches.clear()
        asyncio.run(ask(["a", "c"]))
        assert not server.batches, "they came with b, and were kept"


def test_large_work_goes_into_several_batches(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from palestra.agents.batches.openai import OpenAIBatches

    monkeypatch.setattr(OpenAIBatches, "most_requests", 8)
    with BatchServer() as server:
        report = evaluate(["formal"], [uris(server)["chat"]], tasks=20, db=db, batch=True)
    assert report.rows[0].scored == 20
    assert sorted(len(batch["lines"]) for batch in server.batches.values()) == [4, 8, 8]
    monkeypatch.setattr(OpenAIBatches, "most_bytes", 5_000)
    with BatchServer() as server:
        evaluate(["formal"], [uris(server)["chat"]], tasks=20, db=db, name="b", batch=True)
    assert len(server.batches) > 3
    for file in (each for name, each in server.files.items() if name.startswith("file-")):
        assert len(file) <= 5_000


def test_calls_in_batches_are_counted_at_the_batch_price() -> None:
    pytest.importorskip("litellm")
    used = Usage(calls=1, input_tokens=10_000, output_tokens=1_000, cached_tokens=2_000)
    for model in ("openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "openai/gpt-5-mini"):
        live, cost = cost_of(model, used), batch_cost_of(model, used)
        assert live, model
        assert cost, model
        assert 0.4 * live < cost < 0.75 * live, (model, has_batch_prices(model))
    assert batch_cost_of("openai/no-such-model", used) is None


def test_the_wait_is_said_and_an_episodes_clock_stands_still(db: Path) -> None:
    from palestra.evals import EpisodeLimits

    said: list[str] = []

    def watch(tally: Any) -> None:
        async def look() -> None:
            while tally.status == "running":
                said.append(tally.held_up())
                await asyncio.sleep(0.1)

        asyncio.get_running_loop().create_task(look())

    with BatchServer(seconds=2) as server:
        report = evaluate(
            ["formal"], [uris(server)["chat"] + "&timeout=0.5"], tasks=3, db=db, batch=True,
            limits=EpisodeLimits(seconds=0.5), watch=watch,
        )  # fmt: skip
    assert report.rows[0].scored == 3
    assert {each.turns for each in episodes(db)} == {1}
    assert any(each.startswith("batch of 3 requests submitted at ") for each in said), said
    assert any(each.endswith(", 0 done") for each in said)


def test_system_messages_reach_anthropic_as_they_would_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_for("anthropic", monkeypatch)
    tools = [{"type": "function", "function": {"name": "go", "parameters": {"type": "object"}}}]

    async def ask() -> list[bytes]:
        agent = resolve(uris(server)["anthropic"] + "&temperature=0.5&max_tokens=77")
        asked = [system("Be brief."), user("1?")]
        live = await agent.act(asked, tools, seed=1)
        batches = Batches(tmp_path / "x.duckdb", poll=0.05)
        with batching(batches):
            other = await agent.act(asked, tools, seed=1)
        await batches.close()
        return [msgspec.json.encode([each.message, each.finish]) for each in (live, other)]

    with BatchServer() as server:
        one, other = asyncio.run(ask())
        assert one == other
    (batch,) = server.batches.values()
    (params,) = batch["lines"].values()
    assert params == {k: v for k, v in server.live[0].items() if k != "stream"}
    assert params["max_tokens"] == 77
    assert params["tools"]
    assert params["system"]
