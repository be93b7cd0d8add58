"""`litellm/...`: the same actions as OpenAI's own client, prices, and what each provider takes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_agents_openai import halving

from palestra.agents import Agent, resolve
from palestra.agents.litellm import LiteLLMAgent
from palestra.agents.openai import OpenAIAgent
from palestra.envs.core import UsageError, spoken, system, user
from palestra.evals import Budget, Retry, evaluate
from palestra.evals.doctor import ChatServer, tool_call
from palestra.leaderboard import episodes

pytest.importorskip("litellm", reason="litellm/... needs palestra[apis]")
ODD = [
    {"content": 'Höre, \u2028 "who" \\ there\n\t🙂?'},
    {"content": ""},
    {"content": None, "tool_calls": [tool_call("higher", '{"than":5}')]},
    {
        "content": "two",
        "tool_calls": [tool_call("a", "{}", "x"), tool_call("b", '{"k": [1.0]}', "y")],
    },
    {"tool_calls": [tool_call("higher", "")]},
    {"tool_calls": [tool_call("higher", '{"than": ')]},
    {"tool_calls": [tool_call("", "[1, 2]")]},
    {"tool_calls": [tool_call("higher", '{"than": 5, "than": 6}', "call_z")]},
    {"content": " <think>hm</think> yes "},
]
"""Replies at the edges of what the API allows."""


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def recorded(db: Path, agent: str) -> bytes:
    evaluate(["guess"], [agent], tasks=20, db=db, retry=Retry(attempts=1))
    found = sorted(episodes(db), key=lambda each: each.task)
    return msgspec.json.encode([([*map(spoken, each.messages)], each.notes) for each in found])


def test_both_clients_play_the_same_game(tmp_path: Path) -> None:
    with ChatServer(halving) as server:
        at = f"temperature=0.5&base_url={server.url}"
        own = recorded(tmp_path / "a.duckdb", f"openai/halver?{at}")
        through = recorded(tmp_path / "b.duckdb", f"litellm/openai/halver?{at}")
        streamed = recorded(tmp_path / "c.duckdb", f"openai/halver?stream=true&{at}")
    assert own == through == streamed
    assert b'{"finish":"tool_calls","turn":1}' in own, "why the model stopped is in the record"
    count = len(server.requests) // 3
    for one, other in zip(server.requests[:count], server.requests[count : 2 * count], strict=True):
        assert one.keys() == other.keys()


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_both_clients_read_a_reply_alike(odd: dict[str, Any]) -> None:
    async def read(agent: Agent) -> bytes:
        tools = [{"type": "function", "function": {"name": "higher", "parameters": {}}}]
        reply = await agent.act([user("?")], tools, seed=1)
        await agent.close()
        return msgspec.json.encode(spoken(reply.message))

    with ChatServer(lambda request: odd) as server:
        own = asyncio.run(read(OpenAIAgent("m", base_url=server.url)))
        streamed = asyncio.run(read(OpenAIAgent("m", base_url=server.url, stream=True)))
        through = asyncio.run(read(LiteLLMAgent("openai/m", base_url=server.url)))
    assert own == streamed == through


def test_what_a_call_costs_is_known_before_and_after(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    own = OpenAIAgent("gpt-5-mini")
    assert own.priced == "openai/gpt-5-mini"
    assert own.knows_cost()
    with ChatServer(halving) as server:
        own = OpenAIAgent("gpt-5-mini", base_url=server.url)
        own.priced = "openai/gpt-5-mini"
        evaluate(["guess"], [own], tasks=4, db=db, budget=Budget(cost=1.0))
    for each in episodes(db):
        assert each.usage.cost == pytest.approx(each.usage.calls * (20 * 0.25e-6 + 5 * 2e-6))


def test_a_budget_in_money_needs_a_price(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    with pytest.raises(UsageError, match=r"price of openai/nobodys-model is not known.*max-tokens"):
        evaluate(["guess"], ["openai/nobodys-model"], tasks=1, db=db, budget=Budget(cost=1.0))


def test_a_provider_gets_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test")
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    conversation = [system("Rules."), user("Begin.")]
    claude = LiteLLMAgent("anthropic/claude-sonnet-4-5")
    points = claude.hints(conversation)["cache_control_injection_points"]
    assert points == [
        {"location": "message", "role": "system"},
        {"location": "message", "index": -1},
    ]
    assert claude._seed is False, "Anthropic knows no seed"
    gpt = LiteLLMAgent("openai/gpt-5-mini")
    assert gpt._seed is True
    key = gpt.hints(conversation)["prompt_cache_key"]
    assert key == gpt.hints([*conversation, user("And then?")])["prompt_cache_key"]
    assert key != gpt.hints([system("Rules."), user("Another.")])["prompt_cache_key"]
    assert OpenAIAgent("m", base_url="http://localhost/v1").hints(conversation) == {}


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="needs ANTHROPIC_API_KEY"):
        resolve("litellm/anthropic/claude-sonnet-4-5")
    with pytest.raises(UsageError, match="LiteLLM knows no provider for 'my-model'"):
        resolve("litellm/my-model")
    with pytest.raises(UsageError, match="takes no option 'stream'"):
        resolve("litellm/openai/m?stream=true&base_url=http://x")
    monkeypatch.setitem(__import__("sys").modules, "litellm", None)
    with pytest.raises(UsageError, match=r"pip install 'palestra\[apis\]'"):
        resolve("litellm/openai/m?base_url=http://x")
