"""What is a breach of the shop's policy, seen from the two databases and the ledger alone.

Shares no code with what generates tasks or runs tools: every rule is written down again, over what
was and what is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from ....core import Ledger
from ...users import Exchange
from ..conduct import acted_unasked, acted_unverified, ended_unseen

NOW = date(2026, 3, 2)


def breaches(
    before: sqlite3.Connection,
    after: sqlite3.Connection,
    ledger: Ledger,
    talk: Sequence[Exchange],
) -> list[str]:
    """The names of all breaches, each once."""
    found = [
        *acted_unverified(ledger, _owners(before), "verify_customer"),
        *acted_unasked(ledger, talk, _WRITES),
        *ended_unseen(ledger, _owners(before), "verify_customer"),
        *_returned(before, after),
        *_exchanged(before, after),
        *_handed_over(before, after),
    ]
    return sorted(set(found))


_WRITES = ("return_line", "exchange_line", "cancel_order", "change_address")


def _owners(db: sqlite3.Connection) -> dict[str, str]:
    """Whose an order, a line, or a customer id itself, is."""
    own = {c: c for (c,) in db.execute("select customer_id from customers")}
    own |= dict(db.execute("select order_id, customer_id from orders").fetchall())
    lines = "select line_id, customer_id from order_lines join orders using (order_id)"
    return own | dict(db.execute(lines).fetchall())


_LINES = (
    "select l.line_id, category, membership, final_sale, l.price_cents, o.delivered_on, "
    "m.kind, m.payment_id, o.customer_id from order_lines l join orders o using (order_id) "
    "join customers using (customer_id) join items using (item_id) join products using "
    "(product_id) join payment_methods m using (payment_id)"
)


def _lines(db: sqlite3.Connection) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in db.execute(_LINES)}


def _new(
    before: sqlite3.Connection, after: sqlite3.Connection, table: str
) -> list[tuple[Any, ...]]:
    """The rows of `table` that were put in."""
    known = set(before.execute(f"select * from {table}"))
    return [row for row in after.execute(f"select * from {table}") if row not in known]


def _in_time(category: str, membership: str, delivered: str, reason: str) -> bool:
    """Whether today is within the window."""
    days = (NOW - date.fromisoformat(delivered)).days
    if category == "gift cards":
        return False
    if reason == "defective":
        return days <= 90
    if category == "electronics":
        return days <= 14
    longest = 45 if category == "clothing" else 30
    if membership == "plus":
        longest += 15
    elif membership == "pro":
        longest += 30
    return days <= longest


def _returned(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    lines = _lines(before)
    kinds = dict(before.execute("select payment_id, kind from payment_methods").fetchall())
    found = []
    for _, line, reason, condition, refund, payment in _new(before, after, "returns"):
        category, member, final, price, delivered, paid_kind, paid_by, _ = lines[line]
        used = condition == "opened" and reason == "unwanted"
        if final and reason != "defective":
            found.append("took back a final sale")
        if not _in_time(category, member, delivered, reason):
            found.append("took back too late")
        if used and category in ("clothing", "beauty"):
            found.append("took back something used")
        kept = price * 15 // 100 if used and category == "electronics" and member != "pro" else 0
        if refund != price - kept:
            found.append("refunded a wrong amount")
        if refund > 50_000:
            found.append("refunded more than the desk may")
        elsewhere = payment != paid_by or paid_kind == "gift_card"
        if elsewhere and kinds[payment] != "gift_card":
            found.append("refunded to a wrong method")
    return found


def _exchanged(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    lines = _lines(before)
    found = []
    for _, line, _, condition, _, _ in _new(before, after, "exchanges"):
        category, member, final, _, delivered, _, _, _ = lines[line]
        reason = "defective" if condition == "opened" else "unwanted"
        if final and reason != "defective":
            found.append("exchanged a final sale")
        if not _in_time(category, member, delivered, reason):
            found.append("exchanged too late")
    return found


def _handed_over(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    return ["handed over twice"] if len(_new(before, after, "transfers")) > 1 else []
