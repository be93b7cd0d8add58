"""One order line with order, product and customer, and what the customer knows."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from ...users import Fact
from ..drafts import Call
from ..toolkit import Connection, Row, rows
from .data import TODAY

INSISTS = (
    "I am a loyal customer. Surely you can bend the rules once?",
    "Another shop would take it without a question.",
    "I will write a bad review if you do not help me.",
)
_DAYS = {"electronics": 14, "clothing": 45, "home": 30, "toys": 30, "beauty": 30, "gift cards": -1}
_MORE = {"none": 0, "plus": 15, "pro": 30}
LARGE = 50_000


class Line:
    """One order line with order, product and customer."""

    def __init__(self, db: Connection, row: Row) -> None:
        self.db, self.row, self.id = db, row, row["line_id"]
        self.price: int = row["price_cents"]
        self.category: str = row["category"]

    @property
    def age(self) -> int:
        """Days since delivery."""
        return (TODAY - date.fromisoformat(self.row["delivered_on"])).days

    @property
    def plain(self) -> int:
        """The window without a membership; -1 for none."""
        return _DAYS[self.category]

    @property
    def window(self) -> int:
        """The window of this customer."""
        more = 0 if self.category == "electronics" else _MORE[self.row["membership"]]
        return self.plain + more if self.plain > 0 else -1

    @property
    def returnable(self) -> bool:
        """Whether it can be returned unopened and unwanted."""
        return not self.row["final_sale"] and self.age <= self.window

    def facts(self, rng: random.Random, *extra: Fact) -> tuple[tuple[Fact, ...], list[Call]]:
        """What the customer knows, and the calls that find the line."""
        order = self.row["order_id"]
        facts, calls = who(self.db, self.row, rng)
        if rng.random() < 0.6:
            facts += (Fact("order_id", order, ("order no",)),)
        else:
            calls.append(("list_orders", {"customer_id": self.row["customer_id"]}))
        calls.append(("get_order", {"order_id": order}))
        return (*facts, *extra), calls

    def told(self) -> dict[str, object]:
        """What openings may say."""
        return {"product": self.row["product"], "options": self.row["options"]}

    def back(self, reason: str, condition: str, cents: int, payment: str = "") -> Call:
        """The call that returns it."""
        return (
            "return_line",
            {
                "line_id": self.id,
                "reason": reason,
                "condition": condition,
                "refund_cents": cents,
                "payment_id": payment or self.row["payment_id"],
            },
        )


def who(db: Connection, row: Row, rng: random.Random) -> tuple[tuple[Fact, ...], list[Call]]:
    """Who the customer is; all know their e-mail address, and some their id as well."""
    zip = Fact("zip", row["zip"], ("zip code", "postal code", "postcode"))
    known = {"customer_id": row["customer_id"], "zip": row["zip"]}
    mail = Fact("email", row["email"], ("e-mail", "mail address"))
    if rng.random() < 0.5:
        key = Fact("customer_id", row["customer_id"], ("customer number", "account number"))
        return (key, mail, zip), [("verify_customer", known)]
    return (mail, zip), [("find_customer", {"email": row["email"]}), ("verify_customer", known)]


_LINE = (
    "select l.*, o.customer_id, o.delivered_on, o.payment_id, c.email, c.zip, c.membership, "
    "p.product_id, p.name as product, category, options, m.kind as paid_by from order_lines l "
    "join orders o using (order_id) join customers c using (customer_id) "
    "join items i using (item_id) join products p using (product_id) "
    "join payment_methods m using (payment_id) where o.status = 'delivered' and {where} "
    "and (select count(*) from order_lines l2 join orders o2 using (order_id) "
    "join items i2 using (item_id) where o2.customer_id = o.customer_id "
    "and i2.product_id = p.product_id) = 1 order by line_id"
)


def pick(
    db: Connection, rng: random.Random, fits: Callable[[Line], bool], where: str = "1"
) -> Line | None:
    """A line of a delivered order that fits; the customer ordered its product once only."""
    fitting = [line for row in rows(db, _LINE.format(where=where)) if fits(line := Line(db, row))]
    return rng.choice(fitting) if fitting else None


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


RETURN = (
    "Hello, I want to send back the {product} that I ordered ({options}).",
    "I would like to return my {product}, {options}.",
    "Can I give back the {product} ({options}) and get my money?",
)
_REASONS = {
    "unwanted": "I just do not want it any more",
    "wrong_item": "you sent me the wrong thing",
    "defective": "it is broken",
}
_CONDITIONS = {"unopened": "it is still unopened", "opened": "it was opened and used"}


def state_of(reason: str, condition: str) -> tuple[Fact, Fact]:
    """Why it comes back, and how."""
    words = ("opened", "unopened", "used", "packaging", "package", "worn")
    return (
        Fact("reason", _REASONS[reason], ("why", "problem", "wrong with it"), "Well, {value}."),
        Fact("condition", _CONDITIONS[condition], words, "To be honest, {value}."),
    )
