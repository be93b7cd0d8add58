"""A turn comes back as its provider sent it, whole or in pieces, and goes to no other."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palestra.agents import InfrastructureError, resolve
from palestra.agents.chat.finishes import check_finish, mark_unfinished
from palestra.agents.chat.stream import read_stream
from palestra.agents.chat.usage import count, usage_of
from palestra.agents.chat.wire import message_of, to_wire
from palestra.agents.protocols import protocol_of
from palestra.envs.core import Message, calls, spoken, tool_result, user
from palestra.envs.core.thoughts import UNFINISHED
from palestra.evals import evaluate
from palestra.evals.doctor import ChatServer
from palestra.leaderboard import episodes

HERE, THERE = "openai/m@1", "openai/m@2"


def called(name: str = "search", arguments: Any = '{"query": "x"}', **more: Any) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": "call_a", "type": "function", "function": function, **more}


SIGNED = {"google": {"thought_signature": "c2lnbmF0dXJl"}}
TURNS: dict[str, tuple[dict[str, Any], str]] = {
    "DeepSeek": ({"content": "", "reasoning_content": "I look."}, "I look."),
    "vLLM": ({"content": None, "reasoning": "I look."}, "I look."),
    "Gemini": ({"content": None, "tool_calls": [called(extra_content=SIGNED)]}, ""),
    "OpenRouter": (
        {
            "content": None,
            "reasoning_details": [
                {"type": "reasoning.text", "text": "I look.", "signature": "s", "index": 0},
                {"type": "reasoning.encrypted", "data": "zzz", "index": 1},
            ],
        },
        "I look.",
    ),
    "LiteLLM": (
        {
            "content": None,
            "thinking_blocks": [
                {"type": "thinking", "thinking": "I look.", "signature": "s"},
                {"type": "redacted_thinking", "data": "zzz"},
            ],
            "provider_specific_fields": {"a": 1},
        },
        "I look.",
    ),
    "Mistral": (
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "I look."}]},
                {"type": "text", "text": "Well."},
            ]
        },
        "I look.",
    ),
    "MiniMax": ({"content": "<think>I look.</think>\n\nWell."}, "I look."),
    "one that nobody knows": ({"content": "Well.", "x_state": {"deep": [1, {"y": None}]}}, ""),
}


@pytest.mark.parametrize("name", TURNS)
def test_a_turn_goes_back_as_it_came_and_to_no_other(name: str) -> None:
    turn, thoughts = copy.deepcopy(TURNS[name])
    turn = {"role": "assistant", "tool_calls": [called()], **turn}
    message = message_of(copy.deepcopy(turn), HERE)
    assert message.get("thoughts", "") == thoughts
    conversation = [user("?"), message, tool_result("call_a", "search", "a page")]
    _, back, _ = to_wire(conversation, HERE)
    assert back == turn
    for other in (THERE, ""):
        _, elsewhere, _ = to_wire(conversation, other)
        assert elsewhere.keys() <= {"role", "content", "tool_calls"}
        assert "I look." not in json.dumps(elsewhere)
        assert "signature" not in json.dumps(elsewhere)


def test_a_message_that_was_changed_goes_out_as_it_says() -> None:
    message = message_of({"content": "One.", "reasoning_content": "hm"}, HERE)
    message["content"] = "Two."
    assert to_wire([message], HERE) == [{"role": "assistant", "content": "Two."}]


@pytest.mark.parametrize("arguments", [None, "", " ", "null", "{}", {}])
def test_no_arguments_are_no_arguments(arguments: Any) -> None:
    message = message_of({"content": None, "tool_calls": [called(arguments=arguments)]}, HERE)
    assert message["tool_calls"][0]["function"]["arguments"] == {}  # type: ignore[typeddict-item]
    ((back,),) = [turn["tool_calls"] for turn in to_wire([message], HERE)]
    assert isinstance(back["function"]["arguments"], str), "as the API takes them"


def test_a_long_id_is_short_here_and_long_there() -> None:
    long = "call_1__thought__" + "c2ln" * 2000
    message = message_of({"content": None, "tool_calls": [{**called(), "id": long}]}, HERE)
    (call,) = message["tool_calls"]  # type: ignore[typeddict-item]
    assert len(call["id"]) < 64
    result = tool_result(call["id"], "search", "a page")
    turn, told = to_wire([message, result], HERE)
    assert turn["tool_calls"][0]["id"] == told["tool_call_id"] == long
    turn, told = to_wire([message, result], THERE)
    assert turn["tool_calls"][0]["id"] == told["tool_call_id"] == call["id"]


@pytest.mark.parametrize("odd", [10**40, float("nan"), "\ud800", [[["x"]]]])
def test_a_turn_is_kept_as_it_can_be_stored_or_is_an_error(odd: Any) -> None:
    with suppress(InfrastructureError):
        message = message_of({"content": "Well.", "odd": odd}, HERE)
        assert msgspec.json.decode(msgspec.json.encode(message))["content"] == "Well."


@pytest.mark.parametrize("odd", ["12", -1, 2**60, 1.5, True, [], {}])
def test_a_number_of_tokens_is_a_number(odd: Any) -> None:
    with pytest.raises(InfrastructureError, match="counts"):
        count(odd)
    with pytest.raises(InfrastructureError, match="counts"):
        usage_of({"prompt_tokens": odd})
    assert usage_of({"prompt_tokens": 3.0, "prompt_tokens_details": None}).input_tokens == 3


@pytest.mark.parametrize(
    "reason", ["insufficient_system_resource", "network_error", "abort", "error"]
)
def test_what_the_server_broke_off_is_no_reply(reason: str) -> None:
    with pytest.raises(InfrastructureError, match="broke the reply off"):
        check_finish({"finish_reason": reason, "message": {"content": "partial"}})
    with pytest.raises(InfrastructureError, match="broke the reply off"):
        check_finish({"finish_reason": None, "error": {"code": 502}, "message": {"content": ""}})
    check_finish({"finish_reason": "length"})


def test_a_thought_that_was_cut_off_in_a_field_is_an_unfinished_reply() -> None:
    cut = message_of({"content": None, "reasoning_content": "Let me"}, HERE)
    assert mark_unfinished(cut, "length").get("parse_error") == UNFINISHED
    done = message_of({"content": "5", "reasoning_content": "Let me"}, HERE)
    assert "parse_error" not in mark_unfinished(done, "length")


@pytest.mark.parametrize("text", ['{"query": "x \\ud83d"}', '{"query": "x \\ud83d", "n": 1'])
@pytest.mark.parametrize("uri", ["openai/m?", "openai/m?stream=true&", "litellm/openai/m?"])
def test_half_a_character_in_an_argument_is_stored(db: Path, uri: str, text: str) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "search", "arguments": text}}
    with ChatServer(lambda request: {"tool_calls": [call]}) as server:
        evaluate(["browse"], [f"{uri}base_url={server.url}"], tasks=1, db=db)
    (each,) = episodes(db)
    assert each.status == "scored"
    assert "\ud83d" not in str(each.messages)


@pytest.mark.parametrize("name", ["hermes", "json", "pythonic", "react"])
def test_marks_of_thoughts_in_an_argument_are_left_alone(name: str) -> None:
    """Through the whole way: the adapter must not touch what the protocol is to read."""
    arguments = {"query": "<think>keep</think> x </think> and [THINK]"}
    written = protocol_of(name).written(calls(("search", arguments)))

    async def asked(url: str) -> Message:
        agent = resolve(f"openai/m?protocol={name}&base_url={url}", ())
        tools = [{"type": "function", "function": {"name": "search", "parameters": {}}}]
        reply = await agent.act([user("?")], tools, seed=1)
        again = [user("?"), reply.message, tool_result("call_0", "search", "a page")]
        await agent.act(again, tools, seed=2)
        await agent.close()
        return reply.message

    text = f"<think>hm</think>{written}"
    with ChatServer(lambda request: {"content": text}) as server:
        message = asyncio.run(asked(server.url))
        back = server.requests[1]["messages"]
    assert message["tool_calls"][0]["function"]["arguments"] == arguments  # type: ignore[typeddict-item]
    assert message.get("thoughts") == "hm"
    assert text in [each["content"] for each in back], "its own words go back to it"


# -- streams -----------------------------------------------------------------------------------


def streamed(deltas: Sequence[dict[str, Any]], tools: Sequence[str] = ("search", "open")) -> Any:
    async def chunks() -> AsyncIterator[Any]:
        for delta in deltas:
            yield {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        yield {"choices": [], "usage": {"prompt_tokens": 1}}

    return asyncio.run(read_stream(chunks(), tools))[0]


def piece(index: Any = 0, id: Any = None, name: Any = None, arguments: Any = None) -> Any:
    function = {k: v for k, v in (("name", name), ("arguments", arguments)) if v is not None}
    found = {"index": index, "id": id, "function": function}
    return {"tool_calls": [{k: v for k, v in found.items() if v is not None}]}


def calls_in(turn: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (c["id"], c["function"]["name"], c["function"]["arguments"]) for c in turn["tool_calls"]
    ]


def test_a_new_id_under_an_old_index_begins_a_new_call() -> None:
    turn = streamed(
        [
            piece(0, "a", "search", '{"query": '),
            piece(0, None, None, '"x"}'),
            piece(0, "b", "search", ""),
            piece(0, "b", None, '{"query": "y"}'),
        ]
    )
    assert calls_in(turn) == [
        ("a", "search", '{"query": "x"}'),
        ("b", "search", '{"query": "y"}'),
    ]


@pytest.mark.parametrize(
    "deltas",
    [
        [piece(0, "a", "search", "{}"), piece(0, "a", "search", "")],
        [piece(0, "a", "search", "{"), piece(0, "a", "", "}")],
        [piece(0, "a", "sea", ""), piece(0, None, "rch", "{}")],
        [piece(0, None, "search", "{}"), piece(0, "a", None, "")],
        [piece(0, "a", "search", "{"), piece(0, "b", None, "}")],
    ],
    ids=["name again", "name empty", "name in pieces", "id late", "an id for each piece"],
)
def test_pieces_of_one_call_are_one_call(deltas: Any) -> None:
    assert calls_in(streamed(deltas)) == [("a", "search", "{}")]


@pytest.mark.parametrize(
    "deltas",
    [
        [piece(0, None, "search", ""), piece(0, None, "search", "")],
        [piece(0, None, "search", "{}"), piece(0, None, "open", "{}")],
        [piece(0, None, "search", ""), piece(0, None, "open", "")],
        [piece(0, "a", "search", '{"query": "x"}'), piece(0, None, None, '{"query": "y"}')],
    ],
)
def test_calls_that_cannot_be_told_apart_are_the_servers_fault(deltas: Any) -> None:
    with pytest.raises(InfrastructureError, match="cannot be told apart"):
        streamed(deltas)


def test_another_kind_of_block_under_one_index_is_another_block() -> None:
    """OpenRouter gives index 0 to the summary and to what is encrypted."""
    turn = streamed(
        [
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "a", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "b", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "z", "index": 0}]},
        ]
    )
    assert turn["reasoning_details"] == [
        {"type": "reasoning.summary", "summary": "ab", "index": 0},
        {"type": "reasoning.encrypted", "data": "z", "index": 0},
    ]


def test_calls_without_an_index_are_told_apart_by_their_names() -> None:
    turn = streamed([piece(None, None, "search", "{}"), piece(None, None, "open", "{}")])
    assert [name for _, name, _ in calls_in(turn)] == ["search", "open"]


def test_unknown_fields_grow_with_their_pieces() -> None:
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "I "}]}]
    more = [{"type": "thinking", "thinking": [{"type": "text", "text": "look."}]}]
    turn = streamed(
        [
            {"role": "assistant", "content": ""},
            {"content": thinking},
            {"content": more},
            {"content": "We"},
            {"content": "ll."},
            {"reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.text", "text": "b", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.text", "signature": "s", "index": 0}]},
            {"x_state": {"deep": "1"}},
        ]
    )
    assert turn["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "I look."}]},
        {"type": "text", "text": "Well."},
    ]
    assert turn["reasoning_details"] == [
        {"type": "reasoning.text", "text": "ab", "signature": "s", "index": 0}
    ]
    assert turn["x_state"] == {"deep": "1"}


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ARGUMENTS = st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3)


@given(
    content=st.none() | TEXT,
    reasoning=st.none() | TEXT,
    named=st.lists(st.tuples(st.sampled_from(["search", "open"]), ARGUMENTS), max_size=4),
    one_index=st.booleans(),
    size=st.integers(1, 7),
)
def test_in_pieces_or_whole_a_turn_says_the_same(
    content: str | None, reasoning: str | None, named: Any, one_index: bool, size: int
) -> None:
    turn: dict[str, Any] = {"role": "assistant", "content": content}
    if reasoning is not None:
        turn["reasoning_content"] = reasoning
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    for key in ("content", "reasoning_content"):
        text = turn.get(key) or ""
        deltas += [{key: text[at : at + size]} for at in range(0, len(text), size)]
    if named:
        turn["tool_calls"] = [
            {**called(name, json.dumps(arguments)), "id": f"c{n}"}
            for n, (name, arguments) in enumerate(named)
        ]
    for n, call in enumerate(turn.get("tool_calls", ())):
        index, text = 0 if one_index else n, call["function"]["arguments"]
        deltas.append(piece(index, call["id"], call["function"]["name"], ""))
        deltas += [
            piece(index, None, None, text[at : at + size]) for at in range(0, len(text), size)
        ]
    whole = message_of(turn, HERE)
    pieces = message_of(streamed(deltas), HERE)
    assert spoken(pieces) == spoken(whole)
