"""Worlds: images, canonical hashes, transactions; and generated tools as code over a database."""

from __future__ import annotations

import itertools
import pickle
import random
import sqlite3
from functools import lru_cache
from typing import Any

import pytest

from palestra.envs import make
from palestra.envs.core import Tool
from palestra.envs.domains.domain import Domain, DomainError, Operation
from palestra.envs.domains.gates import examine
from palestra.envs.domains.generated.library import read_library
from palestra.envs.domains.probe import accepted, contents, valid_call
from palestra.envs.domains.world import changes, new_key, open_world

DDL = """
create table team (team_id text primary key, name text);
create table player (
  player_id text primary key, name text, team_id text references team (team_id), friends text
);
"""


def _fill(db: sqlite3.Connection, seed: int) -> None:
    rng = random.Random(seed)
    db.executemany("insert into team values (?, ?)", [(f"t{i}", rng.random()) for i in range(3)])
    db.execute("insert into player values ('p0', 'Ann', 't0', null)")


def _join(db: sqlite3.Connection, arguments: Any) -> Any:
    key = f"p-{new_key(db, 'player')}"
    team = arguments.get("team")
    if db.execute("select 1 from team where team_id = ?", (team,)).fetchone() is None:
        db.execute("insert into team values (?, 'half done')", (str(team),))
        raise DomainError("NotFound", f"there is no team {team!r}")
    friends = arguments.get("friends")
    db.execute("insert into player values (?, ?, ?, ?)", (key, arguments["name"], team, friends))
    return {"id": key}


TOY = Domain(
    id="toy",
    title="Toy",
    family="handmade",
    ddl=DDL,
    fill=_fill,
    operations={"join": Operation("join", "Join.", {}, _join, "write", frozenset({"player"}))},
    generated=frozenset({"player"}),
)


def test_the_order_of_additions_and_the_keys_given_do_not_change_the_hash() -> None:
    people = [("Bo", "t1"), ("Cy", "t2"), ("Di", "t1")]
    digests = set()
    for order in itertools.permutations(people):
        world = open_world(TOY, 0)
        for name, team in order:
            world.call("join", {"name": name, "team": team})
        digests.add(world.digest())
    assert len(digests) == 1


def test_the_hash_tells_apart_what_differs() -> None:
    def after(*people: tuple[str, str]) -> str:
        world = open_world(TOY, 0)
        for name, team in people:
            world.call("join", {"name": name, "team": team})
        return world.digest()

    states = [after(), after(("Bo", "t1")), after(("Bo", "t2")), after(("Bo", "t1"), ("Bo", "t1"))]
    assert len(set(states)) == 4
    assert open_world(TOY, 1).digest() != open_world(TOY, 0).digest()


def test_rows_that_refer_to_new_rows_are_compared_through_them() -> None:
    def after(first: str, second: str, friend_of: int) -> str:
        world = open_world(TOY, 0)
        keys = [world.call("join", {"name": n, "team": "t1"})["id"] for n in (first, second)]
        world.call("join", {"name": "Di", "team": "t2", "friends": f'["{keys[friend_of]}"]'})
        return world.digest()

    assert after("Bo", "Cy", 0) == after("Cy", "Bo", 1)
    assert after("Bo", "Cy", 0) != after("Bo", "Cy", 1)


def test_a_refused_call_leaves_nothing_behind() -> None:
    world = open_world(TOY, 0)
    before = contents(world.db)
    with pytest.raises(DomainError, match="NotFound: there is no team 'x'"):
        world.call("join", {"name": "Bo", "team": "x"})
    assert contents(world.db) == before
    assert not world.db.in_transaction


def test_copies_and_images_are_independent() -> None:
    world = open_world(TOY, 0)
    twin, image = world.copy(), world.image()
    world.call("join", {"name": "Bo", "team": "t1"})
    assert twin.digest() == open_world(TOY, 0).digest() == world.restored(image).digest()
    taken, put = changes(twin, world)["player"]
    assert (taken, [row[1] for row in put]) == ([], ["Bo"])


# -- generated domains ---------------------------------------------------------------------------

IDS = random.Random(4).sample(read_library().ids(), 6)


def test_more_than_a_thousand_domains_ship_with_five_to_forty_tools() -> None:
    library = read_library()
    listed = library.index["domains"]
    assert len(listed) == len({d["id"] for d in listed}) > 1000
    assert all(5 <= d["tools"] <= 40 and 0 < d["writers"] < d["tools"] for d in listed)
    assert library.index["table"]["domains"] == len(listed)
    assert 0.1 < len(library.ids(ood=True)) / len(listed) < 0.15
    assert not set(library.ids(ood=True)) & set(library.ids(ood=False))


@pytest.mark.parametrize("id", IDS)
def test_a_domain_passes_every_gate(id: str) -> None:
    plan, found = examine(read_library().plan(id), tasks=4)
    assert found.failed == {}
    assert plan == read_library().plan(id)
    assert min(found.checks[gate] for gate in ("readers", "writers", "validation", "tasks")) > 0


@pytest.mark.parametrize("id", IDS)
def test_no_tool_has_a_canned_result(id: str) -> None:
    # On another database a reader says something else, or says that the row is not there.
    library = read_library()
    domain = library.domain(id)
    one, other = open_world(domain, 0), open_world(domain, 1)
    rng = random.Random(0)
    for operation in domain.operations.values():
        if operation.effect != "read":
            continue
        arguments = valid_call(one, operation, rng)
        if arguments is None:
            continue  # chance found none this time; the gates did
        said = one.call(operation.name, arguments)
        if not any(value for value in said.values()):
            continue  # a list of nothing
        try:
            assert other.call(operation.name, arguments) != said, operation.name
        except DomainError:
            continue


@pytest.mark.parametrize("id", IDS)
def test_results_keep_to_the_apis_own_output_shape(id: str) -> None:
    apis = _outputs()
    domain = read_library().domain(id)
    world, rng = open_world(domain, 0), random.Random(1)
    shown = 0
    for operation in domain.operations.values():
        arguments = valid_call(world, operation, rng)
        if arguments is None:
            continue  # chance found none this time; the gates did
        result = world.copy().call(operation.name, arguments)
        _fits(result, apis[operation.provenance], operation.name)
        shown += 1
    assert shown > len(domain.operations) / 2


@lru_cache(maxsize=1)
def _outputs() -> dict[str, dict[str, Any]]:
    """The output schemas that the tests need, by the operation's id; the catalogue is read once."""
    from palestra.envs.domains.catalogue import read_catalogue

    library = read_library()
    wanted = {o.provenance for id in IDS for o in library.domain(id).operations.values()}
    return {api.id: api.output for api in read_catalogue() if api.id in wanted}


def _fits(result: Any, schema: dict[str, Any], where: str) -> None:
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool,
             "array": list, "object": dict}  # fmt: skip
    if not schema:
        assert result == {}, where
        return
    assert isinstance(result, kinds[schema["type"]]), (where, result)
    if isinstance(result, dict) and "properties" in schema:
        for name, value in result.items():
            _fits(value, schema["properties"][name], f"{where}.{name}")
    elif isinstance(result, list) and "items" in schema:
        for value in result:
            _fits(value, schema["items"], where)


def test_arguments_are_checked_by_the_apis_own_limits() -> None:
    schema = {
        "type": "object",
        "properties": {
            "Size": {"type": "integer", "minimum": 1, "maximum": 9},
            "Mode": {"type": "string", "enum": ["on", "off"]},
            "odd-name": {"type": "string", "pattern": "^a+$", "maxLength": 3},
            "Many": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2},
            "Part": {
                "type": "object",
                "properties": {"x": {"type": "number"}},
                "required": ["x"],
            },
        },
        "required": ["Size"],
        "additionalProperties": False,
    }
    tool = Tool.of_schema("t", "T.", schema, lambda env, **given: given)
    good = {"Size": 3, "Mode": "on", "odd-name": "aa", "Many": [True], "Part": {"x": 1.5}}
    assert tool.validate(good) == good
    assert tool.validate({"Size": 1}) == {"Size": 1}
    for wrong, message in [
        ({}, "missing argument `Size`"),
        ({"Size": 0}, ">= 1"),
        ({"Size": True}, "integer"),
        ({"Size": 1, "Mode": "maybe"}, "maybe"),
        ({"Size": 1, "odd-name": "b"}, "regex"),
        ({"Size": 1, "odd-name": "aaaa"}, "<= 3"),
        ({"Size": 1, "Many": [True] * 3}, "<= 2"),
        ({"Size": 1, "Part": {}}, "`x`"),
        ({"Size": 1, "Part": {"x": 1, "y": 2}}, "unknown"),
        ({"Size": 1, "other": 2}, "unknown argument"),
    ]:
        with pytest.raises(ValueError, match=message):
            tool.validate(wrong)
    assert pickle.loads(pickle.dumps(Tool.of_schema("t", "T.", schema, print))).parameters == schema


def test_an_environment_offers_the_tools_of_its_task() -> None:
    env = make("domains").unwrapped
    env.reset(seed=0, options={"task": "train/0"})
    first = {t["function"]["name"] for t in env.tools}
    assert first == set(env.tools_of_task(env.task)) == set(env.action_space.tools)
    moment = env.snapshot()
    env.reset(seed=0, options={"task": "train/1"})
    assert {t["function"]["name"] for t in env.tools} != first
    env.restore(moment)
    assert {t["function"]["name"] for t in env.tools} == first
    operation = next(iter(env.state.world.domain.operations.values()))
    assert not accepted(operation, {"no": 1})
