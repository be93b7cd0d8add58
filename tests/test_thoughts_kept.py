"""Thoughts and the provider's turn stay with an episode, wherever it goes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import guessing  # noqa: F401 - registers
from palestra.agents import Scripted
from palestra.agents.base import Reply
from palestra.agents.chat import ReplyCache
from palestra.cli import app
from palestra.envs.core import Message, Reference, Script, Seat, call
from palestra.evals import evaluate
from palestra.evals.continuations import at, continued
from palestra.evals.verify import verify
from palestra.leaderboard import episodes, merge, write_episodes
from palestra.leaderboard.contents import broken
from palestra.leaderboard.exchange import read_inspect, write_eee, write_inspect
from palestra.leaderboard.exchange.reasoning import read_content, reasoning_parts

ORIGIN: Any = {
    "source": "anthropic/x 1a2b",
    "turn": {
        "role": "assistant",
        "content": None,
        "thinking_blocks": [
            {"type": "thinking", "thinking": "Is it more than 5?", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "aGlkZGVu"},
        ],
    },
}
SECRET = "0123456789 " * 20


def thinker(seat: Seat) -> Script:
    """Thinks in three ways: in a field, in its text, and not at all."""
    yield {**call("higher", than=5), "thoughts": "Is it more than 5?", "origin": ORIGIN}
    yield {**call("higher", than=2), "content": f"<think>{SECRET}</think>I ask again."}
    yield call("answer", number=seat.env.task.truth)


AGENT = Scripted(Reference(thinker, "oracle", privileged=True), "thinker")


@pytest.fixture
def thought(db: Path) -> Path:
    evaluate(["guess"], [AGENT], tasks=2, db=db)
    return db


def said(db: Path) -> list[Message]:
    found = next(iter(episodes(db, where="agent = 'thinker'")))
    return [message for message in found.messages if message["role"] == "assistant"]


def check(messages: list[Message]) -> None:
    first, second, third = messages
    assert (first.get("thoughts"), first.get("origin")) == ("Is it more than 5?", ORIGIN)
    assert (second.get("thoughts"), second["content"]) == (SECRET.strip(), "I ask again.")
    assert not third.keys() & {"thoughts", "origin"}


def test_store_merge_digest_and_verification(thought: Path, tmp_path: Path) -> None:
    check(said(thought))
    merge(into := tmp_path / "merged.duckdb", thought)
    check(said(into))
    assert broken(into) == (2, [])
    report = verify(into)
    assert not report.findings
    lines = tmp_path / "lines.jsonl"
    write_episodes(into, lines, "jsonl")
    first = json.loads(lines.read_text().splitlines()[0])
    check([message for message in first["messages"] if message["role"] == "assistant"])


def test_a_replay_and_a_continuation_keep_them(thought: Path) -> None:
    evaluate(["guess"], [f"replay/thinker?db={thought}"], tasks=1, db=thought)
    again = next(iter(episodes(thought, where="agent like 'replay/%'")))
    check([message for message in again.messages if message["role"] == "assistant"])
    stored = next(iter(episodes(thought, where="agent = 'thinker'")))
    moment = at(stored, 1)
    assert moment.messages[1].get("origin") == ORIGIN
    loud = Scripted(Reference(_loud, "baseline"), "loud")
    (went,) = asyncio.run(continued(moment, loud, 1))
    assert (went.messages[0]["content"], went.messages[0].get("thoughts")) == ("Five.", "Or six?")


def _loud(seat: Seat) -> Script:
    yield {**call("answer", number=5), "content": "<think>Or six?</think>Five."}


def test_the_reply_cache_keeps_them(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies")
    message: Message = {"role": "assistant", "content": "x", "thoughts": "y", "origin": ORIGIN}
    key = cache.key("a", "b", {}, 0)
    cache.put(key, Reply(message))
    found = cache.get(key)
    assert found is not None
    assert found.message == message


def test_inspects_logs_carry_them_both_ways(thought: Path, tmp_path: Path) -> None:
    (log,) = write_inspect(thought, tmp_path / "logs")
    read_inspect(log, back := tmp_path / "back.duckdb")
    check(said(back))
    message = next(iter(episodes(thought))).messages[1]
    assert reasoning_parts(message) == [
        {
            "type": "reasoning",
            "reasoning": "Is it more than 5?",
            "redacted": False,
            "signature": "c2ln",
        },
        {"type": "reasoning", "reasoning": "aGlkZGVu", "redacted": True},
    ]
    items = [
        {"type": "reasoning", "id": "rs_1", "encrypted_content": "xyz",
         "summary": [{"type": "summary_text", "text": "Five or six."}]},
        {"type": "message", "content": [{"type": "output_text", "text": "Six."}]},
    ]  # fmt: skip
    turn = {"thoughts": "Five or six.", "origin": {"source": "openai", "turn": items}}
    (part,) = reasoning_parts(turn)
    assert part == {
        "type": "reasoning", "reasoning": "xyz", "summary": "Five or six.", "redacted": True,
        "signature": "rs_1",
    }  # fmt: skip
    assert read_content([part, {"type": "text", "text": "Six."}]) == ("Six.", "Five or six.")
    assert read_content("<think>Or seven?</think>Six.") == ("Six.", "Or seven?")
    assert read_content("<think>Or seven?") == ("<think>Or seven?", "")


def test_eval_evers_records_carry_them(thought: Path, tmp_path: Path) -> None:
    write_eee(thought, tmp_path)
    (file,) = tmp_path.glob("data/**/*_samples.jsonl")
    messages = json.loads(file.read_text().splitlines()[0])["messages"]
    traces = [m.get("reasoning_trace") for m in messages if m["role"] == "assistant"]
    assert traces == ["Is it more than 5?", SECRET.strip(), None]


def test_the_command_folds_them_and_prints_them_whole(thought: Path) -> None:
    key = next(iter(episodes(thought))).key
    folded = CliRunner().invoke(app, ["show", key, "--db", str(thought)]).output
    assert "thought, not said (18 characters): Is it more than 5?" in folded
    assert "thought, not said (219 characters): 0123456789" in folded
    assert folded.count("0123456789") < 8
    whole = CliRunner().invoke(app, ["show", key, "--thoughts", "--db", str(thought)]).output
    assert whole.count("0123456789") == 20
