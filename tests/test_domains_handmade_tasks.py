"""The hand-made desks: every gold episode is right, and what shortcuts of it are worth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from palestra.envs.domains.domain import Domain, TaskTruth
from palestra.envs.domains.handmade import BREACHES, HANDMADE
from palestra.envs.domains.handmade.drafts import COUNTS, WORLDS, Call, Desk
from palestra.envs.domains.handmade.rehearsal import rehearse, scored
from palestra.envs.domains.users import fidelity, values_in
from palestra.envs.domains.world import changes, open_world


def recipes_of(domain: Domain) -> list[str]:
    """The names of a desk's recipes; task number i is of recipe i, over and over."""
    assert isinstance(domain.tasks, Desk)
    return list(domain.tasks.recipes)


ALL = [(id, place) for id, desk in HANDMADE.items() for place in range(len(recipes_of(desk)))]
SORRY = "I am sorry, I cannot help you with this. Goodbye."


@lru_cache(maxsize=256)
def task(id: str, place: int, split: str = "test") -> tuple[str, TaskTruth]:
    """The first task of a recipe."""
    make = HANDMADE[id].tasks
    assert make is not None
    return make(split, place)


def reward(id: str, truth: TaskTruth, plan: Sequence[str | Call]) -> float:
    return scored(truth, rehearse(HANDMADE[id], truth, plan), BREACHES[id]).reward


def writes(domain: Domain, step: str | Call) -> bool:
    return not isinstance(step, str) and domain.operations[step[0]].effect == "write"


@pytest.mark.parametrize(("id", "place"), ALL)
def test_the_gold_episode_succeeds_and_the_user_keeps_to_its_script(id: str, place: int) -> None:
    domain = HANDMADE[id]
    name, truth = task(id, place)
    played = rehearse(domain, truth)
    score = scored(truth, played, BREACHES[id])
    assert score.reward == 1.0, (name, score, played.talk)
    assert played.memory.done, (name, played.talk)
    report = fidelity(truth.script, played.conversation, played.results)
    assert report.faults == 0, (name, report)
    if truth.kind != "refuse":
        assert [e.error for e in played.ledger if e.error] == []
    if domain.id == "phone-carrier" and any(e.tool == "run_speed_test" for e in played.ledger):
        assert played.results[-1] == "The speed test says: good."


@pytest.mark.parametrize("id", HANDMADE)
def test_shortcuts_get_what_they_are_worth(id: str) -> None:
    domain = HANDMADE[id]
    for place in range(len(recipes_of(domain))):
        name, truth = task(id, place)
        assert reward(id, truth, [SORRY] * 4) == 0.0, name
        more = [*truth.plan[:-1], *_one_write_more(domain), truth.plan[-1]]
        assert reward(id, truth, more) == 0.0, name
        reads = [step for step in truth.plan if not writes(domain, step)]
        assert reward(id, truth, reads) == float(len(reads) == len(truth.plan)), name


def _one_write_more(domain: Domain) -> list[Call]:
    """Handing over once, or once more, changes every gold state but never rightly."""
    reason = domain.operations["transfer_to_person"].parameters["properties"]["reason"]["enum"][-1]
    return [("transfer_to_person", {"reason": reason})]


@pytest.mark.parametrize("id", HANDMADE)
def test_each_tool_changes_what_it_declares_and_nothing_else(id: str) -> None:
    domain = HANDMADE[id]
    used = set()
    for place in range(len(recipes_of(domain))):
        _, truth = task(id, place)
        for entry in (played := rehearse(domain, truth)).ledger:
            used.add(entry.tool)
        world = open_world(domain, truth.seed)
        for entry in played.ledger:
            operation = domain.operations[entry.tool]
            before, made = world.copy(), world.db.total_changes
            if entry.error is not None:
                continue
            world.call(entry.tool, entry.arguments)
            if operation.effect == "read":
                assert world.db.total_changes == made, entry.tool
            else:
                assert changes(before, world).keys() <= operation.tables, entry.tool
        assert world.digest() == truth.state
    missing = {o.name for o in domain.operations.values() if o.side == "agent"} - used
    assert missing == set()


def test_tasks_are_a_pure_function_of_their_place() -> None:
    for id, domain in HANDMADE.items():
        assert isinstance(domain.tasks, Desk)
        twin = Desk(domain.tasks.recipes)
        twin.attach(domain)
        for place in (0, 5):
            assert twin("test", place) == task(id, place)
        assert domain.counts == COUNTS


def test_the_splits_share_no_database() -> None:
    for domain in HANDMADE.values():
        seeds = {}
        for split in COUNTS:
            step = len(recipes_of(domain))
            seeds[split] = {task(domain.id, i * step, split)[1].seed for i in range(WORLDS)}
        assert len(seeds["train"]) == len(seeds["test"]) == WORLDS
        assert not seeds["train"] & seeds["test"]


@pytest.mark.parametrize("id", HANDMADE)
def test_an_opening_tells_no_fact_that_is_to_be_asked_for(id: str) -> None:
    for place in range(len(recipes_of(HANDMADE[id]))):
        _, truth = task(id, place)
        told = set(values_in(truth.script.opening))
        hidden = {"customer_id", "date_of_birth", "zip", "email", "reservation_id", "order_id"}
        assert not told & {f.value for f in truth.script.facts if f.name in hidden}


def test_who_verifies_shares_no_code_with_who_generates() -> None:
    for id, find in BREACHES.items():
        source = Path(find.__code__.co_filename).read_text(encoding="utf-8")
        found = set(re.findall(r"^from (\S+) import", source, re.M))
        allowed = {"__future__", "collections.abc", "datetime", "typing"}
        assert found - allowed <= {"....core", "...users", "..conduct"}, id


@pytest.mark.parametrize("id", HANDMADE)
def test_the_policy_names_every_reason_and_the_day(id: str) -> None:
    domain = HANDMADE[id]
    assert "March 2, 2026" in domain.policy
    reasons = domain.operations["transfer_to_person"].parameters["properties"]["reason"]["enum"]
    assert all(f"`{reason}`" in domain.policy for reason in reasons)
    assert "`verify_customer`" in domain.policy
