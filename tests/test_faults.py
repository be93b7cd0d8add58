"""What servers do wrong must never be held against a model, and never stop a run."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from palestra.cli import app
from palestra.evals import Retry, evaluate
from palestra.evals.doctor import FAULTS, ChatServer, examine, relay
from palestra.leaderboard import episodes

pytest.importorskip("openai", reason="the adapters need palestra[apis]")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("uri", ["openai/any", "openai/any?api=responses", "litellm/openai/any"])
def test_every_fault_is_borne(uri: str) -> None:
    adapter = uri.partition("/")[0]
    pytest.importorskip(adapter)
    found = list(examine(uri, live=False))
    assert [f"{each.check}: {each.detail}" for each in found if not each.good] == []
    assert len(found) == len(FAULTS) * (2 if adapter == "openai" else 1)


def test_a_scaffolds_agent_bears_faults_too() -> None:
    some = ("503", "time out", "dropped", "broken JSON", "null ids", "duplicated calls")
    found = list(examine("retry(n=2):openai/any?temperature=1", live=False, faults=some))
    assert len(found) == len(some)
    assert [f"{each.check}: {each.detail}" for each in found if not each.good] == []


def test_ten_thousand_requests_through_a_server_at_its_worst(db: Path) -> None:
    tasks, chance = 2_000, random.Random(0)
    quick = [fault for fault in FAULTS.values() if not fault.slow and fault.name != "10 MB"]
    slow = [FAULTS[name] for name in ("time out", "trickle", "10 MB")]
    sent: dict[str, int] = {}

    def at_its_worst(request: dict[str, Any]) -> dict[str, Any]:
        answer = relay.runner(request)
        draw = chance.random()
        if draw > 0.3:
            return answer
        fault = chance.choice(slow if draw < 0.005 else quick)
        sent[fault.name] = sent.get(fault.name, 0) + 1
        return {**answer, "fault": fault}

    began = time.monotonic()
    with ChatServer(at_its_worst, keep=False) as server:
        agent = f"openai/any?timeout=2&base_url={server.url}"
        retry = Retry(attempts=4, first=0.02, longest=0.2)
        report = evaluate([relay.ID], [agent], tasks=tasks, db=db, retry=retry)
    assert time.monotonic() - began < 300, "nothing hangs"
    assert server.served >= 10_000
    assert sent.keys() == FAULTS.keys(), "every fault was met"
    row = report.rows[0]
    found = list(episodes(db))
    assert row.n == len(found) == tasks, "none is lost"
    scored = [each for each in found if each.status == "scored"]
    assert {each.headline for each in scored} == {1.0}, "none is scored for what a server did"
    errors = [each for each in found if each.status == "error"]
    assert len(scored) + len(errors) == tasks
    assert (row.scored, row.errors) == (len(scored), len(errors))
    assert 0 < len(errors) < tasks / 20, "four attempts in a row fail now and then"
    assert all(each.error for each in errors), "each has its cause"
    assert report.tally.retries > 2_000


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
    found = {
        each.check: each for each in examine("openai/any", live=False, faults=("503", "null ids"))
    }
    assert found["503"].good is False
    assert "scored 0.0 instead of 1" in found["503"].detail
    assert found["null ids"].good is True
