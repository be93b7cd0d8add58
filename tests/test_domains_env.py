"""The environment: oracles, shortcuts, grading, users, snapshots, splits, hostile arguments."""

from __future__ import annotations

import pickle
import random
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from palestra.envs import make
from palestra.envs.core import (
    Entry,
    Ledger,
    Score,
    Script,
    Seat,
    Task,
    UsageError,
    call,
    say,
    text_of,
)
from palestra.envs.domains.domain import TaskTruth
from palestra.envs.domains.fuzz import hostile
from palestra.envs.domains.generated.library import read_library, write_library
from palestra.envs.domains.grading import score, told
from palestra.envs.domains.handmade import HANDMADE
from palestra.envs.domains.reference import REFERENCES, gold
from palestra.envs.domains.tasks import DomainTasks, find_domain
from palestra.envs.domains.world import open_world


def play(env: Any, policy: Any, task: str, privileged: bool) -> Any:
    """One episode; its score."""
    observation, _ = env.reset(seed=1, options={"task": task})
    seat = Seat(observation, env.tools, random.Random(task), env if privileged else None)
    script = policy(seat)
    try:
        action = next(script)
        while True:
            observation, _, ended, cut, _ = env.step(action)
            if ended or cut:
                return env.scores[""]
            action = script.send(observation)
    except StopIteration:
        env.stop("no_answer")
    return env.scores[""]


@pytest.fixture(scope="module")
def env() -> Any:
    return make("domains").unwrapped


def tasks(each: int) -> list[str]:
    return [f"{split}/{i * 37}" for split in ("train", "test", "ood") for i in range(each)]


@pytest.mark.parametrize("name", ["oracle", "recovering"])
def test_who_does_the_right_thing_succeeds_on_every_split(env: Any, name: str) -> None:
    for task in tasks(12):
        result = play(env, REFERENCES[name].policy, task, True)
        assert result.outcome == "success", (task, result)
        wrong = result.metrics["tool_errors"] + result.metrics["format_errors"]
        assert wrong >= (name == "recovering")


def test_one_write_too_many_fails_every_task(env: Any) -> None:
    for task in tasks(8):
        assert play(env, REFERENCES["over_writer"].policy, task, True).reward == 0.0, task


@pytest.mark.parametrize("name", ["hash_gamer", "refuser", "echo_user", "random_caller"])
def test_shortcuts_are_worth_nothing_in_generated_domains(name: str) -> None:
    env = make("domains", domains="generated").unwrapped
    reference = REFERENCES[name]
    rewards = [play(env, reference.policy, task, False).reward for task in tasks(8)]
    assert sum(rewards) == 0.0


def test_who_only_reads_solves_no_task_that_writes() -> None:
    for kind in ("write", "refuse", "read"):
        env = make("domains", domains="generated", kinds=kind).unwrapped
        for index in range(5):
            result = play(env, REFERENCES["reader_only"].policy, f"test/{index}", True)
            assert env.task.truth.kind == kind, index
            assert result.reward == (kind == "read"), (kind, index)


def test_a_user_who_was_not_asked_tells_nothing(env: Any) -> None:
    def hasty(seat: Seat) -> Script:
        for step in gold(seat):
            if not isinstance(step, str):
                yield call(step[0], **step[1])
        yield say("Everything is done. Goodbye.")

    asked = 0
    for task in tasks(10):
        observation, _ = env.reset(seed=0, options={"task": task})
        script = env.task.truth.script
        said = text_of(observation[1:])
        hidden = [f for f in script.facts if str(f.value) not in said]
        asked += len(hidden)
        play(env, hasty, task, True)
        assert not [told for each in env.state.memory.log for told in each.told]
    assert asked > 5


def test_every_value_of_the_gold_calls_was_said_or_returned_before(env: Any) -> None:
    for task in tasks(8):
        observation, _ = env.reset(seed=0, options={"task": task})
        if env.task.truth.domain in HANDMADE:
            continue
        heard = text_of(observation)
        for step in gold(Seat(observation, env.tools, random.Random(0), env)):
            if not isinstance(step, str):
                for value in _texts(step[1]):
                    assert value in heard or repr(value) in heard, (task, step, value)
            action = say(step) if isinstance(step, str) else call(step[0], **step[1])
            heard += text_of(env.step(action)[0])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


def test_replaying_the_gold_calls_in_a_new_world_gives_the_gold_state(env: Any) -> None:
    from palestra.envs.domains.tasks import find_domain
    from palestra.envs.domains.world import open_world

    for task in tasks(8):
        truth: TaskTruth = env.tasks.task(task).truth
        if truth.domain in HANDMADE:
            continue  # users act as well
        world = open_world(find_domain(truth.domain), truth.seed)
        for name, arguments in truth.calls:
            world.call(name, arguments)
        assert world.digest() == truth.state


def test_tasks_are_the_same_in_every_source_and_differ_by_seed() -> None:
    one, other = DomainTasks(), DomainTasks(seed=1)
    for task in tasks(3):
        assert one.task(task).truth == DomainTasks().task(task).truth
        assert one.task(task).prompt != other.task(task).prompt


def test_train_and_ood_share_no_domain() -> None:
    source = DomainTasks(domains="generated")
    seen = {source.get("train", i).truth.domain for i in range(30)}
    new = {source.get("ood", i).truth.domain for i in range(30)}
    assert not seen & new
    assert {source.get("test", i).truth.domain for i in range(30)} == seen


def test_an_episode_goes_on_from_a_snapshot_in_another_process_as_it_would_have_here(
    env: Any,
) -> None:
    env.reset(seed=0, options={"task": "train/3"})
    steps = gold(Seat((), env.tools, random.Random(0), env))
    half = len(steps) // 2
    actions = [say(s) if isinstance(s, str) else call(s[0], **s[1]) for s in steps]
    for action in actions[:half]:
        env.step(action)
    twin = make("domains").unwrapped
    twin.restore(pickle.loads(pickle.dumps(env.snapshot())))
    fork = env.fork()
    for action in actions[half:]:
        answers = [each.step(action)[:2] for each in (env, twin, fork)]
        assert answers[0] == answers[1] == answers[2]
    assert env.scores == twin.scores == fork.scores


@pytest.mark.parametrize(
    ("options", "message"),
    [({"domains": "no-such"}, "no domain"), ({"kinds": "write,sing"}, "kinds"),
     ({"calls": 13}, "calls"), ({"user": "nobody"}, "user"), ({"library": "/none"}, "no file")],
)  # fmt: skip
def test_options_out_of_range_say_what_was_expected(options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make("domains", **options)


def test_one_domain_and_one_kind_can_be_chosen() -> None:
    env = make("domains", domains="returns-desk").unwrapped
    assert list(env.tasks.splits) == ["train", "test"]
    env = make("domains", domains="generated", kinds="refuse", calls=3).unwrapped
    assert {env.tasks.get("test", i).truth.kind for i in range(5)} == {"refuse"}


def test_small_domains_alone_on_request() -> None:
    source = DomainTasks(domains="generated", most_tools=6)
    sizes = {s: {size_of(source.get(s, i)) for i in range(60)} for s in ("train", "test", "ood")}
    assert all(each == {5, 6} for each in sizes.values())
    whole = DomainTasks(domains="generated")
    assert source.get("ood", 0).truth.domain in set(read_library().ids(ood=True))
    assert any(size_of(whole.get("train", i)) > 6 for i in range(20))
    assert DomainTasks(domains="airline-desk", most_tools=5).get("test", 0)  # it is named
    with pytest.raises(UsageError, match=r"most_tools.*4.*few"):
        make("domains", domains="generated", most_tools=4)
    with pytest.raises(UsageError, match="most_tools"):
        make("domains", most_tools=-1)


def size_of(task: Task) -> int:
    return len(find_domain(task.truth.domain).operations)


def test_a_domain_that_allows_no_task_of_the_kinds_gives_way_to_the_next(tmp_path: Path) -> None:
    able, mute = (read_library().plan(id) for id in read_library().ids(ood=False)[:2])
    tools = [replace(t, output={}) if t.kind in ("get", "list") else t for t in mute.tools]
    mute = replace(mute, tools=tuple(tools))  # its reads tell nothing, so none can be asked about
    library = str(tmp_path / "two.zip")
    write_library(Path(library), [able, mute], {})
    source = DomainTasks(domains="generated", kinds="read", library=library)
    found = [source.get("test", index).truth for index in range(8)]
    assert {(truth.kind, truth.domain) for truth in found} == {("read", able.id)}
    assert len({truth.script.opening for truth in found}) > 4  # not the same tasks once more
    with pytest.raises(UsageError, match=f"kinds.*{mute.id}.*write"):
        make("domains", domains=mute.id, kinds="read", library=library)
    assert make("domains", domains=mute.id, kinds="read,write", library=library)


def test_an_output_counts_only_as_a_word_of_its_own() -> None:
    assert told("1234", ["You have 1,234 points."])
    assert told("Blue-7", ["it is blue-7."])
    assert not told("blue-7", ["it is blue-71."])
    assert not told("5", ["It is 15."])
    assert not told("5", [])


def test_a_reading_task_needs_the_gold_calls_and_a_writing_task_the_state() -> None:
    def graded(kind: Any, made: list[str], digest: str, **more: Any) -> Any:
        truth = TaskTruth("d", 0, kind, (("a", {}),), "s", ("x9",))
        ledger = Ledger(Entry(turn=1, tool=name) for name in made)
        options = {"said": ["x9"], "user_turns": 1, "breaches": (), **more}
        return score(truth, ledger, digest=digest, **options)

    assert graded("read", ["a"], "s").reward == 1.0
    assert graded("read", ["b", "a"], "s").outcome == "wrong_calls"
    assert graded("write", ["b", "a"], "s").reward == 1.0
    assert graded("write", ["a"], "other").outcome == "wrong_state"
    assert graded("write", ["a"], "s", said=[]).outcome == "not_told"
    assert graded("write", ["a"], "s", breaches=["r"]).outcome == "policy_breach"


def test_hostile_arguments_break_nothing(env: Any) -> None:
    answered = hostile(env, 1500, seed=1)
    assert answered["refused"] > 500
    assert answered["answered"] > 20


def test_the_command_shows_a_domain_and_draws_its_tools(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from palestra.cli import app
    from palestra.envs.domains.generated.library import read_library

    id = read_library().ids()[0]
    shown = CliRunner().invoke(app, ["domains", "show", id])
    assert shown.exit_code == 0
    assert "create table" in shown.output
    drawn = CliRunner().invoke(app, ["domains", "show", id, "--svg", str(tmp_path / "g.svg")])
    assert drawn.exit_code == 0
    assert (tmp_path / "g.svg").read_text().startswith("<svg")
    table = CliRunner().invoke(app, ["domains", "list", "--table"])
    assert re.search(r"operations\s*│\s*48,025", table.output)


def test_a_desk_asks_for_a_refusal_and_for_no_one_route() -> None:
    def graded(truth: TaskTruth, calls: list[str], **how: bool) -> Score:
        ledger = Ledger(Entry(turn=1, tool=name, arguments={}) for name in calls)
        return score(truth, ledger, digest="s", said=["42"], user_turns=1, breaches=(), **how)

    refuse = TaskTruth("desk", 0, "refuse", (), "s")
    assert graded(refuse, [], desk=True, refused=False).outcome == "not_told"
    assert graded(refuse, [], desk=True, refused=True).reward == 1.0
    read = TaskTruth("desk", 0, "read", (("look", {}),), "s", outputs=("42",))
    assert graded(read, ["list", "look"], desk=True).reward == 1.0
    assert graded(read, ["list", "look"]).outcome == "wrong_calls"


def test_a_list_takes_any_limit_and_any_number_of_values() -> None:
    library = read_library()
    called = 0
    for id in library.ids()[:60]:
        domain = library.domain(id)
        world = open_world(domain)
        for operation in domain.operations.values():
            wide = {
                name: ([next(iter(schema["items"].get("enum", ["x"])))] * 300_000)
                if schema.get("type") == "array" and schema["items"].get("type") == "string"
                else 2**70
                for name, schema in operation.parameters["properties"].items()
                if schema.get("type") in ("array", "integer")
            }
            if operation.effect == "read" and not operation.parameters["required"] and wide:
                world.call(operation.name, wide)
                called += 1
    assert called > 20
