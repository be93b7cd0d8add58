"""The tools of the hand-made desks: each precondition fails as declared, nothing ever raises."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from palestra.envs.domains.domain import DomainError
from palestra.envs.domains.handmade import HANDMADE
from palestra.envs.domains.world import World, open_world

AIRLINE, RETURNS, PHONE = "airline-desk", "returns-desk", "phone-carrier"


def one(world: World, sql: str) -> Any:
    """The first value of a query."""
    return world.db.execute(sql).fetchone()[0]


def refused(world: World, name: str, arguments: Mapping[str, Any]) -> str:
    """What a tool answers when it refuses; nothing may have changed."""
    before = world.rows()
    with pytest.raises(DomainError) as error:
        world.call(name, arguments)
    assert world.rows() == before
    return str(error.value)


@pytest.fixture
def airline() -> World:
    return open_world(HANDMADE[AIRLINE], 0)


@pytest.fixture
def shop() -> World:
    return open_world(HANDMADE[RETURNS], 0)


@pytest.fixture
def carrier() -> World:
    return open_world(HANDMADE[PHONE], 0)


NEW_TRIP = {
    "cabin": "economy",
    "fare": "flex",
    "passengers": ["Ada Holm"],
    "dates_of_birth": ["1980-01-01"],
    "insured": False,
    "bags": 0,
    "paid_bags": 0,
}


def test_the_airline_knows_only_what_is_there(airline: World) -> None:
    customer = one(airline, "select customer_id from customers")
    wrong = {"customer_id": customer, "date_of_birth": "1900-01-01"}
    assert refused(airline, "verify_customer", wrong).startswith("NotPossible: customer id and")
    for name, arguments in {
        "verify_customer": {"customer_id": "C0", "date_of_birth": "1900-01-01"},
        "get_reservation": {"reservation_id": "NOPE"},
        "list_reservations": {"customer_id": "NOPE"},
        "list_payment_methods": {"customer_id": "NOPE"},
        "cancel_reservation": {"reservation_id": "NOPE", "reason": "illness"},
        "issue_compensation": {"reservation_id": "NOPE", "amount": 60},
    }.items():
        assert refused(airline, name, arguments).startswith("NotFound: there is no "), name
    nowhere = {"origin": "ZZZ", "destination": "LIS", "date": "2026-03-05"}
    assert airline.call("search_flights", nowhere) == []


def test_the_airline_refuses_what_is_not_possible(airline: World) -> None:
    key = one(airline, "select reservation_id from reservations where cabin = 'economy'")
    owner = one(airline, f"select customer_id from reservations where reservation_id = '{key}'")
    other = one(airline, f"select payment_id from payment_methods where customer_id <> '{owner}'")
    bags = {"reservation_id": key, "bags": 9, "paid_bags": 9, "payment_id": other}
    assert refused(airline, "set_bags", bags).startswith("NotFound: there is no payment method")
    bags = {**bags, "bags": 1, "payment_id": f"card-{owner[1:]}"}
    assert refused(airline, "set_bags", bags).startswith("InvalidArgument")
    same = {"reservation_id": key, "cabin": "economy", "payment_id": f"card-{owner[1:]}"}
    assert "is economy already" in refused(airline, "change_cabin", same)
    stranger = one(airline, f"select passenger_id from passengers where reservation_id <> '{key}'")
    name = {"reservation_id": key, "passenger_id": stranger, "name": "Ada Holm"}
    assert "there is no passenger" in refused(airline, "correct_name", name)
    gone = one(airline, "select flight_id from flights where status = 'landed'")
    trip = {"customer_id": owner, "flight_ids": [gone], "payment_id": f"card-{owner[1:]}"}
    assert "is landed" in refused(airline, "book_reservation", NEW_TRIP | trip)
    full = one(
        airline,
        "select flight_id from flights join fares using (flight_id) where status = 'scheduled' "
        "and cabin = 'economy' and seats = 0",
    )
    trip |= {"flight_ids": [full]}
    assert "has 0 free seats" in refused(airline, "book_reservation", NEW_TRIP | trip)
    trip |= {"dates_of_birth": ["1980-01-01", "1981-01-01"]}
    assert refused(airline, "book_reservation", NEW_TRIP | trip).startswith("InvalidArgument")
    airline.call("cancel_reservation", {"reservation_id": key, "reason": "weather"})
    again = {"reservation_id": key, "reason": "weather"}
    assert f"reservation {key} is cancelled" in refused(airline, "cancel_reservation", again)


def test_a_voucher_pays_only_what_it_holds(airline: World) -> None:
    voucher, owner = airline.db.execute(
        "select payment_id, customer_id from payment_methods where kind = 'voucher' "
        "order by balance"
    ).fetchone()
    seat = one(
        airline,
        "select flight_id from flights join fares using (flight_id) where status = 'scheduled' "
        "and cabin = 'business' and seats > 0 order by price desc",
    )
    trip = {"customer_id": owner, "flight_ids": [seat], "cabin": "business", "payment_id": voucher}
    assert "has a balance of" in refused(airline, "book_reservation", NEW_TRIP | trip)


def test_a_cancellation_gives_back_money_and_seats(airline: World) -> None:
    key = one(airline, "select reservation_id from reservations")
    paid = one(airline, f"select sum(amount) from charges where reservation_id = '{key}'")
    people = one(airline, f"select count(*) from passengers where reservation_id = '{key}'")
    flights = one(airline, f"select count(*) from segments where reservation_id = '{key}'")
    seats = one(airline, "select sum(seats) from fares")
    done = airline.call("cancel_reservation", {"reservation_id": key, "reason": "illness"})
    assert done["refunded"] == paid
    assert one(airline, f"select sum(amount) from charges where reservation_id = '{key}'") == 0
    assert one(airline, "select sum(seats) from fares") == seats + people * flights


LINE = (
    "select l.line_id from order_lines l join orders o using (order_id) "
    "join items i using (item_id) where o.status = '{}'"
)


def test_the_shop_refuses_what_is_not_possible(shop: World) -> None:
    line = one(shop, LINE.format("delivered"))
    owner, pays, price, item, product = shop.db.execute(
        "select customer_id, payment_id, l.price_cents, item_id, product_id from order_lines l "
        "join orders using (order_id) join items using (item_id) where line_id = ?",
        (line,),
    ).fetchone()
    back = {"reason": "unwanted", "condition": "unopened", "payment_id": pays}
    back |= {"line_id": line, "refund_cents": price}
    over = back | {"refund_cents": price + 1}
    assert refused(shop, "return_line", over).startswith("InvalidArgument: the price of the line")
    waiting = back | {"line_id": one(shop, LINE.format("shipped")), "refund_cents": 0}
    assert "is shipped, not delivered" in refused(shop, "return_line", waiting)
    foreign = one(shop, f"select payment_id from payment_methods where customer_id <> '{owner}'")
    assert "no payment method" in refused(shop, "return_line", back | {"payment_id": foreign})
    swap = {"line_id": line, "condition": "unopened", "payment_id": pays}
    other = one(shop, f"select item_id from items where product_id <> '{product}'")
    assert "another product" in refused(shop, "exchange_line", swap | {"item_id": other})
    assert "the same item" in refused(shop, "exchange_line", swap | {"item_id": item})
    shop.call("return_line", back)
    assert "was returned already" in refused(shop, "return_line", back)
    sent = one(shop, "select order_id from orders where status = 'shipped'")
    for name, more in {
        "cancel_order": {"reason": "no_longer_needed"},
        "change_address": {"address": "1 Elm Street, Farley 12345"},
    }.items():
        assert f"order {sent} is shipped" in refused(shop, name, {"order_id": sent, **more})
    key = one(shop, "select customer_id from customers")
    assert "do not agree" in refused(shop, "verify_customer", {"customer_id": key, "zip": "0"})
    for name, arguments in {
        "find_customer": {"email": "nobody@mail.example"},
        "get_order": {"order_id": "W0"},
        "get_product": {"product_id": "P0"},
        "list_orders": {"customer_id": "L0"},
        "list_payment_methods": {"customer_id": "L0"},
    }.items():
        assert refused(shop, name, arguments).startswith("NotFound"), name


def test_what_is_sold_out_or_too_dear_is_not_exchanged(shop: World) -> None:
    found = shop.db.execute(
        "select l.line_id, o.payment_id, i.item_id, m.kind, i.stock, m.balance_cents, "
        "i.price_cents - l.price_cents from order_lines l join orders o using (order_id) "
        "join payment_methods m using (payment_id) join items own on own.item_id = l.item_id "
        "join items i on i.product_id = own.product_id and i.item_id <> l.item_id "
        "where o.status = 'delivered'"
    ).fetchall()
    sold_out = next(row for row in found if not row[4])
    swap = {"line_id": sold_out[0], "item_id": sold_out[2], "condition": "unopened"}
    answer = refused(shop, "exchange_line", {**swap, "payment_id": sold_out[1]})
    assert "is out of stock" in answer
    dear = next(row for row in found if row[3] == "gift_card" and row[4] and row[6] > row[5])
    swap = {"line_id": dear[0], "item_id": dear[2], "condition": "unopened"}
    assert "holds" in refused(shop, "exchange_line", {**swap, "payment_id": dear[1]})


def test_the_carrier_refuses_what_is_not_possible(carrier: World) -> None:
    held = one(carrier, "select number from lines where status = 'suspended'")
    active = one(carrier, "select number from lines where status = 'active' and roaming")
    plan = one(carrier, f"select plan_id from lines where number = '{active}'")
    paid = one(carrier, "select bill_id from bills where status = 'paid'")
    assert "is active" in refused(carrier, "resume_line", {"number": active})
    assert "is suspended" in refused(carrier, "add_data", {"number": held, "gb": 1})
    assert "is suspended" in refused(carrier, "change_plan", {"number": held, "plan_id": "P-S"})
    assert "already" in refused(carrier, "change_plan", {"number": active, "plan_id": plan})
    assert "is on already" in refused(carrier, "set_line_roaming", {"number": active, "on": True})
    assert "is paid, not overdue" in refused(carrier, "request_payment", {"bill_id": paid})
    assert "no request" in refused(carrier, "pay_bill", {"number": active})
    assert "no phone" in refused(carrier, "look_at_sim", {"number": "000-555-0000"})
    key = one(carrier, "select customer_id from customers")
    wrong = {"customer_id": key, "date_of_birth": "1900-01-01"}
    assert "do not agree" in refused(carrier, "verify_customer", wrong)
    twice = one(
        carrier, "select number from bills where status = 'overdue' group by 1 having count(*) = 2"
    )
    first, second = carrier.db.execute(
        "select bill_id from bills where number = ? and status = 'overdue' order by month", (twice,)
    ).fetchall()
    carrier.call("request_payment", {"bill_id": first[0]})
    assert "has not been paid" in refused(carrier, "request_payment", {"bill_id": second[0]})
    assert carrier.call("pay_bill", {"number": twice}) == f"Bill {first[0]} is paid."
    carrier.call("request_payment", {"bill_id": second[0]})


@pytest.mark.parametrize(
    ("column", "value", "shows", "test"),
    [
        ("airplane_mode", 1, "an airplane", "no connection"),
        ("sim", "loose", "crossed-out SIM", "no connection"),
        ("sim", "locked", "crossed-out SIM", "no connection"),
        ("mobile_data", 0, "no data symbol", "no connection"),
        ("apn", "old.internet", "full bars", "no connection"),
        ("restart_due", 1, "full bars", "no connection"),
        ("network", "2G", "full bars and 2G", "slow"),
        ("data_saver", 1, "full bars", "slow"),
        ("vpn", 1, "full bars", "slow"),
    ],
)
def test_a_fault_of_a_phone_is_seen_and_felt(
    carrier: World, column: str, value: object, shows: str, test: str
) -> None:
    number = one(
        carrier,
        "select number from lines join phones using (number) join plans using (plan_id) where "
        "status = 'active' and not abroad and mobile_data and not airplane_mode and not vpn and "
        "not data_saver and sim = 'ok' and apn = 'tern.internet' and network = '5G' "
        "and used_mb < data_gb * 1024",
    )
    own = {"number": number}
    assert carrier.call("run_speed_test", own) == "The speed test says: good."
    carrier.db.execute(f"update phones set {column} = ? where number = ?", (value, number))
    assert shows in carrier.call("look_at_status_bar", own)
    assert test in carrier.call("run_speed_test", own)
    assert carrier.call("reseat_sim", own)
    ready = column == "sim" and value == "loose"
    assert ("good" in carrier.call("run_speed_test", own)) == ready


HOSTILE = (
    "'; drop table customers; --", "\x00", "\ud800", "ß" * 70, "../../etc/passwd", "", "a" * 99_999,
    2**63, -(2**63) - 1, 2**200, -1, 1e308, float("inf"), float("nan"), True, None, [], {}, [None],
    ["\ud800"], {"$ne": 1}, [[["x"]]], "%s%n", "1 or 1=1", "\u202egnp.exe",
)  # fmt: skip


@pytest.mark.parametrize("id", HANDMADE)
def test_no_argument_raises_or_changes_more_than_its_tool_may(id: str) -> None:
    rng, domain = random.Random(id), HANDMADE[id]
    world = open_world(domain, 0)
    for operation in domain.operations.values():
        names = list(operation.parameters["properties"])
        known = {name: one(world, _column(world, name)) for name in names if _column(world, name)}
        for _ in range(40):
            arguments = {n: known.get(n, rng.choice(HOSTILE)) for n in names}
            for name in rng.sample(names, min(len(names), rng.randrange(1, 3))):
                arguments[name] = rng.choice(HOSTILE)
            if rng.random() < 0.1:
                arguments[str(rng.choice(HOSTILE))] = 1
            made = world.db.total_changes
            answer = _answer(world, operation.name, arguments)
            kinds = ("done", "NotFound: ", "NotPossible: ", "InvalidArgument: ")
            assert answer.startswith(kinds)
            assert len(answer) < 400
            if operation.effect == "read":
                assert world.db.total_changes == made
    assert one(world, "select count(*) from customers") > 100


def _answer(world: World, name: str, arguments: Mapping[str, Any]) -> str:
    try:
        world.call(name, arguments)
    except DomainError as error:
        return str(error)
    return "done"


def _column(world: World, name: str) -> str:
    """A query for a value of the column of this name; empty if there is none."""
    for (table,) in world.db.execute("select name from sqlite_master where type = 'table'"):
        if any(column[1] == name for column in world.db.execute(f"pragma table_info({table})")):
            return (
                f"select {name} from {table}" if one(world, f"select count(*) from {table}") else ""
            )
    return ""
