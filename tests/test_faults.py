"""What servers do wrong must never be held against a model, and never stop a run."""

from __future__ import annotations

import base64
import itertools
import json
import os
import random
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from palestra.cli import app
from palestra.evals import Retry, evaluate
from palestra.evals.doctor import DIALECTS, FAULTS, ChatServer, Fault, examine, relay
from palestra.leaderboard import episodes

pytest.importorskip("openai", reason="the adapters need palestra[apis]")

ALONE: dict[str, Any] = {"dialects": (), "surroundings": False}
"""Faults, and nothing else."""
FORMS = ("deepseek-v4", "gemini-openai", "openrouter", "openai-responses", "anthropic", "groq")
"""Provider forms that the long run plays beside the plain one: each wants something else back."""
KEY = "sk-proj-Fault/5uite+key=="


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("uri", ["openai/any", "openai/any?api=responses", "litellm/openai/any"])
def test_every_fault_is_borne(uri: str) -> None:
    adapter = uri.partition("/")[0]
    pytest.importorskip(adapter)
    found = list(examine(uri, live=False, dialects=(), surroundings=False))
    assert [f"{each.check}: {each.detail}" for each in found if not each.good] == []
    streamed = [fault for fault in FAULTS.values() if not fault.alike]
    assert len(found) == len(FAULTS) + (len(streamed) if adapter == "openai" else 0)


@pytest.mark.parametrize("uri", ["openai/any", "openai/any?api=responses", "litellm/openai/any"])
def test_surroundings_are_borne_or_said(uri: str) -> None:
    pytest.importorskip(uri.partition("/")[0])
    found = list(examine(uri, live=False, faults=(), dialects=()))
    assert [f"{each.check}: {each.detail}" for each in found if not each.good] == []
    assert len(found) >= 6


def test_a_scaffolds_agent_bears_faults_too() -> None:
    some = ("503", "time out", "dropped", "broken JSON", "null ids", "duplicated calls")
    found = list(examine("retry(n=2):openai/any?temperature=1", live=False, faults=some, **ALONE))
    assert len(found) >= len(some)
    assert [f"{each.check}: {each.detail}" for each in found if not each.good] == []


@pytest.mark.slow
def test_ten_thousand_requests_through_servers_at_their_worst(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("litellm") is None:
        pytest.skip("needs palestra[apis]")
    tasks, few, chance = 1_000, 130, random.Random(0)
    quick = [fault for fault in FAULTS.values() if not fault.slow and fault.name != "10 MB"]
    slow = [FAULTS[name] for name in ("time out", "trickle", "10 MB")]
    sent: dict[str, int] = {}
    allowed: list[Fault] = []

    def at_its_worst(request: dict[str, Any]) -> dict[str, Any]:
        answer = relay.runner(request)
        draw = chance.random()
        if draw > 0.3:
            return answer
        fault = chance.choice(slow if draw < 0.005 else allowed)
        sent[fault.name] = sent.get(fault.name, 0) + 1
        return {**answer, "fault": fault}

    began, played = time.monotonic(), 0
    retry = Retry(attempts=4, first=0.02, longest=0.2)
    with ChatServer(at_its_worst, keep=False) as server:
        for name in (None, *FORMS):
            form = server.dialect = DIALECTS[name] if name else None
            allowed = [fault for fault in quick if form is None or not fault.alike]
            uri = form.agents[0] if form else "openai/any?base_url={url}"
            for variable, value in (form.env if form else {}).items():
                monkeypatch.setenv(variable, value)
            uri = uri.replace("{model}", form.model if form else "any").replace("{url}", server.url)
            count = tasks if form is None else few
            played += count
            agent = f"{uri}&timeout=2"
            report = evaluate([relay.ID], [agent], tasks=count, db=db, retry=retry, name=name or "")
            row = report.rows[0]
            assert row.n == count, "none is lost"
            assert report.tally.retries > count / 2
        assert [why for why in server.refused] == [], "turns came back whole, whatever happened"
    assert time.monotonic() - began < 600, "nothing hangs"
    assert server.served >= 10_000
    assert sent.keys() >= FAULTS.keys(), "every fault was met"
    found = list(episodes(db))
    assert len(found) == played
    scored = [each for each in found if each.status == "scored"]
    assert {each.headline for each in scored} == {1.0}, "none is scored for what a server did"
    errors = [each for each in found if each.status == "error"]
    assert len(scored) + len(errors) == played
    assert 0 < len(errors) < played / 20, "four attempts in a row fail now and then"
    assert all(each.error for each in errors), "each has its cause"


@pytest.mark.slow
@pytest.mark.parametrize("uri", ["openai/m", "openai/m?api=responses", "litellm/openai/m"])
def test_no_output_shows_the_key_that_a_server_repeats(tmp_path: Path, uri: str) -> None:
    pytest.importorskip("litellm")
    turns = itertools.count()

    def tells(request: dict[str, Any]) -> dict[str, Any]:
        """Repeats the key in errors of each kind, and in what it says."""
        answer = relay.runner(request)
        faults = [None, None, FAULTS["key repeated"], None, "said", None, _refuses]
        fault = faults[next(turns) % len(faults)]
        if fault == "said":
            return {**answer, "content": f"Your key is {KEY}."}
        return {**answer, "fault": fault} if isinstance(fault, Fault) else answer

    surroundings = {**os.environ, "OPENAI_API_KEY": f"{KEY}\n", "TERM": "dumb"}
    db = tmp_path / "board.duckdb"

    def palestra(*command: str) -> None:
        number = len(list(tmp_path.iterdir()))
        with (
            (tmp_path / f"{number}.out").open("wb") as out,
            (tmp_path / f"{number}.err").open("wb") as err,
        ):
            subprocess.run(
                [sys.executable, "-m", "palestra", *command],
                stdout=out, stderr=err, env=surroundings, cwd=tmp_path, check=False,
            )  # fmt: skip

    with ChatServer(tells) as server:
        agent = f"{uri}{'&' if '?' in uri else '?'}base_url={server.url}"
        run = ("run", "relay", "--plugin", "palestra.evals.doctor.relay", "--db", str(db))
        palestra(*run, "-a", agent, "-n", "6", "--cache", str(tmp_path / "cache"))
        assert server.served > 6, (tmp_path / "0.err").read_text()
        palestra("doctor", agent, "--no-faults")
        for kind in ("jsonl", "inspect", "csv"):
            palestra("export", "--db", str(db), "--format", kind, "--out", f"{tmp_path}/{kind}")
        palestra("show", "--db", str(db))
        palestra("runs", "--db", str(db))
    if uri == "openai/m":
        palestra("doctor", uri, "--offline")
    plain, coded = KEY.encode(), base64.b64encode(KEY.encode())
    paths = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert db in paths
    for path in paths:
        held = path.read_bytes()
        assert plain not in held, path
        assert coded.rstrip(b"=") not in held, path


async def _tell(wire: Any, message: Any) -> bool:
    key = wire.headers["authorization"].removeprefix("Bearer ")
    coded = base64.b64encode(key.encode()).decode()
    body = json.dumps({"error": {"message": f"{key} {coded}", "type": "t", "code": key}})
    return await wire.send(400, body.encode(), headers={"X-Key": key})


_refuses = Fault("tells", "refuses, and tells the key", _tell)


def test_a_passing_examination_leaves_stderr_to_its_own_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "palestra", "doctor", "openai/any", "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert json.loads(done.stdout)
    assert done.stderr == "", done.stderr[-500:]


def test_the_doctor_prints_what_it_finds_and_fails_on_it() -> None:
    with ChatServer(relay.runner) as server:
        uri = f"openai/any?base_url={server.url}"
        done = CliRunner().invoke(app, ["doctor", uri, "--no-faults", "--json"])
    assert done.exit_code == 0, done.output
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert found["plays"]["detail"].startswith("success after 5 turns; 100 tokens in, 25 out")
    assert found["calls tools"]["good"] is True
    with ChatServer(lambda request: {"content": "I have no tools."}) as server:
        uri = f"openai/any?base_url={server.url}"
        done = CliRunner().invoke(app, ["doctor", uri, "--no-faults"])
    assert done.exit_code == 1
    assert "?protocol=hermes" in done.output
    dead = CliRunner().invoke(
        app, ["doctor", "openai/any?base_url=http://127.0.0.1:9/v1", "--no-faults"]
    )
    assert dead.exit_code == 1
    assert "no answer from http://127.0.0.1:9/v1" in dead.output


def test_an_adapter_that_swallows_faults_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from palestra.agents.chat import ChatAgent, agent

    async def swallow(self: ChatAgent, request: dict[str, Any]) -> Any:
        try:
            return await reply(self, request)
        except Exception:
            return agent.Reply({"role": "assistant", "content": "I give up."})

    reply = ChatAgent.read
    monkeypatch.setattr(ChatAgent, "read", swallow)
    some = ("503", "null ids")
    found = {e.check: e for e in examine("openai/any", live=False, faults=some, **ALONE)}
    assert found["503"].good is False
    assert "scored 0.0 instead of 1" in found["503"].detail
    assert found["null ids"].good is True
