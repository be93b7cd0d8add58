"""One model through every adapter: what it does is the same, whatever way the reply comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from palestra.agents import Agent, resolve
from palestra.envs.core import Message, spoken, text_in, tool_result, user
from palestra.evals.doctor import ChatServer, tool_call

pytest.importorskip("openai", reason="the adapters need palestra[apis]")
pytest.importorskip("litellm", reason="litellm/... needs palestra[apis]")

TOOLS = [
    {
        "type": "function",
        "function": {"name": name, "description": name, "parameters": {"type": "object"}},
    }
    for name in ("search", "open_page", "note")
]
AGENTS = (
    "openai/m?base_url={url}",
    "openai/m?stream=true&base_url={url}",
    "litellm/openai/m?base_url={url}",
    "openai/m?api=responses&base_url={url}",
    "openai/m?api=responses&stream=true&base_url={url}",
    "vllm/m?base_url={url}&protocol=native",
)
ODD = st.sampled_from(
    ["", " ", "naïve “x”", "\u2028 line", "🙂🙃", '{"a": 1}', "\\n\t", "Ünïcödé 漢字", "a\nb"]
)
WORDS = st.one_of(ODD, st.text(st.characters(codec="utf-8", exclude_characters="<>"), max_size=30))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)
ARGUMENTS = st.one_of(
    st.dictionaries(WORDS, VALUES, max_size=3).map(lambda v: json.dumps(v, ensure_ascii=False)),
    st.dictionaries(WORDS, VALUES, max_size=2).map(json.dumps),
    st.sampled_from(["", "{}", None, "[1]", '{"broken": ']),
)
NAMES = st.sampled_from(["search", "open_page", "note"])
CALLS = st.lists(st.tuples(NAMES, ARGUMENTS), max_size=3)
THOUGHTS = st.sampled_from(["", "", "Let me think.\n", "One.\n\nTwo « {} »"])
SAID = st.one_of(st.none(), WORDS)
PARTS = st.booleans()
TURN = st.tuples(SAID, CALLS, THOUGHTS, PARTS)
TALK = st.lists(TURN, min_size=1, max_size=3)


def written(turn: tuple[Any, ...], number: int) -> dict[str, Any]:
    """A turn as a model sends it: its thoughts in the text, the text in parts where it says so."""
    said, calls, thoughts, parts = turn
    if said is None and not calls:
        said = ""
    text = f"<think>{thoughts}</think>{said or ''}" if thoughts else said
    answer: dict[str, Any] = {"content": text}
    if parts and text:
        half = len(text) // 2
        answer["content"] = [{"type": "text", "text": t} for t in (text[:half], text[half:])]
    if calls:
        answer["tool_calls"] = [
            tool_call(name, arguments, f"call_{number}_{at}")
            for at, (name, arguments) in enumerate(calls)
        ]
    return answer


class Model:
    """Says what the conversation's first message asks for, turn after turn."""

    def __init__(self) -> None:
        self.talk: list[tuple[Any, ...]] = []

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        turn = sum(message["role"] == "assistant" for message in request["messages"])
        return written(self.talk[turn], turn)


async def play(agent: Agent, turns: int) -> list[Message]:
    talk: list[Message] = [user("Go on.")]
    for seed in range(turns):
        reply = await agent.act(talk, TOOLS, seed=seed)
        talk.append(reply.message)
        calls = reply.message.get("tool_calls") or ()
        talk += [tool_result(c["id"], c["function"]["name"], "Seen.") for c in calls]
        if not calls:
            talk.append(user("And?"))
    return talk


def actions(talk: list[Message]) -> list[Any]:
    """What was said and called, and what was thought beside it.

    LiteLLM takes thoughts out of a text itself, and leaves the blanks around what is said.
    """
    return [
        (text.strip() if m.get("thoughts") else text, m.get("tool_calls"), m.get("thoughts"))
        for m in talk
        if m["role"] == "assistant"
        for text in (text_in(spoken(m)),)
    ]


@contextmanager
def agents_at(model: Model) -> Iterator[tuple[asyncio.Runner, dict[str, Agent]]]:
    with ChatServer(model, keep=False) as server, asyncio.Runner() as runner:
        made = {uri: resolve(uri.replace("{url}", server.url)) for uri in AGENTS}
        yield runner, made
        for agent in made.values():
            runner.run(agent.close())


@pytest.mark.slow
def test_two_hundred_conversations_are_the_same_through_every_adapter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-no-key-at-all")
    model, played = Model(), 0
    with agents_at(model) as (runner, made):

        @settings(
            max_examples=200,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(TALK)
        def check(talk: list[tuple[Any, ...]]) -> None:
            nonlocal played
            model.talk = talk
            played += 1
            parts = any(turn[-1] and (turn[0] or turn[2]) for turn in talk)
            found = {
                uri: actions(runner.run(play(agent, len(talk))))
                for uri, agent in made.items()
                if not (parts and uri.startswith("litellm/"))  # LiteLLM reads text alone
            }
            first = found[AGENTS[0]]
            for uri, acted in found.items():
                assert acted == first, uri

        check()
    assert played >= 200
