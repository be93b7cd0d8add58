"""Thoughts are not speech: whatever marks them, they are set apart, and what is said stays."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import palestra
from palestra.agents import Agent, Reply
from palestra.agents.protocols import PROTOCOLS, Protocol, protocol_of
from palestra.envs.core import calls, say, separate_thoughts, split_thoughts
from palestra.envs.core.thoughts import UNFINISHED
from palestra.evals import evaluate
from palestra.leaderboard import episodes

MARKS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<THINK>", "</Think >"),
    ('<thought id="1">', "</thought>"),
    ("<reasoning>\n", "\n</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("[THINK]", "[/THINK]"),
    ("\u25c1think\u25b7", "\u25c1/think\u25b7"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
]
marks = pytest.mark.parametrize(("opening", "closing"), MARKS, ids=[m[0].strip() for m in MARKS])
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<>[]|\u25c1\u25b7"), max_size=60)
SPOKEN = WORDS.map(str.strip).filter(bool)


@marks
@settings(max_examples=25)
@given(thought=WORDS, said=SPOKEN)
def test_a_thought_before_the_words_is_set_apart(
    opening: str, closing: str, thought: str, said: str
) -> None:
    split = split_thoughts(f"{opening}{thought}{closing}{said}")
    assert (split.said, split.thoughts, split.finished) == (said, thought.strip(), True)


@marks
@settings(max_examples=25)
@given(thought=WORDS, before=SPOKEN, after=SPOKEN)
def test_a_thought_among_the_words_is_set_apart(
    opening: str, closing: str, thought: str, before: str, after: str
) -> None:
    split = split_thoughts(f"{before}\n{opening}{thought}{closing}\n{after}")
    assert split.said.split() == [*before.split(), *after.split()]
    assert split.thoughts == thought.strip()


@marks
@settings(max_examples=25)
@given(thought=WORDS)
def test_a_thought_that_never_closes_is_an_unfinished_reply(
    opening: str, closing: str, thought: str
) -> None:
    message = separate_thoughts(say(f"{opening}{thought}"))
    assert message["content"] == ""
    assert message.get("parse_error") == UNFINISHED


@given(thought=WORDS, said=SPOKEN)
def test_the_opening_mark_may_stand_in_the_prompt(thought: str, said: str) -> None:
    split = split_thoughts(f"{thought}.</think>\n\n{said}")
    assert (split.said, split.thoughts) == (said, f"{thought}.".strip())


@given(st.text(max_size=200))
def test_setting_apart_twice_is_setting_apart_once(text: str) -> None:
    once = separate_thoughts(say(text))
    assert separate_thoughts(once) == once


@given(parts=st.lists(st.sampled_from([*sum(MARKS, ()), "a", " ", "\n", "`", '"', "x y"])))
def test_any_chaos_of_marks_is_borne(parts: list[str]) -> None:
    once = separate_thoughts(say("".join(parts)))
    assert separate_thoughts(once)["content"] == once["content"]


@pytest.mark.parametrize(
    "words",
    [
        "The tag `<think>` opens a thought and `</think>` closes it.",
        "Qwen writes '<think>' first.",
        "a < b and b > c, so [think] again",
        "Use the <think> tag.",
        "<answer>0</answer>",
        "1 <2, [/INST] and <|endoftext|>",
        "I think that is right.",
        "0<|end|>",
        "Don't write '</think>' there.",
        "Like this:\n```\n<think>code</think>\n```\nHello.",
        "The model writes <think> and then </think>. Hello.",
        "Tags: <think>, </think>.",
        "- <think>\n- </think>",
        "It ends its thoughts with </think>. Hello.",
    ],
)
def test_words_that_only_look_like_thoughts_stay(words: str) -> None:
    assert split_thoughts(words) == (words, "", True)
    message = say(words)
    assert separate_thoughts(message) is message


@pytest.mark.parametrize(
    ("words", "said", "thought"),
    [
        ("analysisCount zeros.assistantfinal0", "0", "Count zeros."),
        (
            "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>0"
            "<|return|>",
            "0",
            "hm",
        ),
        ("<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>0<|END_RESPONSE|>", "0", "hm"),
        ("t\n</think>\n\nHello </think> bye", "Hello </think> bye", "t"),
        ("<think>t</think>Hello </think> bye", "Hello </think> bye", "t"),
        ("<think>a<think>b</think>c</think>d", "d", "a<think>b\n\nc"),
        ('<think>He says "hi"</think>"Hello"', '"Hello"', 'He says "hi"'),
        ("Let me see: ```py\nx\n</think>```py\ny\n```", "```py\ny\n```", "Let me see: ```py\nx"),
        ("Hm. <think>secret</think>", "Hm.", "secret"),
        ("<think>\n\n</think>\n\n0", "0", ""),
    ],
)
def test_other_forms_of_thinking_aloud(words: str, said: str, thought: str) -> None:
    assert split_thoughts(words) == (said, thought, True)


@pytest.mark.parametrize(
    ("content", "said", "thoughts"),
    [
        ("The mark is </think>. Hello", "The mark is </think>. Hello", "s"),
        ("<think> is the mark.", "<think> is the mark.", "s"),
        ("<think>s</think>Hello", "Hello", "s"),
        ("<think>t</think>Hello", "Hello", "s\n\nt"),
    ],
)
def test_where_thoughts_came_apart_other_marks_are_words(
    content: str, said: str, thoughts: str
) -> None:
    message = separate_thoughts({**say(content), "thoughts": "s"})
    assert (message["content"], message.get("thoughts")) == (said, thoughts)
    assert separate_thoughts(message) == message


def test_calls_close_a_thought_that_nothing_else_closes() -> None:
    message = separate_thoughts(
        {**calls(("search", {"query": "</think>"})), "content": "<think>hm"}
    )
    assert message["content"] is None
    assert message.get("thoughts") == "hm"
    assert "parse_error" not in message
    assert message["tool_calls"][0]["function"]["arguments"] == {"query": "</think>"}  # type: ignore[typeddict-item]


def test_a_million_marks_are_read_in_a_moment() -> None:
    began = time.process_time()
    for text in ("<think>" * 300_000, "</think>" * 300_000, "`<think>" * 300_000, "<" * 2_000_000):
        split_thoughts(text)
    assert time.process_time() - began < 10


each = pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=list(PROTOCOLS))


@each
@marks
def test_every_protocol_reads_a_call_behind_a_thought(
    protocol: Protocol, opening: str, closing: str
) -> None:
    action = calls(("search", {"query": "the end: </think>, <think> and [THINK]"}))
    written = protocol.written(action)
    other = protocol.written(calls(("search", {"query": "x"})))
    assert protocol.parse(f"{opening}hm{closing}{written}").get("tool_calls")
    read = protocol.parse(f"{opening}Perhaps {other}?{closing}\n{written}")
    assert read.get("tool_calls") == action.get("tool_calls")
    assert read["content"] is None
    assert "Perhaps" in read.get("thoughts", "")
    begun_in_the_prompt = protocol.parse(f"I shall call.</think>\n{written}")
    assert begun_in_the_prompt.get("tool_calls") == action.get("tool_calls")
    assert begun_in_the_prompt.get("thoughts") == "I shall call."
    assert protocol.parse(written) == action
    unfinished = protocol.parse(f"{opening}Perhaps")
    assert unfinished.get("parse_error") == UNFINISHED
    assert "tool_calls" not in unfinished


def test_what_react_calls_a_thought_is_one() -> None:
    react = protocol_of("react")
    looked = react.parse('Thought: I look it up.\nAction: search\nAction Input: {"query": "x"}')
    assert (looked["content"], looked.get("thoughts")) == (None, "I look it up.")
    asked = react.parse("Thought: I must know the date.\nOn which day do you leave?")
    assert (asked["content"], asked.get("thoughts")) == (
        "On which day do you leave?",
        "I must know the date.",
    )
    answered = react.parse("Thought: 2 and 3.\nThat makes five.\nFinal Answer: 5")
    assert answered["content"] == "5"


class Says(Agent):
    """Says the same in every turn."""

    def __init__(self, message: Any) -> None:
        self.uri, self.message = "says", message

    async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
        return Reply(self.message)


@pytest.mark.parametrize(("opening", "closing"), MARKS[::5])
def test_the_grader_hears_what_was_said_and_the_record_keeps_both(
    tmp_path: Path, opening: str, closing: str
) -> None:
    def outcomes(message: Any, name: str) -> list[Any]:
        evaluate(["formal"], [Says(message)], tasks=8, db=tmp_path / name)
        found = episodes(tmp_path / name)
        return [(e.task, e.score.outcome if e.score else "", e.headline) for e in found]

    plain = sorted(outcomes(say("0"), "plain"))
    assert sorted(outcomes(say(f"{opening}Is it 1?{closing}0"), "marked")) == plain
    assert sorted(outcomes({**say("0"), "thoughts": "Is it 1?"}, "apart")) == plain
    thought = outcomes(say(f"{opening}0{closing}"), "thought")
    assert all(headline == 0 for _, _, headline in thought)
    (each, *_) = episodes(tmp_path / "marked")
    assert each.messages[-1]["content"] == "0"
    assert each.messages[-1].get("thoughts") == "Is it 1?"


def test_stepping_an_environment_by_hand_hears_speech_too() -> None:
    env = palestra.make("formal").unwrapped
    env.reset(seed=1, options={"task": "test/0"})
    env.step(say("<think>1</think>0"))
    assert env.state.reply == "0"  # type: ignore[attr-defined]
