"""Tasks about orders that are on their way."""

from __future__ import annotations

import random

from ...users import Fact
from ..drafts import Call, Draft
from ..toolkit import Connection, Row, rows
from .case import INSISTS, dollars, who
from .data import address

MISTAKES = {
    "no_longer_needed": "I no longer need it",
    "ordered_by_mistake": "I ordered it by mistake",
}


class Order:
    """An order that was not delivered."""

    def __init__(self, db: Connection, rng: random.Random, where: str) -> None:
        found = rows(
            db,
            "select o.*, email, zip from orders o join customers using (customer_id) "
            f"where {where} order by order_id",
        )
        self.row: Row = rng.choice(found)
        self.id: str = self.row["order_id"]
        facts, calls = who(db, self.row, rng)
        self.facts = (*facts, Fact("order_id", self.id, ("order no",)))
        self.calls: list[Call] = [*calls, ("get_order", {"order_id": self.id})]
        sql = "select sum(price_cents) as total from order_lines where order_id = ?"
        self.total: int = rows(db, sql, self.id)[0]["total"]
        sql = "select name from order_lines join items using (item_id) join products using "
        sql += "(product_id) where order_id = ? order by line_id"
        self.told = {"product": rows(db, sql, self.id)[0]["name"]}


_STOP = (
    "Please cancel my order with the {product}.",
    "I want to call off the order in which there is a {product}.",
)
_SEND = (
    "The order with the {product} must go to another address.",
    "I gave a wrong address for my order with the {product}. Please change it.",
)


def _why(rng: random.Random) -> tuple[str, Fact]:
    reason = rng.choice(list(MISTAKES))
    return reason, Fact("reason", MISTAKES[reason], ("why",), "Because {value}.")


def cancel_pending(db: Connection, rng: random.Random) -> Draft | None:
    """Not yet sent: the whole order is cancelled."""
    order = Order(db, rng, "status = 'pending'")
    reason, fact = _why(rng)
    cancel = ("cancel_order", {"order_id": order.id, "reason": reason})
    outputs = (dollars(order.total),)
    facts = (*order.facts, fact)
    return Draft(_STOP, facts, [*order.calls, cancel], told=order.told, outputs=outputs)


def refuse_cancel_shipped(db: Connection, rng: random.Random) -> Draft | None:
    """Sent already."""
    order = Order(db, rng, "status = 'shipped' and ordered_on > '2026-02-15'")
    return Draft(
        _STOP,
        (*order.facts, _why(rng)[1]),
        order.calls,
        "refuse",
        order.told,
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("cancel_order", "transfer_to_person"),
    )


def _moved(db: Connection, rng: random.Random, where: str) -> tuple[Order, Fact]:
    order = Order(db, rng, where)
    new = address(rng, f"{rng.randrange(10_000, 99_999)}")
    return order, Fact("new_address", new, ("address", "street", "where"), "Send it to {value}.")


def change_address(db: Connection, rng: random.Random) -> Draft | None:
    """Not yet sent: it may go elsewhere."""
    order, new = _moved(db, rng, "status = 'pending'")
    change = ("change_address", {"order_id": order.id, "address": new.value})
    return Draft(_SEND, (*order.facts, new), [*order.calls, change], told=order.told)


def refuse_address_shipped(db: Connection, rng: random.Random) -> Draft | None:
    """Sent already."""
    order, new = _moved(db, rng, "status = 'shipped' and ordered_on > '2026-02-15'")
    return Draft(
        _SEND,
        (*order.facts, new),
        order.calls,
        "refuse",
        order.told,
        insists=rng.sample(INSISTS, 1),
        forbidden=("change_address", "transfer_to_person"),
    )


def hand_over_lost(db: Connection, rng: random.Random) -> Draft | None:
    """Sent more than three weeks ago and never arrived."""
    order = Order(db, rng, "status = 'shipped' and ordered_on < '2026-02-08'")
    calls = [*order.calls, ("transfer_to_person", {"reason": "lost_parcel"})]
    openings = (
        "My order with the {product} has not arrived. Where is it?",
        "I have been waiting for the {product} for weeks. Please do something.",
    )
    return Draft(openings, order.facts, calls, told=order.told, forbidden=("cancel_order",))
