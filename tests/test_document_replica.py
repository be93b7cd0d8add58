"""Replicas of a document: characters stay whole, all end with the same, authors are known."""

from __future__ import annotations

import gc
import pickle
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palestra.envs.document.replica import Replica

AUTHORS = ("a", "b", "c")
LETTERS = {"a": "aäα😀", "b": "bß中\u0301", "c": "cć\n🤷🏽‍♀️"}
"""Each writes letters that the others never do."""

move = st.tuples(st.sampled_from(AUTHORS), st.booleans(), st.integers(0, 999), st.integers(1, 5))
moves = st.lists(st.one_of(move, st.just("meet")), max_size=40)


def replicas(text: str = "aäα😀 a".replace(" ", "ä")) -> list[Replica]:
    base = Replica("a", 99, AUTHORS)
    base.insert(0, text, "a")
    return [Replica(name, i, AUTHORS, base.state()) for i, name in enumerate(AUTHORS, start=1)]


def act(replica: Replica, inserts: bool, place: int, size: int) -> None:
    letters = LETTERS[replica.name]
    at = place % (len(replica.text) + 1)
    if inserts:
        text = "".join(letters[(place + i) % len(letters)] for i in range(size))
        replica.insert(at, text, replica.name)
    else:
        replica.delete(at, min(len(replica.text), at + size))


def meet(all_: list[Replica]) -> None:
    updates = [(replica, replica.take_updates()) for replica in all_]
    for sender, sent in updates:
        for replica in all_:
            if replica is not sender:
                replica.apply(sent)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_replicas_agree_after_any_interleaving_and_every_character_has_its_author(
    played: list[tuple[str, bool, int, int] | str],
) -> None:
    all_ = replicas()
    by_name: dict[str, Replica] = dict(zip(AUTHORS, all_, strict=True))
    for each in played:
        if isinstance(each, str):
            meet(all_)
        else:
            act(by_name[each[0]], *each[1:])
    meet(all_)
    assert len({replica.content() for replica in all_}) == 1
    for replica in all_:
        assert replica.text == str(replica._body)
        assert "".join(text for text, _ in replica.spans()) == replica.text
        for index, letter in enumerate(replica.text):
            assert letter in LETTERS[replica.author_at(index)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.text(max_size=4)), max_size=25))
def test_indices_count_characters_as_python_does(edits: list[tuple[bool, int, str]]) -> None:
    replica, plain = Replica("a", 1, AUTHORS), ""
    for inserts, place, text in edits:
        at = place % (len(plain) + 1)
        if inserts:
            replica.insert(at, text, "a")
            plain = plain[:at] + text + plain[at:]
        else:
            end = min(len(plain), at + len(text))
            replica.delete(at, end)
            plain = plain[:at] + plain[end:]
    assert str(replica._body) == replica.text == plain


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (0, 9), (3, 2)])
def test_a_range_that_is_none_is_refused(start: int, end: int) -> None:
    replica = Replica("a", 1, AUTHORS)
    replica.insert(0, "é😀é", "a")
    with pytest.raises(IndexError):
        replica.delete(start, end)
    with pytest.raises(IndexError):
        replica.insert(9, "x", "a")
    assert replica.text == "é😀é"


def test_copies_and_pickles_go_on_alone_under_the_same_name() -> None:
    one, other, _ = replicas()
    one.insert(2, "äα", "a")
    for twin in (one.copy(), pickle.loads(pickle.dumps(one))):
        assert twin.content() == one.content()
        twin.insert(0, "a", "a")
        assert twin.text == "a" + one.text
        other_copy = other.copy()
        other_copy.apply(twin.take_updates())
        assert other_copy.text == twin.text


def test_a_thousand_edits_on_either_side_merge() -> None:
    one, other, _ = replicas("a" * 500)
    for i in range(1000):
        one.insert(i % 400, "äα", "a")
        other.insert((i * 7) % 400, "中", "b")
    meet([one, other])
    assert one.content() == other.content()
    assert one.written() == {"a": 2500, "b": 1000, "c": 0}


def test_records_of_which_two_are_written_at_once_end_alike() -> None:
    all_ = replicas()
    all_[0].put("tasks", "t1", {"status": "claimed", "by": "é"})
    all_[1].put("tasks", "t1", {"status": "done", "by": "ß"})
    meet(all_)
    assert all(replica.records("tasks") == all_[0].records("tasks") for replica in all_)
    assert len({replica.content() for replica in all_}) == 1


def test_a_replica_that_nobody_holds_is_freed() -> None:
    replica = replicas()[0]
    replica.insert(0, "a", "a")
    document = weakref.ref(replica._doc)
    del replica
    gc.collect()
    assert document() is None
