"""What a seat is told: the document once, then what changes, in words that can be acted on."""

from __future__ import annotations

import pytest
from drafting import HIS, SEATS, fresh, play, played

from palestra.envs.core import Message, UsageError, call, text_of
from palestra.envs.document.env import DocumentArena
from palestra.envs.document.sections import outline
from palestra.envs.document.solo import DocumentSoloEnv


def test_the_document_is_told_once_and_then_what_changes() -> None:
    whole = DocumentArena(kind="comments")
    (opening,) = whole.reset(seed=0, options={"task": "test/0"})[0]["writer_0"]
    outlined = DocumentArena(kind="comments", opening="outline")
    (short,) = outlined.reset(seed=0, options={"task": "test/0"})[0]["writer_0"]
    replica = whole.state.replicas["writer_0"]
    for section in outline(replica):
        text = replica.text[section.start : section.end].rstrip()
        assert text in str(opening["content"])
        assert text not in str(short["content"])
        assert section.title in str(short["content"])
    for id, record in replica.records("comments").items():
        said = f"{id} by {record['author']} on “{record['quote']}” in “{record['section']}”"
        assert said in str(opening["content"])
    assert outlined.state.replicas["writer_0"].content() == replica.content()
    with pytest.raises(UsageError, match="opening"):
        DocumentArena(opening="all")
    assert play(fresh()) == dict.fromkeys(SEATS, "You waited.")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        (call("replace", section=HIS, quote="schöner", text="schönre"), "“schöner” by “schönre”"),
        (call("insert", section=HIS, text="ö", after="schöne"), "“schöner” by “schöneör”"),
        (call("delete", section=HIS, quote="ön"), "“schöner” by “scher”"),
        (call("insert", section=HIS, text=" 🙂 Ja.", after="schöner"), "“🙂 Ja.” after “Ein sch"),
        (call("delete", section=HIS, quote=" schöner"), "deleted “schöner” after “Ein”"),
        (call("delete", section=HIS, quote="Ein schöner Satz. "), "deleted “Ein schöner Satz.” in"),
        (call("insert", section=HIS, text=" Wer? " + "ß中" * 150, at=-1), "ß中…” after “"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_whole_words_and_in_its_place(action: Message, told: str) -> None:
    said = play(fresh(), writer_1=action)
    assert told in said["writer_0"]
    assert said["assistant_0"] == said["writer_0"]
    assert len(said["writer_0"]) < 400


def test_no_round_repeats_the_document() -> None:
    """What makes a language model's seat cheap: after the opening it reads what is new."""
    arena = DocumentArena(kind="errors")
    seen = arena.reset(seed=0, options={"task": "test/0"})[0]
    size = len(text_of(seen["writer_0"]))
    log = list(played(arena, "polite"))
    arena.reset(seed=0, options={"task": "test/0"})
    heard: dict[str, int] = dict.fromkeys(SEATS, 0)
    for actions in log:
        for seat, messages in arena.step(actions)[0].items():
            heard[seat] += len(text_of(messages))
    assert len(log) > 3
    assert all(0 < told < size / 2 for told in heard.values())


def test_alone_one_is_told_the_same() -> None:
    whole, outlined = DocumentSoloEnv(), DocumentSoloEnv(opening="outline")
    texts = [text_of(env.reset(seed=0, options={"task": "test/0"})[0]) for env in (whole, outlined)]
    seat = DocumentArena().reset(seed=0, options={"task": "test/0"})[0]["writer_0"]
    assert texts[0] == text_of(seat)
    assert len(texts[0]) > len(texts[1]) + 4000
