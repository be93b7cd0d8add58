"""Tool calls as text: what is written is read back, and what cannot be read is never guessed at."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import palestra
from palestra.agents import Agent, Reply
from palestra.agents.protocols import PROTOCOLS, Protocol, TextTools, protocol_of
from palestra.envs.core import Message, UsageError, calls, say, system, text_in, tool_result, user

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(st.text(max_size=12), JSON, max_size=4)
NAMES = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
TOOLS = [
    {"type": "function", "function": {"name": "search", "description": "Look.", "parameters": {}}}
]
each = pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=list(PROTOCOLS))


@each
@given(name=NAMES, arguments=ARGUMENTS)
def test_a_call_that_is_written_is_read_back(
    protocol: Protocol, name: str, arguments: dict[str, Any]
) -> None:
    action = calls((name, arguments))
    assert protocol.parse(protocol.written(action)) == action


@pytest.mark.parametrize("name", ["hermes", "pythonic"])
@given(named=st.lists(st.tuples(NAMES, ARGUMENTS), min_size=1, max_size=4))
def test_several_calls_are_read_back(name: str, named: list[tuple[str, dict[str, Any]]]) -> None:
    protocol = protocol_of(name)
    assert protocol.parse(protocol.written(calls(*named))) == calls(*named)


def test_a_tool_is_offered_as_its_signature() -> None:
    env = palestra.make("browse", corpus="procedural:size=1000,seed=0").unwrapped
    offered = protocol_of("pythonic").instructions(env.tools)  # type: ignore[attr-defined]
    assert "\nopen(url: str, page: int = 1) - Open a page by its address" in offered
    assert len(offered) < len(protocol_of("json").instructions(env.tools)) / 1.9  # type: ignore[attr-defined]


@each
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_place(protocol: Protocol, text: str) -> None:
    action = protocol.parse(text)
    assert action["role"] == "assistant"
    if "parse_error" in action:
        assert action["parse_error"].startswith("line ")
        assert action["content"] == text


def test_words_beside_a_call_are_kept() -> None:
    text = 'I look.\n<tool_call>\n{"name": "search", "arguments": {}}\n</tool_call>'
    action = protocol_of("hermes").parse(text)
    assert action["content"] == "I look."
    assert [c["function"]["name"] for c in action.get("tool_calls", [])] == ["search"]


def test_tags_in_a_thought_are_no_calls() -> None:
    call = '<tool_call>{"name": "search", "arguments": {}}</tool_call>'
    thinking = f"<think>Perhaps <tool_call> or {call}?</think>{call}"
    assert len(protocol_of("hermes").parse(thinking).get("tool_calls", [])) == 1
    begun_in_the_prompt = f"I shall call.</think>{call}"
    assert len(protocol_of("hermes").parse(begun_in_the_prompt).get("tool_calls", [])) == 1


def test_the_end_of_a_thought_may_stand_in_an_argument() -> None:
    action = calls(("search", {"query": "</think> and </tool_call>"}))
    hermes = protocol_of("hermes")
    assert hermes.parse(hermes.written(action)) == action


HERMES = [
    ("<tool_call>search</tool_call>", "character 11", "JSON object"),
    ('<tool_call>{"name": "search"}</tool_call>', "character 11", "'arguments' is missing"),
    ('<tool_call>{"name": 3, "arguments": {}}</tool_call>', "character 11", "'name' is missing"),
    ('<tool_call>{"name": "a", "arguments": "x"}</tool_call>', "character 11", "'arguments'"),
    ('<tool_call>{"name": "a", "arguments": {}', "character", "no JSON"),
    ('<tool_call>{"name": "a", "arguments": {}}', "character 41", "expected </tool_call>"),
    ('<tool_call>{"name": "a", "arguments": {}, "id": 1}</tool_call>', "character 11", "'id'"),
    ("well </tool_call>", "character 5", "no <tool_call> before"),
    ('\n<tool_call>{"name": \'a\', "arguments": {}}</tool_call>', "line 2, column 21", "no JSON"),
    ("<tool_call>" + "[" * 50_000, "character 11", "JSON object"),
    ('<tool_call>{"a":' * 1 + '{"a":' * 50_000, "character", "JSON"),
]
REACT = [
    ("Action: search", "character 14", "expected `Action Input:`"),
    ("Action:\nAction Input: {}", "character 7", "name of a tool"),
    ("Action: a\nAction Input: {}\nAction: b", "character 27", "a second"),
    ("Action: a\nAction Input: {}\nObservation: done", "character 27", "nothing after"),
    ("Action: a\nAction Input: query", "character 24", "JSON object"),
    ("Action Input: {}", "character 0", "no `Action:`"),
]
ONLY_JSON = [
    ("search it", "character 0", "JSON object"),
    ('{"tool": "a"}', "character 0", "'arguments' is missing"),
    ('{"tool": "a", "arguments": {}} ok', "character 31", "nothing after"),
    ('{"text": 3}', "character 0", "'text' is no part"),
    ("", "character 0", "the end of the reply"),
]
PYTHONIC = [
    ("[search]", "character 1", "expected a call"),
    ("[]", "character 0", "a list of calls"),
    ("[search(", "character 7", "no Python"),
    ('[search("x")]', "character 8", "without its name"),
    ("[search(query=x)]", "character 14", "a text in quotes"),
    ('[search(query="ä", n=1+1)]', "character 21", "a number"),
    ('[a(x=1), b(**{"y": 1}, y=2)]', "character 25", "'y' stands there twice"),
    ('\n[a(x=1),\nopen("f").read()]', "line 3, column 1 ", "the name of a tool"),
    ("[a(x=1)] well", "character 9", "no Python"),
    ("[" * 50_000, "character", "no Python"),
    ("[a(x=\0)]", "character 0", "no Python"),
    ("[a(**{1: 2})]", "character 6", "as a key"),
]


@pytest.mark.parametrize(
    ("name", "text", "where", "why"),
    [
        *(("pythonic", *case) for case in PYTHONIC),
        *(("hermes", *case) for case in HERMES),
        *(("react", *case) for case in REACT),
        *(("json", *case) for case in ONLY_JSON),
    ],
)
def test_what_breaks_the_protocol_is_refused_with_place_and_reason(
    name: str, text: str, where: str, why: str
) -> None:
    action = protocol_of(name).parse(text)
    assert "tool_calls" not in action
    assert where in action.get("parse_error", "")
    assert why in action.get("parse_error", "")


@each
def test_a_conversation_becomes_plain_messages(protocol: Protocol) -> None:
    messages: list[Message] = [
        system("Be brief."),
        user("Find it."),
        calls(("search", {"query": "x"}), ("search", {"query": "y"})),
        tool_result("call_0", "search", "nothing"),
        tool_result("call_1", "search", "a page"),
        say("Done."),
    ]
    plain = protocol.render(messages, TOOLS)
    assert [m["role"] for m in plain] == ["system", "user", "assistant", "user", "assistant"]
    assert all(m.keys() == {"role", "content"} for m in plain)
    assert text_in(plain[0]).startswith("Be brief.")
    assert "search" in (text_in(plain[0]))
    assert "nothing" in (text_in(plain[3]))
    assert "a page" in (text_in(plain[3]))
    assert protocol.render([user("Hi.")], ()) == [user("Hi.")]


def test_an_unknown_protocol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="hermes, json, pythonic, react"):
        protocol_of("xml")


class Written(Agent):
    """Replies with given texts, and keeps what it was asked."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), []

    async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
        self.asked.append((list(messages), list(tools)))
        return Reply(say(self.texts.pop(0)))


def test_a_model_without_tools_plays_browse_through_text() -> None:
    inner = Written(
        'Action: search\nAction Input: {"query": "a river"}',
        'Action: answer\nAction Input: {"text": "x"}',
    )
    agent = TextTools(inner, protocol_of("react"), "mine?protocol=react")
    env = palestra.make("browse", corpus="procedural:size=1000,seed=0").unwrapped
    observation, _ = env.reset(options={"task": "train/0"})
    messages, over = list(observation), False
    tools = env.tools  # type: ignore[attr-defined]
    for _ in range(2):
        reply = asyncio.run(agent.act(messages, tools, seed=0))
        observation, _, over, _, _ = env.step(reply.message)
        messages += [reply.message, *observation]
    assert over
    assert inner.asked[1][1] == []
    assert inner.asked[1][0][-1]["content"].startswith("Observation: [1]")
