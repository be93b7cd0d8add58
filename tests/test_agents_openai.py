"""`openai/...` against a real HTTP server, streaming off and on, and its faults."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from palestra.envs.core import UsageError
from palestra.evals import Retry, evaluate
from palestra.evals.doctor import FAULTS, ChatServer, Fault, tool_call
from palestra.evals.doctor.faults import refusing
from palestra.leaderboard import episodes

REFUSED = Fault("400", "refuses", refusing(400))
QUICK = Retry(attempts=4, first=0.01, longest=0.05)


def halving(request: dict[str, Any]) -> dict[str, Any]:
    """A model that halves the interval, reading the tools' results from the conversation."""
    low, high = 1, 9
    asked: list[int] = []
    for message in request["messages"]:
        if message["role"] == "assistant":
            arguments = message["tool_calls"][0]["function"]["arguments"]
            assert isinstance(arguments, str), "JSON text at the API's edge"
            asked.append(json.loads(arguments)["than"])
        elif message["role"] == "tool":
            assert message["tool_call_id"] == "call_a"
            middle = asked[-1]
            low, high = (middle + 1, high) if message["content"] == "yes" else (low, middle)
    if low < high:
        call = tool_call("higher", json.dumps({"than": (low + high) // 2}))
    else:
        call = tool_call("answer", json.dumps({"number": low}))
    return {"content": "Let me see.", "tool_calls": [call]}


@pytest.fixture(autouse=True)
def own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "test")


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_model_plays_with_native_tools(
    db: Path, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(halving) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        agent = f"openai/halver?stream={stream}&temperature=0.5"
        report = evaluate(["guess"], [agent], tasks=20, db=db, retry=QUICK)
    assert report.rows[0].mean == 1.0
    assert report.rows[0].agent == "openai/halver?temperature=0.5", "streaming is no other agent"
    request = server.requests[0]
    assert request["temperature"] == 0.5
    assert {t["function"]["name"] for t in request["tools"]} == {"higher", "answer"}
    assert isinstance(request["seed"], int)
    each = next(iter(episodes(db)))
    assert each.usage.calls == each.turns
    assert each.usage.input_tokens == 20 * each.turns
    assert each.usage.seconds > 0
    assert each.messages[1]["tool_calls"][0]["function"]["arguments"] == {"than": 5}  # type: ignore[typeddict-item]


def test_arguments_that_are_no_json_are_the_agents_format_error(db: Path) -> None:
    def broken(request: dict[str, Any]) -> dict[str, Any]:
        return {"tool_calls": [tool_call("answer", '{"number": ')]}

    with ChatServer(broken) as server:
        evaluate(["guess"], [f"openai/m?base_url={server.url}"], tasks=1, db=db, retry=QUICK)
    (each,) = episodes(db)
    assert each.status == "scored"
    assert each.score is not None
    assert each.score.outcome == "format_error"


@pytest.mark.parametrize(
    "fault", [FAULTS[name] for name in ("500", "429 with Retry-After", "broken JSON")]
)
def test_a_fault_that_passes_is_tried_again(db: Path, fault: Fault) -> None:
    left = [fault, fault]

    def sometimes(request: dict[str, Any]) -> dict[str, Any]:
        return {"fault": left.pop()} if left else halving(request)

    with ChatServer(sometimes) as server:
        report = evaluate(
            ["guess"], [f"openai/m?base_url={server.url}"], tasks=3, db=db, retry=QUICK
        )
    assert report.rows[0].mean == 1.0
    assert report.tally.retries == 2
    assert sum(each.retries for each in episodes(db)) == 2


def test_a_torn_stream_is_tried_again(db: Path) -> None:
    left = [{"content": "half", "fault": FAULTS["truncated JSON"]}]

    def torn(request: dict[str, Any]) -> dict[str, Any]:
        return left.pop() if left else halving(request)

    with ChatServer(torn) as server:
        agent = f"openai/m?stream=true&base_url={server.url}"
        report = evaluate(["guess"], [agent], tasks=1, db=db, retry=QUICK)
    assert report.rows[0].mean == 1.0


def test_a_fault_that_stays_is_an_error_apart_from_failures(db: Path) -> None:
    with ChatServer(lambda request: {"fault": FAULTS["503"]}) as server:
        agent = f"openai/m?base_url={server.url}"
        report = evaluate(["guess"], [agent], tasks=3, db=db, retry=QUICK)
        assert (report.rows[0].errors, report.rows[0].scored) == (3, 0)
        assert all("HTTP 503" in (each.error or "") for each in episodes(db))
        server.answer = halving
        assert evaluate(["guess"], [agent], tasks=3, db=db).tally.finished == 0, "kept as they are"
        again = evaluate(["guess"], [agent], tasks=3, db=db, retry=QUICK, retry_errors=True)
    assert (again.rows[0].errors, again.rows[0].mean) == (0, 1.0)


def test_a_request_that_is_refused_for_good_is_not_repeated(db: Path) -> None:
    with ChatServer(lambda request: {"fault": REFUSED}) as server:
        evaluate(["guess"], [f"openai/m?base_url={server.url}"], tasks=1, db=db, retry=QUICK)
    assert len(server.requests) == 1


def test_a_dead_endpoint_is_said_without_trying_again(db: Path) -> None:
    agent, patient = "openai/m?base_url=http://127.0.0.1:9/v1", Retry(attempts=2, first=60)
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"no answer from http://127\.0\.0\.1:9/v1"):
        evaluate(["guess"], [agent], tasks=1, db=db, retry=patient)
    assert time.monotonic() - began < 60


def test_a_wrong_key_is_said_before_the_run(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with ChatServer(halving) as server, pytest.raises(UsageError, match="refused the key"):
        evaluate(["guess"], [f"openai/m?base_url={server.url}"], tasks=1, db=db)


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_reply_that_trickles_for_ever_is_cut(
    db: Path, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ChatServer(lambda request: {"fault": FAULTS["trickle"]}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        began = time.perf_counter()
        agent = f"openai/slow?timeout=0.5&stream={stream}"
        evaluate(["guess"], [agent], tasks=3, db=db, retry=Retry(attempts=2, first=0.01))
    assert time.perf_counter() - began < 60, "the server would go on for ever"
    found = list(episodes(db))
    assert [e.status for e in found] == ["error"] * 3
    assert "not complete after 0.5 s" in (found[0].error or "")


def test_a_model_without_tools_plays_in_text(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def react(request: dict[str, Any]) -> dict[str, Any]:
        assert "tools" not in request
        assert request["stop"] == ["\nObservation:"]
        assert {m["role"] for m in request["messages"]} <= {"system", "user", "assistant"}
        low, high = 1, 9
        for said, heard in zip(request["messages"][2::2], request["messages"][3::2], strict=False):
            middle = int(said["content"].rpartition('than": ')[2].rstrip("}"))
            yes = heard["content"] == "Observation: yes"
            low, high = (middle + 1, high) if yes else (low, middle)
        name, argument = ("higher", "than") if low < high else ("answer", "number")
        number = (low + high) // 2
        text = f'Action: {name}\nAction Input: {{"{argument}": {number}}}'
        return {"content": f"Thought: Halve it.\n{text}"}

    with ChatServer(react) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        report = evaluate(["guess"], ["openai/halver?protocol=react"], tasks=9, db=db, retry=QUICK)
    assert (report.rows[0].mean, report.rows[0].invalid) == (1.0, 0)
    assert report.rows[0].agent == "openai/halver?protocol=react"
