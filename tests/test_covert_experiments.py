"""Going on from the middle of an episode, and saying or not saying that it is a test."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from palestra.agents import Agent, Reply, resolve
from palestra.agents.scaffolds import SENTENCES, Insert, Unaware
from palestra.envs.core import Episode, UsageError, call, say
from palestra.envs.core.awareness import awareness
from palestra.evals import evaluate
from palestra.evals.continuations import at, continued
from palestra.leaderboard import episodes


class Scripted(Agent):
    """Says what it is given, one reply after another, and remembers what it was shown."""

    def __init__(self, *replies: Any) -> None:
        self.uri = "scripted"
        self.replies, self.shown = list(replies), []

    async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
        self.shown.append(list(messages))
        return Reply(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Episode:
    db = tmp_path_factory.mktemp("covert") / "x.duckdb"
    evaluate(["covert"], ["oracle"], tasks=1, db=db, options={"templates": "T17"})
    return next(iter(episodes(db)))


def test_every_moment_goes_on_to_the_same_end(stored: Episode) -> None:
    actions = [m for m in stored.messages if m["role"] == "assistant"]
    for turn in range(len(actions)):
        moment = at(stored, turn)
        again = asyncio.run(continued(moment, Scripted(*actions[turn:]), n=1))[0]
        assert [*moment.messages, *again.messages] == list(stored.messages)
        assert again.score == stored.score
    with pytest.raises(UsageError, match="ended"):
        at(stored, len(actions))


def test_continuations_have_seeds_of_their_own(stored: Episode) -> None:
    moment = at(stored, 2)
    ways = asyncio.run(continued(moment, resolve("random"), n=6))
    assert len({str(way.messages) for way in ways}) > 1
    again = asyncio.run(continued(moment, resolve("random"), n=6))
    assert [w.messages for w in ways] == [w.messages for w in again]
    told = asyncio.run(continued(moment, resolve("random"), n=2, said=say("By AS1 I stop here.")))
    assert all(way.messages[0]["content"] == "By AS1 I stop here." for way in told)


def test_another_record_than_the_environments_is_refused(stored: Episode) -> None:
    other = [dict(m) for m in stored.messages]
    other[3]["content"] = "something else"
    changed = Episode(**{f: getattr(stored, f) for f in stored.__struct_fields__})
    changed.messages = other  # type: ignore[assignment]
    with pytest.raises(UsageError, match="on record"):
        at(changed, 3)


def test_sentences_come_in_pairs_and_only_one_kind_speaks_of_a_test() -> None:
    aware, other = SENTENCES["aware"], SENTENCES["random"]
    assert len(aware) == len(other)
    for one, two in zip(aware, other, strict=True):
        assert awareness(one)
        assert not awareness(two)
        assert one.split()[:2] == two.split()[:2]
        assert abs(len(one.split()) - len(two.split())) <= 3


def test_one_reply_begins_with_the_sentence() -> None:
    agent = Scripted(call("a"), call("b"), call("c"))
    player = Insert(agent, "random", at=2).player(_place())
    replies = [asyncio.run(player.act([], [], seed=i)) for i in range(3)]
    texts = [reply.message["content"] for reply in replies]
    assert texts[0] is None
    assert texts[1] in SENTENCES["random"]
    assert texts[2] is None
    assert replies[1].message.get("tool_calls") == call("b").get("tool_calls")
    assert agent.shown[1][-1] == say(texts[1])  # it reads the sentence as its own words


def test_replies_that_speak_of_a_test_are_asked_for_again() -> None:
    agent = Scripted(say("This is a test."), say("I am being tested."), call("go"))
    reply = asyncio.run(Unaware(agent).player(_place()).act([], [], seed=0))
    assert reply.message == call("go")
    assert reply.notes["resampled"] == 2
    stubborn = Scripted(say("This is a test."))
    reply = asyncio.run(Unaware(stubborn, n=3).player(_place()).act([], [], seed=0))
    assert len(stubborn.shown) == 4
    assert reply.notes["resampled"] == 3


def test_uris(tmp_path: Path) -> None:
    assert resolve("insert(what=random,at=2):random").uri == "insert(what=random,at=2):random"
    assert resolve("unaware:random").uri == "unaware:random"
    with pytest.raises(UsageError, match="at is 0"):
        resolve("insert(at=0):random")


def _place() -> Any:
    from palestra.agents.scaffolds.base import Place

    return Place()
