"""`openai/...?api=responses`: the same game as Chat Completions, and the reasoning goes back."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_agents_litellm import ODD, recorded
from test_agents_openai import QUICK, halving

from palestra.agents import Agent, InfrastructureError, resolve
from palestra.agents.openai import OpenAIAgent
from palestra.agents.openai.items import finish_of, last_of, message_of, to_items, to_tools
from palestra.agents.openai.responses import ResponsesAgent
from palestra.envs.core import Message, Usage, UsageError, spoken, system, user
from palestra.evals import evaluate
from palestra.evals.doctor import ChatServer, tool_call
from palestra.evals.doctor.responses import REASONED
from palestra.leaderboard import episodes

CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "higher",
    "arguments": '{"than": 5}',
    "status": "completed",
}
SAID = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Let me see.", "annotations": []}],
}
ASKED: Message = {
    "role": "assistant",
    "content": "Let me see.",
    "tool_calls": [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "higher", "arguments": {"than": 5}},
        }
    ],
}
TOLD: Message = {"role": "tool", "tool_call_id": "call_1", "content": "yes"}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_conversation_goes_out_as_items() -> None:
    items = to_items([system("Rules."), user("Begin."), ASKED, TOLD])
    assert items == [
        {"role": "system", "content": "Rules."},
        {"role": "user", "content": "Begin."},
        {"role": "assistant", "content": "Let me see."},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "higher",
            "arguments": '{"than": 5}',
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "yes"},
    ]
    sent: Message = {**ASKED, "origin": {"source": "here", "turn": [REASONED, SAID, CALL]}}
    remembered = to_items([user("Begin."), sent, TOLD], "here")
    assert remembered[1:4] == [REASONED, SAID, CALL], "as they came, in place of the message"
    elsewhere = to_items([user("Begin."), sent, TOLD], "there")
    assert REASONED not in elsewhere, "nothing of one provider goes to another"
    named: Message = {"role": "user", "content": "Hello.", "name": "ana"}
    assert to_items([named]) == [{"role": "user", "content": "ana: Hello."}]


def test_tools_are_flat_and_their_schemas_stay_as_they_are() -> None:
    schema = {"type": "object", "properties": {"than": {"type": "integer"}}}
    tool = {"type": "function", "function": {"name": "higher", "parameters": schema}}
    (flat,) = to_tools([tool])
    assert flat == {
        "type": "function",
        "name": "higher",
        "description": "",
        "parameters": schema,
        "strict": False,
    }


def came(*items: dict[str, Any]) -> tuple[Message, list[Any]]:
    """What a reply says, and its items as they go back."""
    message = message_of(items, "here")
    origin = message["origin"]  # type: ignore[typeddict-item]
    said = {key: value for key, value in message.items() if key != "origin"}
    return said, origin["turn"]  # type: ignore[return-value]


def test_items_come_back_as_a_message_and_as_they_were() -> None:
    message, kept = came(REASONED, SAID, CALL)
    assert message == ASKED
    assert kept == [REASONED, SAID, CALL]
    cut_off, kept = came(SAID, REASONED)
    assert cut_off["content"] == "Let me see."
    assert kept == [SAID], "reasoning that led to nothing would be refused"
    refusal = {"type": "refusal", "refusal": "I will not."}
    refused, _ = came({**SAID, "content": [refusal]})
    assert refused["content"] == "I will not."
    nameless, kept = came({**CALL, "call_id": None})
    (call,) = nameless["tool_calls"]  # type: ignore[typeddict-item]
    assert kept[0]["call_id"] == call["id"], "the tool's answer has to name it"
    unknown = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    _, kept = came(unknown, CALL)
    assert kept[0] == unknown, "what is not ours to read goes back all the same"
    summary = [{"type": "summary_text", "text": "I add."}]
    thought, _ = came({**REASONED, "summary": summary}, SAID)
    assert thought.get("thoughts") == "I add."


@pytest.mark.parametrize(
    ("response", "finish"),
    [
        ({"status": "completed", "output": [SAID]}, "completed"),
        ({"output": [SAID]}, "completed"),
        (
            {
                "status": "incomplete",
                "incomplete_details": {"reason": "max_output_tokens"},
                "output": [],
            },
            "max_output_tokens",
        ),
    ],
)
def test_why_a_response_is_complete(response: dict[str, Any], finish: str) -> None:
    assert finish_of(response, Usage()) == finish


@pytest.mark.parametrize(
    ("response", "said", "retry"),
    [
        ("<html>", "no response: <html>", True),
        ({"status": "completed", "output": []}, "no output", True),
        ({"status": "completed", "output": None}, "no output", True),
        ({"status": "failed", "error": {"code": "server_error", "message": "busy"}}, "busy", True),
        (
            {"status": "failed", "error": {"code": "invalid_prompt", "message": "no"}},
            "'failed': no",
            False,
        ),
        ({"status": "queued"}, "'queued'", True),
    ],
)
def test_a_response_that_is_none(response: Any, said: str, retry: bool) -> None:
    with pytest.raises(InfrastructureError, match=said) as caught:
        finish_of(response, Usage(calls=1))
    assert caught.value.retry is retry


def test_a_stream_is_its_last_event() -> None:
    def last(*events: dict[str, Any]) -> Any:
        async def stream() -> AsyncIterator[Any]:
            for event in events:
                yield event

        return asyncio.run(last_of(stream()))

    done = {"type": "response.output_item.done", "output_index": 0, "item": SAID}
    full = {"status": "completed", "output": [SAID]}
    assert last(done, {"type": "response.completed", "response": full}) == full
    bare = {"type": "response.completed", "response": {"status": "completed", "output": []}}
    assert last(done, bare)["output"] == [SAID], "some servers name the items only once"
    with pytest.raises(InfrastructureError, match="ended before the reply did"):
        last(done)
    with pytest.raises(InfrastructureError, match="ended with an error: slow down"):
        last({"type": "error", "code": "rate_limit_exceeded", "message": "slow down"})


def test_both_apis_play_the_same_game(tmp_path: Path) -> None:
    with ChatServer(halving) as server:
        at = f"temperature=0.5&base_url={server.url}"
        chat = recorded(tmp_path / "a.duckdb", f"openai/halver?{at}")
        other = recorded(tmp_path / "b.duckdb", f"openai/halver?api=responses&{at}")
        streamed = recorded(tmp_path / "c.duckdb", f"openai/halver?api=responses&stream=true&{at}")
    assert other == streamed
    assert msgspec.json.decode(other) == _finished(msgspec.json.decode(chat))


def _finished(games: Any) -> Any:
    """The two APIs have their own words for why a reply ended; nothing else differs."""
    return json.loads(json.dumps(games).replace('"tool_calls", "turn"', '"completed", "turn"'))


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_both_apis_read_a_reply_alike(odd: dict[str, Any]) -> None:
    async def read(agent: Agent) -> bytes:
        tools = [{"type": "function", "function": {"name": "higher", "parameters": {}}}]
        reply = await agent.act([user("?")], tools, seed=1)
        await agent.close()
        return msgspec.json.encode(spoken(reply.message))

    with ChatServer(lambda request: odd) as server:
        chat = asyncio.run(read(OpenAIAgent("m", base_url=server.url)))
        other = asyncio.run(read(ResponsesAgent("m", base_url=server.url)))
        streamed = asyncio.run(read(ResponsesAgent("m", base_url=server.url, stream=True)))
    assert chat == other == streamed


@pytest.mark.parametrize("stream", ["false", "true"])
def test_what_a_model_reasoned_goes_back_to_it(db: Path, stream: str) -> None:
    with ChatServer(halving) as server:
        agent = f"openai/m?api=responses&max_tokens=99&reasoning_effort=low&stream={stream}"
        report = evaluate(["guess"], [f"{agent}&base_url={server.url}"], tasks=4, db=db)
    row = report.rows[0]
    assert row.mean == 1.0
    assert row.agent == "openai/m?api=responses&max_tokens=99&reasoning_effort=low"
    (each, *_) = episodes(db)
    assert each.usage.input_tokens == 20 * each.turns
    for request in server.requests:
        assert request["max_output_tokens"] == 99
        assert request["reasoning"] == {"effort": "low"}
        assert request["store"] is False, "nothing is left at the provider"
        assert request["include"] == ["reasoning.encrypted_content"]
        assert "seed" not in request, "the API has none"
        kinds = [item.get("type", "message") for item in request["input"]]
        turns = kinds.count("function_call_output")
        again = [item for item in request["input"] if item.get("type") == "reasoning"]
        assert again == [REASONED] * turns, "byte for byte, once a turn"
    assert max(len(request["input"]) for request in server.requests) > 4


def test_what_a_scaffold_rewrites_goes_out_as_its_messages_say() -> None:
    """Where a message says something else than its items, they would contradict it."""
    replies = iter(
        [
            {"content": "One.", "tool_calls": [tool_call("higher", '{"than": 5}', "a")]},
            {"content": "Two."},
            {"content": "Three."},
        ]
    )

    async def play(server: ChatServer) -> None:
        player = ResponsesAgent("m", base_url=server.url)
        first = await player.act([user("?")], [], seed=0)
        told: list[Message] = [user("?"), first.message, {**TOLD, "tool_call_id": "a"}]
        await player.act(told, [], seed=0)
        changed = copy.deepcopy(told)
        changed[1]["content"] = "Something else."
        await player.act(changed, [], seed=0)

    with ChatServer(lambda request: next(replies)) as server:
        asyncio.run(play(server))
    reasoned = [
        [item.get("type") for item in request["input"]].count("reasoning")
        for request in server.requests
    ]
    assert reasoned == [0, 1, 0]
    assert {"role": "assistant", "content": "Something else."} in server.requests[2]["input"]


def test_a_cached_reply_remembers_too(tmp_path: Path) -> None:
    asked: list[int] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(sum(item.get("type") == "reasoning" for item in request["input"]))
        return halving(request)

    with ChatServer(answer) as server:
        agent = f"openai/m?api=responses&base_url={server.url}"
        for name in ("a.duckdb", "b.duckdb"):
            evaluate(["guess"], [agent], tasks=3, db=tmp_path / name, cache=tmp_path / "cache")
    first, again = (
        sorted(episodes(tmp_path / name), key=lambda each: each.task)
        for name in ("a.duckdb", "b.duckdb")
    )
    assert [each.messages for each in first] == [each.messages for each in again]
    assert len(asked) == sum(each.turns for each in first), "the second run asked for nothing"
    assert max(asked) >= 2, "what came out of the cache was reminded of as well"


def test_a_model_that_does_not_reason_is_not_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    plain, reasoning = ResponsesAgent("gpt-4.1-mini"), ResponsesAgent("gpt-5-mini")
    assert "include" not in plain.request([user("?")], [], 0)
    assert reasoning.request([user("?")], [], 0)["include"] == ["reasoning.encrypted_content"]


def test_options_that_the_api_lacks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with pytest.raises(UsageError, match="no option 'seed'"):
        resolve("openai/m?api=responses&seed=false")
    with pytest.raises(UsageError, match="no option 'protocol'"):
        resolve("openai/m?api=responses&protocol=hermes")
    with pytest.raises(UsageError, match=r"api.*chat, responses"):
        resolve("openai/m?api=assistants")


def test_a_broken_output_is_the_servers_fault(db: Path) -> None:
    def broken(request: dict[str, Any]) -> dict[str, Any]:
        return {"tool_calls": [{"id": "a", "function": {"name": None, "arguments": None}}]}

    with ChatServer(broken) as server:
        agent = f"openai/m?api=responses&base_url={server.url}"
        evaluate(["guess"], [agent], tasks=1, db=db, retry=QUICK)
    (each,) = episodes(db)
    assert each.status == "error"
    assert each.score is None
