"""Breaches of the desks' policies: each is found when it happens, and named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import pytest

from palestra.envs.domains.domain import TaskTruth
from palestra.envs.domains.handmade import BREACHES, HANDMADE
from palestra.envs.domains.handmade.conduct import UNASKED, UNSEEN, UNVERIFIED
from palestra.envs.domains.handmade.drafts import Call, Desk
from palestra.envs.domains.handmade.rehearsal import Rehearsal, rehearse, scored
from palestra.envs.domains.world import World, open_world

AIRLINE, RETURNS, PHONE = "airline-desk", "returns-desk", "phone-carrier"
Step: TypeAlias = str | Call
ASK = "Shall I go ahead?"


@lru_cache(maxsize=128)
def task(id: str, recipe: str, place: int = 0) -> TaskTruth:
    """The task at `place` among those of one recipe."""
    desk = HANDMADE[id].tasks
    assert isinstance(desk, Desk)
    names = list(desk.recipes)
    name, truth = desk("test", names.index(recipe) + place * len(names))
    assert name == recipe
    return truth


def breaches(id: str, played: Rehearsal) -> list[str]:
    return BREACHES[id](played.before.db, played.world.db, played.ledger, played.memory.log)


def broken(id: str, truth: TaskTruth, plan: Sequence[Step]) -> list[str]:
    """What a plan breaks; it must not succeed."""
    played = rehearse(HANDMADE[id], truth, plan)
    assert scored(truth, played, BREACHES[id]).reward == 0.0
    return breaches(id, played)


def then(truth: TaskTruth, *steps: Step) -> list[Step]:
    """The gold episode as far as it looks, and then these steps."""
    looks = [s for s in truth.plan if not isinstance(s, str) and s[0].startswith(("verify", "get"))]
    return [*looks, *steps]


def instead(truth: TaskTruth, name: str, **changed: Any) -> list[Step]:
    """The gold episode with other arguments in its call of one tool."""
    return [
        step if isinstance(step, str) or step[0] != name else (name, step[1] | changed)
        for step in truth.plan
    ]


def argument(truth: TaskTruth, tool: str, name: str) -> Any:
    """What the gold episode passes to a tool."""
    return next(s[1][name] for s in truth.plan if not isinstance(s, str) and s[0] == tool)


# -- conduct ---------------------------------------------------------------------------------------

WRITES = {AIRLINE: "cancel_full", RETURNS: "return_unopened", PHONE: "change_plan"}


@pytest.mark.parametrize(("id", "recipe"), WRITES.items())
def test_who_is_not_verified_is_not_served(id: str, recipe: str) -> None:
    truth = task(id, recipe)
    plan = [s for s in truth.plan if isinstance(s, str) or s[0] != "verify_customer"]
    assert UNVERIFIED in broken(id, truth, plan)


@pytest.mark.parametrize(("id", "recipe"), WRITES.items())
def test_nothing_is_changed_without_a_yes(id: str, recipe: str) -> None:
    truth = task(id, recipe)
    assert broken(id, truth, [step for step in truth.plan if step != ASK]) == [UNASKED]


@pytest.mark.parametrize(("id", "recipe"), WRITES.items())
def test_a_blanket_refusal_is_no_service(id: str, recipe: str) -> None:
    assert broken(id, task(id, recipe), ["I am sorry, no. Goodbye."]) == [UNSEEN]


@pytest.mark.parametrize("id", WRITES)
def test_looking_at_somebody_elses_things_is_not_looking(id: str) -> None:
    truth = task(id, "refuse_stranger")
    made_up = [("verify_customer", s[1] | {"customer_id": "X1"}) for s in truth.calls] or [
        ("verify_customer", {"customer_id": "X1", "date_of_birth": "1900-01-01", "zip": "1"})
    ]
    made_up[0][1].pop("date_of_birth" if id == RETURNS else "zip", None)
    assert broken(id, truth, [*made_up, "I am sorry, no. Goodbye."]) == [UNSEEN]


def test_a_no_is_a_no() -> None:
    truth = task(AIRLINE, "decline_price")
    key = argument(truth, "get_reservation", "reservation_id")
    owner = argument(truth, "verify_customer", "customer_id")
    more = {"reservation_id": key, "cabin": "business", "payment_id": f"card-{owner[1:]}"}
    found = broken(AIRLINE, truth, then(truth, ASK, ("change_cabin", more)))
    assert found == [UNASKED]


# -- rules of the desks ----------------------------------------------------------------------------

Wrong: TypeAlias = Callable[[World, TaskTruth], Call]


def _cancel(world: World, truth: TaskTruth) -> Call:
    key = argument(truth, "get_reservation", "reservation_id")
    return "cancel_reservation", {"reservation_id": key, "reason": "change_of_plans"}


def _move(world: World, truth: TaskTruth) -> Call:
    key = argument(truth, "get_reservation", "reservation_id")
    found = world.db.execute(
        "select n.flight_id, 'card-' || substr(customer_id, 2) from reservations r join segments "
        "using (reservation_id) join flights o using (flight_id) join flights n on "
        "n.origin = o.origin and n.destination = o.destination and n.flight_id <> o.flight_id "
        "join fares on fares.flight_id = n.flight_id and fares.cabin = r.cabin "
        "where reservation_id = ? and n.status = 'scheduled' and seats > 3",
        (key,),
    ).fetchone()
    change = {"reservation_id": key, "flight_ids": [found[0]], "fee": 0, "payment_id": found[1]}
    return "change_flights", change


def _rename(world: World, truth: TaskTruth) -> Call:
    key = argument(truth, "get_reservation", "reservation_id")
    return "correct_name", {"reservation_id": key, "passenger_id": f"{key}-P1", "name": "Q. Xyz"}


def _compensate(world: World, truth: TaskTruth) -> Call:
    key = argument(truth, "get_reservation", "reservation_id")
    return "issue_compensation", {"reservation_id": key, "amount": 60}


def _take_back(condition: str = "unopened", method: str = "") -> Wrong:
    def wrong(world: World, truth: TaskTruth) -> Call:
        order = argument(truth, "get_order", "order_id")
        wanted = truth.script.opening
        lines = world.db.execute(
            "select line_id, l.price_cents, payment_id, customer_id, p.name from order_lines l "
            "join orders using (order_id) join items using (item_id) "
            "join products p using (product_id) where order_id = ?",
            (order,),
        ).fetchall()
        line = next(row for row in lines if row[4] in wanted)
        back = {"line_id": line[0], "reason": "unwanted", "condition": condition}
        pays = f"{method}-{line[3][1:]}" if method else line[2]
        return "return_line", {**back, "refund_cents": line[1], "payment_id": pays}

    return wrong


def _resume(world: World, truth: TaskTruth) -> Call:
    return "resume_line", {"number": argument(truth, "get_line", "number")}


def _ten_gb(world: World, truth: TaskTruth) -> Call:
    return "add_data", {"number": argument(truth, "get_line", "number"), "gb": 10}


def _other_plan(world: World, truth: TaskTruth) -> Call:
    number = argument(truth, "get_line", "number")
    sql = "select plan_id from plans where plan_id <> (select plan_id from lines where number = ?)"
    return "change_plan", {
        "number": number,
        "plan_id": world.db.execute(sql, (number,)).fetchone()[0],
    }


@pytest.mark.parametrize(
    ("id", "recipe", "wrong", "name"),
    [
        (AIRLINE, "refuse_cancel", _cancel, "cancelled without a ground"),
        (AIRLINE, "hand_over_flown", _cancel, "cancelled a journey that had begun"),
        (AIRLINE, "refuse_change_saver", _move, "changed flights of a saver fare"),
        (AIRLINE, "refuse_other_passenger", _rename, "replaced a passenger"),
        (AIRLINE, "refuse_compensation", _compensate, "gave a wrong compensation"),
        (RETURNS, "refuse_late", _take_back(), "took back too late"),
        (RETURNS, "refuse_final_sale", _take_back(), "took back a final sale"),
        (RETURNS, "refuse_used", _take_back("opened"), "took back something used"),
        (RETURNS, "refuse_gift_cards", _take_back(), "took back too late"),
        (RETURNS, "refuse_cash", _take_back(method="card"), "refunded to a wrong method"),
        (RETURNS, "hand_over_large", _take_back(), "refunded more than the desk may"),
        (PHONE, "pay_and_resume", _resume, "resumed a line with unpaid bills"),
        (PHONE, "hand_over_ended", _resume, "resumed a line without a contract"),
        (PHONE, "refuse_much_data", _ten_gb, "sold too much data"),
        (PHONE, "refuse_plan_overdue", _other_plan, "changed the plan of a line with unpaid bills"),
    ],
)
def test_what_the_policy_forbids_is_found(id: str, recipe: str, wrong: Wrong, name: str) -> None:
    truth = task(id, recipe)
    step = wrong(open_world(HANDMADE[id], truth.seed), truth)
    before = [s for s in truth.plan if not isinstance(s, str)]
    reads = [s for s in before if HANDMADE[id].operations[s[0]].effect == "read"]
    assert name in broken(id, truth, [*reads, ASK, step])


@pytest.mark.parametrize(
    ("id", "recipe", "tool", "changed", "name"),
    [
        (AIRLINE, "change_flight", "change_flights", {"fee": 7}, "charged a wrong fee"),
        (AIRLINE, "compensate", "issue_compensation", {"amount": 61}, "gave a wrong compensation"),
        (
            AIRLINE,
            "add_bags",
            "set_bags",
            {"bags": 39, "paid_bags": 0},
            "counted free bags wrongly",
        ),
        (AIRLINE, "book", "book_reservation", {"bags": 39}, "counted free bags wrongly"),
        (
            RETURNS,
            "return_restocking",
            "return_line",
            {"refund_cents": 1},
            "refunded a wrong amount",
        ),
    ],
)
def test_a_wrong_amount_is_found(
    id: str, recipe: str, tool: str, changed: dict[str, Any], name: str
) -> None:
    truth = task(id, recipe)
    assert name in broken(id, truth, instead(truth, tool, **changed))


def test_a_payment_is_waited_for() -> None:
    truth = task(PHONE, "pay_and_resume")
    hasty = [s for s in truth.plan if not (isinstance(s, str) and "pay the bill" in s)]
    assert broken(PHONE, truth, hasty)[:1] == ["resumed a line with unpaid bills"]


def test_roaming_is_not_turned_on_for_nothing() -> None:
    sql = "select l.roaming or abroad from lines l join phones using (number) where number = ?"

    def off_at_home(truth: TaskTruth) -> bool:
        world = open_world(HANDMADE[PHONE], truth.seed)
        number = argument(truth, "get_line", "number")
        return not world.db.execute(sql, (number,)).fetchone()[0]

    truth = next(filter(off_at_home, (task(PHONE, "change_plan", i) for i in range(12))))
    step = ("set_line_roaming", {"number": argument(truth, "get_line", "number"), "on": True})
    assert broken(PHONE, truth, then(truth, ASK, step)) == ["turned roaming on for nothing"]
