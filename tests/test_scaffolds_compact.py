"""`compact`: long episodes stay inside a context, and what is left is a conversation still."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from told import Told

import palestra  # noqa: F401 - registers
from palestra.agents import Agent, Reply, resolve
from palestra.agents.base import CONTEXT_FULL
from palestra.agents.scaffolds import Compact
from palestra.agents.scaffolds.gauge import Gauge, characters
from palestra.agents.scaffolds.rounds import Dropped, round_starts
from palestra.envs.core import (
    Message,
    Usage,
    UsageError,
    call,
    make,
    say,
    system,
    text_in,
    tool_result,
    user,
)
from palestra.evals import evaluate
from palestra.leaderboard import episodes

TOOLS: list[dict[str, Any]] = [
    {"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}
]
OPENING = [system("Be careful."), user("What is on the pages?")]


def page(number: int, length: int = 1000) -> str:
    return f"Page {number}: " + "lorem ipsum " * (length // 12)


def rounds(count: int, length: int = 1000) -> list[Message]:
    """A conversation in which this number of pages was read."""
    messages: list[Message] = list(OPENING)
    for number in range(count):
        action = call("read", page=number)
        action["tool_calls"][0]["id"] = f"call_{number}"  # type: ignore[typeddict-item]
        action["origin"] = {"source": "x", "turn": {"number": number}}
        messages += [action, tool_result(f"call_{number}", "read", page(number, length))]
    return messages


class Narrow(Agent):
    """An agent with a small context that counts tokens by characters and reports what it read."""

    def __init__(self, context: int, per_token: float = 4.0, says: Any = None) -> None:
        self.uri, self.context, self.per_token = "narrow", context, per_token
        self.heard: list[list[Message]] = []
        self.refused = 0
        self._says = says or (lambda messages: call("read", page=len(messages)))

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        tokens = round(characters(messages, tools) / self.per_token)
        if tokens > self.context:
            self.refused += 1
            return Reply(say(""), Usage(calls=1), CONTEXT_FULL, stop=True)
        self.heard.append(list(messages))
        said = self._says(messages)
        message = say(said) if isinstance(said, str) else said
        return Reply(message, Usage(calls=1, input_tokens=tokens, output_tokens=9, cost=0.5))


def play(agent: Agent, turns: int, length: int = 1000) -> list[Reply]:
    """So many turns of reading."""
    player = agent.seated(None, 0)
    whole = rounds(turns, length)
    replies = []
    for start in [*round_starts(whole), len(whole)]:
        replies.append(asyncio.run(player.act(whole[:start], TOOLS, seed=start)))
    return replies


def is_valid(messages: Sequence[Message]) -> bool:
    """Whether every result answers a call just before it, and every call has its result."""
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in waiting:
                return False
            waiting.remove(message.get("tool_call_id", ""))
        elif waiting:
            return False
        else:
            waiting = [each["id"] for each in message.get("tool_calls") or ()]
    return not waiting


@pytest.mark.parametrize("per_token", [2.0, 4.0, 6.0])
def test_dropping_keeps_a_long_episode_inside_the_context(per_token: float) -> None:
    agent = Narrow(2000, per_token)
    replies = play(Compact(agent, 2000), 40)
    assert not any(reply.stop for reply in replies)
    for messages in agent.heard:
        assert is_valid(messages)
        assert messages[:2] == OPENING
        kept = messages[-6:]
        assert not any("[Removed" in text_in(m) for m in kept)  # the last three rounds
        origins = [m.get("origin") for m in messages if m["role"] == "assistant"]
        numbers = [origin["turn"]["number"] for origin in origins if origin]
        assert len(numbers) == len(origins)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    notices = {text_in(m) for each in agent.heard for m in each if "[Removed" in text_in(m)}
    assert (
        '[Removed to save space: 1,004 characters returned by read({"page": 7}). If you still need '
        "it, call the tool again with the same arguments.]"
    ) in notices or per_token == 2.0  # there, not even the notices fit
    if per_token == 2.0:
        assert any("turns of this work were removed" in text_in(m) for m in agent.heard[-1])
    done = replies[-1].notes["compact"]
    assert done["results"] > 10
    assert done["characters"] > 10_000
    assert agent.refused <= 1  # before the first reply nobody knows how long a token is


def test_what_is_dropped_stays_so_and_is_dropped_in_batches() -> None:
    agent = Narrow(8000)
    play(Compact(agent, 8000), 60)
    changed = 0
    for before, after in zip(agent.heard, agent.heard[1:], strict=False):
        same = sum(a == b for a, b in zip(before, after, strict=False)) == len(before)
        changed += not same
        gone = {i for i, m in enumerate(before) if "[Removed" in text_in(m)}
        assert all("[Removed" in text_in(after[i]) for i in gone)
    assert 3 < changed < 15  # of 60 turns: a provider's prompt cache is left alone in between


def test_a_context_that_is_smaller_than_was_said_is_found_out() -> None:
    agent = Narrow(1500)
    replies = play(Compact(agent, 20_000), 30)
    assert not any(reply.stop for reply in replies)
    assert 0 < agent.refused < 6
    assert replies[-1].notes["compact"]["asked_again"] == agent.refused
    full = next(reply for reply in replies if reply.usage.calls > 1)
    assert full.usage.calls == 1 + 1  # the refused call is counted


def test_what_cannot_be_made_shorter_ends_as_the_agents_own_end() -> None:
    agent = Narrow(100)
    replies = play(Compact(agent, 500), 3, length=5000)
    assert (replies[-1].stop, replies[-1].finish) == (True, CONTEXT_FULL)


def writer(messages: Sequence[Message]) -> str:
    """Notes every page that it is shown."""
    read = text_in(messages[-1]).partition("# Messages")[2]
    return "\n".join(f"- {found}" for found in re.findall(r"Page \d+", read))


def test_summaries_grow_and_are_counted() -> None:
    pen = Told(lambda messages, seed: f"<think>Hm.</think>{writer(messages)}", "pen")
    agent = Narrow(2000)
    replies = play(Compact(agent, 2000, "summary", pen), 40)
    assert not any(reply.stop for reply in replies)
    last = ""
    for messages in agent.heard:
        assert is_valid(messages)
        assert messages[:2] == OPENING
        third = messages[2] if len(messages) > 2 else say("")
        notes = text_in(third) if third["role"] == "user" else ""
        assert notes.startswith(last)
        last = notes
        numbers = [int(n) for n in re.findall(r"Page (\d+)", "".join(map(text_in, messages)))]
        assert sorted(set(numbers)) == list(range(max(numbers, default=-1) + 1))  # none is lost
    assert last.startswith("[The earlier part of this conversation was removed to save space.")
    assert "think" not in last
    done = replies[-1].notes
    assert done["compact"]["summaries"] == len(pen.heard)
    assert done["compact"]["turns"] > 20
    assert done["summary"] in last
    total = Usage()
    for reply in replies:
        total.add(reply.usage)
    assert total.calls == len(agent.heard) + agent.refused + len(pen.heard)
    assert total.cost == 0.5 * len(agent.heard) + 0.25 * len(pen.heard)
    rules, about = pen.heard[-1][0]
    assert "You keep notes for a colleague" in text_in(rules)
    assert text_in(about).index("# Task") < text_in(about).index("# Notes so far")


def test_notes_that_grow_too_long_are_shortened_and_a_silent_writer_is_made_up_for() -> None:
    def long(messages: Sequence[Message], seed: int) -> str:
        return "Short." if "too long" in text_in(messages[0]) else "A long note. " * 80

    agent = Narrow(2000)
    play(Compact(agent, 2000, "summary", Told(long, "long")), 40)
    assert any("\n\nShort." in text_in(m[2]) for m in agent.heard if len(m) > 2)
    agent = Narrow(2000)
    play(Compact(agent, 2000, "summary", Told(lambda messages, seed: "", "silent")), 20)
    assert 'Calls made: read({"page": 0}); read({"page": 1})' in text_in(agent.heard[-1][2])


def test_the_agent_takes_its_own_notes_and_they_count() -> None:
    def says(messages: Sequence[Message]) -> Any:
        if "You keep notes" in text_in(messages[0]):
            return writer(messages)
        return call("read", page=len(messages))

    agent = Narrow(2000, says=says)
    scaffold = Compact(agent, 2000, "summary")
    replies = play(scaffold, 30)
    assert replies[-1].notes["compact"]["summaries"] > 1
    assert "became notes" in scaffold.remarks()[0]
    assert scaffold.uri == "compact(context=2000,by=summary):narrow"


def test_errors_short_results_and_calls_that_write_are_treated_with_care() -> None:
    env: Any = make("browse", corpus="procedural:size=2000").unwrapped
    env.reset(seed=1)
    dropped = Dropped(env)
    messages = rounds(6)
    messages[3] = tool_result("call_0", "read", "Error: no such page.")
    assert dropped.drop(messages, 3, lambda each: False)
    assert [i for i, m in enumerate(dropped.view(messages)) if "[Removed" in text_in(m)] == [5, 7]
    assert not dropped.drop(messages, 3, lambda each: False)
    wrote: Any = Dropped(env)
    wrote._tools = {"read": SimpleNamespace(writes=True)}
    wrote.drop(messages, 3, lambda each: False)
    assert text_in(wrote.view(messages)[5]).endswith(
        "The call was carried out. Do not repeat it just to see the result.]"
    )


def test_estimates_come_from_usage_and_counts_from_a_tokenizer() -> None:
    gauge = Gauge(Narrow(10))
    messages = rounds(4)
    assert gauge.tokens(messages, TOOLS) == round(characters(messages, TOOLS) / 3.5)
    gauge.learn(messages, TOOLS, Usage(calls=1, input_tokens=500))
    assert gauge.tokens(messages, TOOLS) == 500
    gauge.learn(messages, TOOLS, Usage(calls=3, input_tokens=9))  # of several calls
    gauge.learn(messages, TOOLS, Usage(calls=1))
    assert gauge.tokens(messages, TOOLS) == 500
    assert Gauge(resolve("openai/x?max_tokens=77&base_url=http://127.0.0.1:1/v1")).max_tokens == 77


def test_it_is_named_and_refused_in_a_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve("compact:random").uri == "compact(context=32000):random"
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    made = resolve("compact(context=8000,by=summary,model=openai/x):openai/y")
    assert made.uri == "compact(context=8000,by=summary,model=openai/x):openai/y"
    for uri, problem in {
        "compact(by=king):random": "expected one of drop, summary",
        "compact(model=openai/x):openai/y": "model= is for by=summary",
        "compact(by=summary):random": "name a model: model=URI",
        "compact(context=5):random": "context",
    }.items():
        with pytest.raises(UsageError, match=re.escape(problem)):
            resolve(uri)


def test_an_episode_that_is_long_enough_is_compacted_and_says_so(db: Path) -> None:
    options = {"corpus": "procedural:size=2000", "tool_calls": 24}
    agent = "compact(context=3000):greedy_reader"
    evaluate(["browse"], [agent], tasks=3, db=db, options=options)
    stored = list(episodes(db, where="agent like 'compact%'"))
    assert len(stored) == 3
    assert any("compact" in note for each in stored for note in each.notes)
    assert all(each.status == "scored" for each in stored)
    whole = [m for m in stored[0].messages if m["role"] == "tool"]
    assert not any("[Removed" in text_in(m) for m in whole)  # the record is what was said
    assert json.dumps(list(stored[0].notes))
