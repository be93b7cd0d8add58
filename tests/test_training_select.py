"""From episodes to conversations: what is held out stays out, what is dropped is counted."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import shelving  # noqa: F401 - registers
from typer.testing import CliRunner

import guessing  # noqa: F401 - registers
from palestra.agents import Scripted
from palestra.cli import app
from palestra.envs.core import (
    Episode,
    Message,
    Reference,
    Score,
    Script,
    Seat,
    UsageError,
    call,
    calls,
    say,
    system,
    user,
)
from palestra.envs.core import tool_result as result
from palestra.evals import evaluate
from palestra.leaderboard import Store, Writer, episodes
from palestra.training.select import (
    FILTERS,
    Candidate,
    Conversation,
    Grounded,
    Says,
    Selection,
    Verdict,
    dropped,
    filters_of,
    kept,
    select,
    solved,
    write_hf,
    write_sft,
)
from palestra.training.select.sampling import balanced
from palestra.training.select.validity import problem

SMALL = {"corpus": "procedural:size=2000", "min_hops": 2, "max_hops": 2, "blur": 0}


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Browse, played on train and on what is held out."""
    db = tmp_path_factory.mktemp("select") / "browse.duckdb"
    agents = ["oracle", "greedy_reader", "random"]
    for split in ("train", "test", "ood"):
        tasks = 20 if split == "train" else 4
        evaluate(["browse"], agents, tasks=tasks, split=split, db=db, options=SMALL, trials=2)
    return db


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tasks that only read, played by agents that do it in their own ways."""
    db = tmp_path_factory.mktemp("select") / "shelves.duckdb"
    agents = ["straight", "recovering", "detour", "looping", "breaker", "mute", "random"]
    evaluate(["shelves"], agents, tasks=9, split="train", db=db)
    evaluate(["shelves"], ["oracle"], tasks=[f"train/{i}" for i in range(6)], db=db)
    evaluate(["shelves"], ["straight"], tasks=4, split="test", db=db)
    return db


def played(shelves: Path) -> Episode:
    return next(episodes(shelves, where="agent = 'straight' and task = 'train/0'"))


def store(db: Path, *given: Episode) -> None:
    """Into the file as they are, whatever they claim."""
    with Writer(Store(db), "forged") as writer:
        for number, episode in enumerate(given):
            writer.add(msgspec.structs.replace(episode, key=f"{number:032x}"))


def by_agent(selection: Selection) -> Counter[str]:
    return Counter(each.metadata["agent"] for each in selection)


def reasons(selection: Selection, stage: str) -> Counter[str]:
    return next(each.dropped for each in selection.report.stages if each.name == stage)


def test_no_argument_brings_in_what_is_held_out(browse: Path) -> None:
    every = ["oracle", "greedy_reader", "random"]
    for agents, filters, limit in itertools.product([None, every], [(), FILTERS], [None, 7]):
        chosen = select(browse, agents=agents, filters=filters, dedupe=False, limit=limit)
        assert all(each.metadata["split"] == "train" for each in chosen)
        assert all(each.metadata["task"].startswith("train/") for each in chosen)
    assert len(select(browse, agents=every, filters=(), dedupe=False)) == 20 * 3 * 2
    assert reasons(select(browse), "held out") == {"split 'test'": 24, "split 'ood'": 24}
    for split in ("test", "ood", "Train", "train ", "", "any"):
        with pytest.raises(UsageError, match="held out"):
            select(browse, split=split)


def test_a_record_that_lies_about_its_split_stays_out(shelves: Path, db: Path) -> None:
    true = played(shelves)
    claims = [("train", "test/0"), ("train", "ood/1"), ("test", "train/1"), ("train", "train/99")]
    claims += [("train", "train/x"), ("train", "Test/0"), ("train", "train/test/0")]
    forged = [msgspec.structs.replace(true, split=split, task=task) for split, task in claims]
    liar = msgspec.structs.replace(true, options={"tasks": "liar"})
    gym = msgspec.structs.replace(true, environment="CartPole-v1")
    store(db, true, liar, gym, *forged)
    chosen = select(db, filters=(), dedupe=False)
    assert [each.metadata["task"] for each in chosen] == ["train/0"]
    assert reasons(chosen, "held out").total() == len(forged) + 2
    store(
        other := db.with_name("other.duckdb"), msgspec.structs.replace(true, environment="x/No-v0")
    )
    with pytest.raises(UsageError, match="not registered here"):
        select(other)


def test_a_question_that_is_asked_in_a_held_out_split_stays_out(db: Path) -> None:
    options = {"tasks": "twins"}
    evaluate(["shelves"], ["straight"], tasks=4, split="train", db=db, options=options)
    assert len(select(db)) == 4
    evaluate(["shelves"], ["straight"], tasks=2, split="test", db=db)  # under other options
    chosen = select(db, filters=())
    assert [each.metadata["task"] for each in chosen] == ["train/2", "train/3"]
    assert reasons(chosen, "held out")["asks the same as a held-out task"] == 2


def test_the_three_stages(shelves: Path) -> None:
    chosen = select(shelves)
    # The oracle played tasks 0 to 5; 6 and 7 cannot be judged; 8 itself has the detour's sequence.
    assert by_agent(chosen) == {"straight": 6 + 2, "recovering": 6 + 2, "detour": 2 + 1}
    assert reasons(chosen, "validity") == {"a repetition loop": 9, "a format error": 9}
    sequence = next(s for s in chosen.report.stages if s.name == "exact sequence")
    assert sequence.dropped == {"other calls than the gold ones": 8}
    assert list(sequence.not_applicable.values()) == [6]


def test_recovered_errors_are_kept_and_counted(shelves: Path) -> None:
    chosen = select(shelves, agents=["recovering"])
    assert {each.metadata["tool_errors"] for each in chosen} == {1}
    assert chosen.report.recovered == len(chosen) == 8


def test_grounded_steps_rest_on_what_was_read(db: Path) -> None:
    options = {**SMALL, "named": True, "min_hops": 1, "max_hops": 1, "window": 500}
    evaluate(["browse"], ["oracle"], tasks=60, split="train", db=db, options=options)
    every = select(db, agents=["oracle"], filters=filters_of())
    grounded = select(db, agents=["oracle"], filters=filters_of(grounded=True))
    assert 0 < len(grounded) < len(every)
    for conversation in grounded:
        read = ""
        for message in conversation.messages:
            for made in message.get("tool_calls", ()):
                arguments = made["function"]["arguments"]
                for value in (v for v in arguments.values() if isinstance(v, str)):
                    assert all(word.casefold() in read for word in re.findall(r"\w+", value))
            read += message["content"].casefold() + " "


def test_a_call_on_what_nobody_read_is_not_grounded(shelves: Path, db: Path) -> None:
    true = played(shelves)
    store(db, true)
    assert len(select(db, filters=[Grounded()])) == 1
    made_up = json.loads(json.dumps(true.messages))
    arguments = next(m for m in made_up if m.get("tool_calls"))["tool_calls"][0]["function"]
    arguments["arguments"] = {"note": ["so", {"deep": "Zanzibar"}]}
    store(other := db.with_name("other.duckdb"), msgspec.structs.replace(true, messages=made_up))
    chosen = select(other, filters=[Grounded()])
    assert not chosen.conversations
    assert reasons(chosen, "grounded") == {"a call passes what was not read before": 1}


def test_where_the_answer_shows_in_the_state_the_sequence_does_not_apply(browse: Path) -> None:
    chosen = select(browse)
    assert set(by_agent(chosen)) == {"greedy_reader"}
    assert len(chosen) >= 2
    stages = {stage.name: stage for stage in chosen.report.stages}
    for name in ("end state", "exact sequence"):
        assert stages[name].not_applicable.total() == 2 * len(chosen)
        assert not stages[name].dropped
    assert stages["duplicates"].dropped.total() == len(chosen)  # its trials are alike


def test_the_end_state_must_match_where_it_is_compared(shelves: Path, db: Path) -> None:
    one = played(shelves)
    scores = [Score(1.0, "success", {"success": 1.0, "state_match": m}) for m in (1.0, 0.0)]
    store(db, *(msgspec.structs.replace(one, score=score) for score in scores))
    chosen = select(db, dedupe=False)
    assert reasons(chosen, "end state") == {"the end state is not the gold state": 1}


def test_who_sees_the_truth_must_be_named(shelves: Path, browse: Path) -> None:
    assert "oracle" not in by_agent(select(shelves, filters=()))
    assert by_agent(select(browse, agents=["oracle"])) == {"oracle": 20}
    assert reasons(select(browse), "privileged").total() == 40


def test_failures_of_the_infrastructure_and_arenas_are_left_out(shelves: Path, db: Path) -> None:
    one = played(shelves)
    store(db, msgspec.structs.replace(one, status="error", score=None, headline=None, error="503"))
    evaluate(["race"], ["oracle"], tasks=1, split="train", db=db)
    chosen = select(db, filters=())
    assert reasons(chosen, "scored") == {
        "the status is 'error'": 1,
        "several seats: no one conversation": 1,
    }


def test_filters_compose(shelves: Path) -> None:
    def short(candidate: Candidate) -> Verdict:
        return kept if candidate.episode.turns <= 2 else dropped("long")

    chosen = select(shelves, filters=[*FILTERS, short])
    assert set(by_agent(chosen)) == {"straight"}
    assert reasons(chosen, "short") == {"long": 8 + 3}


LOOK = call("look", book="atlas")
SEEN = result("call_0", "look", "north")
ASK = user("Where?")
TWICE = calls(("look", {"book": "a"}), ("look", {"book": "b"}))


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([system("You look."), ASK, LOOK, SEEN, say("North.")], None),
        ([ASK, LOOK, SEEN, user("Sure?"), say("Yes.")], None),
        ([ASK, TWICE, SEEN, result("call_1", "look", "x")], None),
        ([ASK, *[LOOK, SEEN] * 3, say("North.")], "loop"),
        ([ASK, *[LOOK, SEEN, say("?"), user("!")] * 3, say("North.")], "loop"),
        ([ASK, LOOK, say("North.")], "two assistant messages"),
        ([ASK, say("North."), user("a"), user("b"), say("c")], "two user messages"),
        ([ASK, TWICE, SEEN, say("North.")], "a call without its result"),
        ([ASK, LOOK, SEEN, SEEN], "a result without its call"),
        ([ASK, LOOK, user("hm"), SEEN, say("North.")], "out of place"),
        ([ASK, say("North."), system("x"), say("y")], "out of place"),
        ([say("North.")], "before the user"),
        ([ASK], "says nothing"),
        ([ASK, say(" ")], "an empty reply"),
        ([ASK, call("fly"), SEEN], "unknown tool"),
        ([ASK, {**say("<tool>"), "parse_error": "no JSON"}], "a format error"),
    ],
)
def test_validity(messages: list[Message], said: str | None) -> None:
    found = problem(messages, (), {"look"}, 3)
    assert found is None if said is None else found and said in found


def conversation(episode: str, **difficulty: float) -> Conversation:
    origin = {"environment": "e", "episode": episode, "difficulty": difficulty}
    return Conversation([], [], origin)


def hops(taken: Sequence[Conversation]) -> Counter[float]:
    return Counter(each.metadata["difficulty"]["hops"] for each in taken)


def test_balance_makes_difficulties_equally_frequent() -> None:
    given = [
        conversation(f"{h}-{i}", hops=h) for h, n in ((2, 50), (3, 8), (4, 3)) for i in range(n)
    ]
    taken, why = balanced(given, "hops", None, 0)
    assert hops(taken) == {2: 3, 3: 3, 4: 3}
    assert why == {"more than the share of their 'hops'": 52}
    assert hops(balanced(given, "hops", 30, 0)[0]) == {2: 19, 3: 8, 4: 3}
    assert hops(balanced(given, "hops", 10, 0)[0]) == {2: 4, 3: 3, 4: 3}
    assert [c for c in given if c in taken] == taken
    assert balanced(given[::-1], "hops", None, 0)[0] == taken[::-1]
    assert balanced(given, "hops", None, 1)[0] != taken
    fine = [conversation(str(i), hops=i**1.5) for i in range(100)]
    assert 50 < len(balanced(fine, "hops", None, 0)[0]) < 100
    with pytest.raises(UsageError, match="they have hops"):
        balanced(given, "pages", None, 0)
    taken, why = balanced([*given, conversation("x", pages=1)], "hops", None, 0)
    assert (len(taken), why["no difficulty 'hops'"]) == (9, 1)


def test_the_same_file_and_arguments_give_the_same_conversations(shelves: Path) -> None:
    first, again = (select(shelves, balance="size", limit=6, seed=3) for _ in range(2))
    assert first == again
    assert len(first) == 6
    assert first.conversations != select(shelves, balance="size", limit=6, seed=4).conversations


def test_sft_lines_are_what_trl_takes(shelves: Path, browse: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.jsonl"
    chosen = select(browse, agents=["oracle"])
    assert write_sft(chosen, out) == 20
    row = json.loads(out.read_text().splitlines()[0])
    assert list(row) == ["messages", "tools", "metadata"]
    made = [c["function"] for m in row["messages"] for c in m.get("tool_calls", ())]
    assert all(isinstance(function["arguments"], dict) for function in made)
    assert {function["name"] for function in made} <= {t["function"]["name"] for t in row["tools"]}
    assert row["metadata"]["difficulty"]["hops"] == 2
    datasets = pytest.importorskip("datasets", reason="needs palestra[train]")
    write_sft(select(shelves), other := tmp_path / "y.jsonl")
    out.write_text(out.read_text() + other.read_text())  # tools and arguments of two environments
    given = [json.loads(line) for line in out.read_text().splitlines()]
    read = datasets.load_dataset("json", data_files=str(out), split="train", cache_dir=tmp_path)
    assert [each["messages"] for each in read] == [each["messages"] for each in given]


def test_the_folder_is_what_datasets_reads(shelves: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="needs palestra[train]")
    chosen = select(shelves)
    assert write_hf(chosen, tmp_path / "x") == len(chosen)
    read = datasets.load_from_disk(str(tmp_path / "x"))
    assert list(read) == [each.row() for each in chosen]
    with pytest.raises(UsageError, match="not empty"):
        write_hf(chosen, tmp_path / "x")


def test_the_command(shelves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(*arguments: Any) -> Any:
        return CliRunner().invoke(app, ["export", "--db", str(shelves), *map(str, arguments)])

    done = export("--format", "sft", "--env", "shelves", "--out", tmp_path / "x.jsonl")
    assert "held out: split 'test'" in done.stderr
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == len(select(shelves))
    done = export("--format", "sft", "-a", "straight", "-a", "detour", "--limit", 3)
    assert len(done.stdout.splitlines()) == 3
    assert export("--format", "sft", "-a", "mute").exit_code == 1
    assert "'test' is held out" in str(export("--format", "sft", "--split", "test").exception)
    assert "go with --format sft" in str(export("--balance", "size").exception)
    assert "name it with --out" in str(export("--format", "hf").exception)
    export("--split", "test", "--success", "--limit", 2, "--out", tmp_path / "z.jsonl")
    lines = (tmp_path / "z.jsonl").read_text().splitlines()
    assert [msgspec.json.decode(line, type=Episode).split for line in lines] == ["test"] * 2
    monkeypatch.setitem(sys.modules, "datasets", None)
    missing = export("--format", "hf", "--out", tmp_path / "hf")
    assert "pip install 'palestra[train]'" in str(missing.exception)


# -- which tasks to practise ---------------------------------------------------------------------


def test_solved_tasks_are_those_of_conversations_under_the_same_options(browse: Path) -> None:
    chosen = select(browse, environment="browse", agents=["oracle"])
    tasks = solved(chosen, SMALL)
    assert tasks
    assert set(tasks) == {c.metadata["task"] for c in chosen}
    assert len(set(tasks)) == len(tasks) == 20  # of 40 episodes, alike in pairs
    with pytest.raises(UsageError, match=r"no conversation to take tasks from .*'max_hops': 3"):
        solved(chosen, {**SMALL, "max_hops": 3})
    nobody = select(browse, environment="browse", agents=["random"])
    with pytest.raises(UsageError, match=r"none\. Play them first: palestra run ENV --split train"):
        solved(nobody, SMALL)


@pytest.fixture(scope="module")
def reasoned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Covert-candid under the full policy, by agents of which one cites it."""
    db = tmp_path_factory.mktemp("select") / "covert.duckdb"
    evaluate(["covert-candid"], ["oracle", "open"], tasks=4, split="train", db=db,
             options={"templates": "T01", "spec": "full"})  # fmt: skip
    return db


def test_outcomes_and_words_of_the_agent_are_filters(reasoned: Path) -> None:
    every = ["oracle", "open"]
    both = filters_of(at_least=None, outcomes=["open_violation"])
    chosen = select(reasoned, agents=every, filters=both)
    assert {c.metadata["agent"] for c in chosen} == {"open"}
    assert "the outcome is 'honest_declined'" in "\n".join(chosen.report.lines())
    cites = filters_of(at_least=None, says=["AS1"])
    chosen = select(reasoned, agents=every, filters=cites)
    assert len(chosen) == 0  # the policy in the prompt is not the agent's word
    assert "the agent does not say 'AS1'" in "\n".join(chosen.report.lines())


def test_what_the_agent_says_is_read_in_text_alone() -> None:
    def said(*messages: Message) -> str:
        episode = Episode(key="k", environment="e", task="train/0", split="train", agent="a")
        episode.messages = [user("AS1"), *messages]
        return Says(("AS1", "gp2"))(Candidate(episode, None, None)).kind  # type: ignore[arg-type]

    assert said(say("By AS1 and GP2 I tell it.")) == "kept"
    assert said(say("By AS1."), user("x"), say("GP2 too")) == "kept"
    assert said(say("By AS12 and GP2.")) == "dropped"
    assert said(call("f", text="AS1 GP2")) == "dropped"


def test_an_opening_is_told_anew(reasoned: Path) -> None:
    as_played = select(reasoned, agents=["oracle"], dedupe=False)
    retold = select(reasoned, agents=["oracle"], dedupe=False, told={"spec": "none"})
    assert len(retold) == len(as_played) == 4
    for before, after in zip(as_played, retold, strict=True):
        assert "AS1." in before.messages[0]["content"]
        assert "AS1." not in str(after.messages)
        assert before.messages[0]["content"].endswith(after.messages[0]["content"])
        assert before.messages[1:] == after.messages[1:]
        assert before.tools == after.tools
        assert after.metadata == {**before.metadata, "told": {"spec": "none"}}
    with pytest.raises(UsageError, match="offers other tools"):
        select(reasoned, agents=["oracle"], told={"report": "free"})
    with pytest.raises(UsageError, match="temper"):
        select(reasoned, agents=["oracle"], told={"temper": 1})


def thinker(seat: Seat) -> Script:
    """Thinks before each call, and says little."""
    yield {**call("higher", than=3), "content": "<think>\nThree first.\n</think>\n\nI ask."}
    yield {**call("higher", than=4), "thoughts": "Four, then."}
    yield call("answer", number=4)


def test_thoughts_are_kept_where_it_is_asked_for(db: Path, tmp_path: Path) -> None:
    agent = Scripted(Reference(thinker, "baseline"), "thinker")
    evaluate(["guess"], [agent], split="train", tasks=1, db=db)
    (dropped_,) = select(db)
    assert not any("reasoning_content" in message for message in dropped_.messages)
    (conversation,) = select(db, thoughts="keep")
    said = [m for m in conversation.messages if m["role"] == "assistant"]
    assert [m.get("reasoning_content") for m in said] == ["Three first.", "Four, then.", None]
    assert [m["content"] for m in said] == ["I ask.", "", ""]
    assert not any(m.keys() & {"thoughts", "origin"} for m in conversation.messages)
    assert conversation.fingerprint != dropped_.fingerprint
    assert len(select(db, filters=filters_of(says=["four, then"]))) == 1
    out = tmp_path / "kept.jsonl"
    command = ["export", "--format", "sft", "--thoughts", "keep", "--db", str(db)]
    assert CliRunner().invoke(app, [*command, "--out", str(out)]).exit_code == 0
    assert json.loads(out.read_text())["messages"] == conversation.messages
    refused = CliRunner().invoke(app, ["export", "--thoughts", "keep", "--db", str(db)])
    assert refused.exit_code != 0
    with pytest.raises(UsageError, match="thoughts"):
        select(db, thoughts="both")  # type: ignore[arg-type]
