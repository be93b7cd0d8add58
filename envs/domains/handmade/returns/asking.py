"""Tasks of two parts, questions, and strangers."""

from __future__ import annotations

import random
from typing import Any

from ...users import Fact
from ..drafts import Draft
from ..toolkit import Connection, rows
from .case import INSISTS, LARGE, RETURN, dollars, pick, state_of
from .ordering import MISTAKES


def return_and_cancel(db: Connection, rng: random.Random) -> Draft | None:
    """A return, and then another order to be cancelled."""
    line = pick(
        db,
        rng,
        lambda c: c.returnable and c.price <= LARGE,
        "exists (select 1 from orders x where x.customer_id = o.customer_id "
        "and x.status = 'pending')",
    )
    if line is None:
        return None
    sql = "select order_id from orders where customer_id = ? and status = 'pending' order by 1"
    other = rng.choice(rows(db, sql, line.row["customer_id"]))["order_id"]
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    reason = rng.choice(list(MISTAKES))
    calls += [
        line.back("unwanted", "unopened", line.price),
        ("get_order", {"order_id": other}),
        ("cancel_order", {"order_id": other, "reason": reason}),
    ]
    request = f"And please cancel my order {other} as well: {MISTAKES[reason]}."
    return Draft(RETURN, facts, calls, told=line.told(), requests=(request,))


def ask_refund(db: Connection, rng: random.Random) -> Draft | None:
    """How much would come back, without returning anything."""
    line = pick(db, rng, lambda c: c.returnable, "category = 'electronics' and membership <> 'pro'")
    if line is None:
        return None
    facts, calls = line.facts(rng, *state_of("unwanted", "opened"))
    openings = (
        "How much would I get back for my {product} ({options})? I have used it already.",
        "If I return the opened {product} ({options}), how much money is that? I only ask.",
    )
    cents = line.price - line.price * 15 // 100
    outputs = (dollars(cents),)
    return Draft(openings, facts, calls, "read", line.told(), outputs, agrees=False)


def refuse_stranger(db: Connection, rng: random.Random) -> Draft | None:
    """The ZIP code is not the customer's."""
    line = pick(db, rng, lambda c: c.returnable)
    if line is None:
        return None
    wrong = f"{(int(line.row['zip']) + rng.randrange(1, 900)) % 90_000 + 10_000}"
    if wrong == line.row["zip"]:
        return None
    facts: tuple[Fact, ...] = (
        Fact("customer_id", line.row["customer_id"], ("customer number", "account number")),
        Fact("zip", wrong, ("zip code", "postal code", "postcode")),
        Fact("order_id", line.row["order_id"], ("order no",)),
    )
    known: dict[str, Any] = {"customer_id": line.row["customer_id"], "zip": wrong}
    return Draft(
        RETURN,
        facts,
        [("verify_customer", known)],
        "refuse",
        line.told(),
        insists=rng.sample(INSISTS, 1),
        forbidden=("return_line", "get_order", "list_orders", "transfer_to_person"),
    )
