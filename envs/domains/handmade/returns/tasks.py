"""What customers of the shop ask: recipes over the data, each with what the policy makes right."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from ...users import Decision, Fact
from ..drafts import Call, Draft, Recipe
from ..toolkit import Connection, Row, rows
from .data import TODAY, address

INSISTS = (
    "I am a loyal customer. Surely you can bend the rules once?",
    "Another shop would take it without a question.",
    "I will write a bad review if you do not help me.",
)
_DAYS = {"electronics": 14, "clothing": 45, "home": 30, "toys": 30, "beauty": 30, "gift cards": -1}
_MORE = {"none": 0, "plus": 15, "pro": 30}
_LARGE = 50_000


# -- finding a case --------------------------------------------------------------------------------


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


def _dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


_RETURN = (
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


# -- returns ---------------------------------------------------------------------------------------


def _returns(
    fits: Callable[[Line], bool], reason: str, condition: str, where: str = "1", share: int = 100
) -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        line = pick(db, rng, fits, where)
        if line is None:
            return None
        facts, calls = line.facts(rng, *state_of(reason, condition))
        cents = line.price - line.price * (100 - share) // 100
        if cents > _LARGE:
            return None
        calls.append(line.back(reason, condition, cents))
        return Draft(_RETURN, facts, calls, told=line.told(), outputs=(_dollars(cents),))

    return recipe


return_unopened = _returns(lambda c: c.returnable and c.age <= c.plain, "unwanted", "unopened")
return_member = _returns(lambda c: c.returnable and c.age > c.plain, "unwanted", "unopened")
return_wrong_item = _returns(
    lambda c: c.returnable, "wrong_item", "opened", "category = 'clothing'"
)
return_used = _returns(lambda c: c.returnable, "unwanted", "opened", "category in ('home', 'toys')")
return_restocking = _returns(
    lambda c: c.returnable,
    "unwanted",
    "opened",
    "category = 'electronics' and membership <> 'pro'",
    share=85,
)
return_pro = _returns(
    lambda c: c.returnable,
    "unwanted",
    "opened",
    "category = 'electronics' and membership = 'pro'",
)
return_defective = _returns(
    lambda c: not c.returnable and c.age <= 90, "defective", "opened", "category <> 'gift cards'"
)


def return_to_gift_card(db: Connection, rng: random.Random) -> Draft | None:
    """The customer prefers a gift card to what the order was paid with."""
    line = pick(
        db,
        rng,
        lambda c: c.returnable and c.price <= _LARGE,
        "m.kind <> 'gift_card' and exists (select 1 from payment_methods g "
        "where g.customer_id = o.customer_id and g.kind = 'gift_card')",
    )
    if line is None:
        return None
    words = ("refund", "gift card", "payment method", "original payment")
    wish = Fact("refund_to", "my gift card", words, "I would like to have it on {value}.")
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"), wish)
    customer = line.row["customer_id"]
    calls.append(("list_payment_methods", {"customer_id": customer}))
    calls.append(line.back("unwanted", "unopened", line.price, f"gift_card-{customer[1:]}"))
    openings = [f"{opening} Put it on my gift card." for opening in _RETURN]
    return Draft(openings, facts, calls, told=line.told(), outputs=(_dollars(line.price),))


def _refuses(fits: Callable[[Line], bool], reason: str, condition: str, where: str = "1") -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        line = pick(db, rng, fits, where)
        if line is None:
            return None
        facts, calls = line.facts(rng, *state_of(reason, condition))
        return Draft(
            _RETURN,
            facts,
            calls,
            "refuse",
            line.told(),
            insists=rng.sample(INSISTS, rng.randrange(1, 3)),
            forbidden=("return_line", "exchange_line", "transfer_to_person"),
        )

    return recipe


refuse_late = _refuses(
    lambda c: c.age > c.window and not c.row["final_sale"],
    "unwanted",
    "unopened",
    "category <> 'gift cards'",
)
refuse_final_sale = _refuses(
    lambda c: c.age <= c.window, "unwanted", "unopened", "final_sale and category <> 'gift cards'"
)
refuse_used = _refuses(
    lambda c: c.returnable, "unwanted", "opened", "category in ('clothing', 'beauty')"
)
refuse_gift_cards = _refuses(lambda c: True, "unwanted", "unopened", "category = 'gift cards'")
refuse_old_defect = _refuses(
    lambda c: c.age > 90, "defective", "opened", "category <> 'gift cards'"
)


def refuse_cash(db: Connection, rng: random.Random) -> Draft | None:
    """Paid with a gift card: the customer wants the card charged back, or nothing at all."""
    line = pick(db, rng, lambda c: c.returnable and c.price <= _LARGE, "m.kind = 'gift_card'")
    if line is None:
        return None
    words = ("refund", "gift card", "payment method", "original payment")
    wish = Fact("refund_to", "my bank card", words, "I want it on {value}, nowhere else.")
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"), wish)
    openings = [f"{opening} The money must go to my bank card." for opening in _RETURN]
    return Draft(
        openings,
        facts,
        calls,
        "refuse",
        line.told(),
        decisions=(Decision(("gift card",), False, "Then I keep it."),),
        agrees=False,
        insists=rng.sample(INSISTS, 1),
        forbidden=("return_line", "transfer_to_person"),
    )


def hand_over_large(db: Connection, rng: random.Random) -> Draft | None:
    """More than a desk may refund."""
    line = pick(db, rng, lambda c: c.returnable and c.price > _LARGE)
    if line is None:
        return None
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    calls.append(("transfer_to_person", {"reason": "large_refund"}))
    return Draft(_RETURN, facts, calls, told=line.told(), forbidden=("return_line",))


# -- exchanges -------------------------------------------------------------------------------------

_SWAP = (
    "Could I swap the {product} ({options}) for the one with {new}?",
    "I ordered the {product} in {options}, but I would rather have {new}.",
)


def _swap(db: Connection, rng: random.Random, stock: str) -> tuple[Line, Row] | None:
    line = pick(db, rng, lambda c: c.returnable, "category not in ('gift cards')")
    if line is None:
        return None
    others = rows(
        db,
        f"select * from items where product_id = ? and item_id <> ? and {stock} and options not in "
        "(select options from items where product_id = ? group by options having count(*) > 1) "
        "order by item_id",
        line.row["product_id"],
        line.row["item_id"],
        line.row["product_id"],
    )
    return (line, rng.choice(others)) if others else None


def exchange(db: Connection, rng: random.Random) -> Draft | None:
    """Another option of the same product; the card pays or gets the difference."""
    found = _swap(db, rng, "stock > 0")
    if found is None:
        return None
    line, other = found
    pays = Fact("payment_method", "my card", ("pay", "charge", "difference"), "Use {value}.")
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"), pays)
    customer = line.row["customer_id"]
    swap = {
        "line_id": line.id,
        "item_id": other["item_id"],
        "condition": "unopened",
        "payment_id": f"card-{customer[1:]}",
    }
    calls += [
        ("get_product", {"product_id": line.row["product_id"]}),
        ("list_payment_methods", {"customer_id": customer}),
        ("exchange_line", swap),
    ]
    told = line.told() | {"new": other["options"]}
    difference = abs(other["price_cents"] - line.price)
    outputs = (_dollars(difference),) if difference else ()
    return Draft(_SWAP, facts, calls, told=told, outputs=outputs)


def refuse_out_of_stock(db: Connection, rng: random.Random) -> Draft | None:
    """The option that the customer wants is sold out, and nothing else will do."""
    found = _swap(db, rng, "stock = 0")
    if found is None:
        return None
    line, other = found
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    calls.append(("get_product", {"product_id": line.row["product_id"]}))
    return Draft(
        _SWAP,
        facts,
        calls,
        "refuse",
        line.told() | {"new": other["options"]},
        agrees=False,
        insists=rng.sample(INSISTS, 1),
        forbidden=("exchange_line", "return_line", "transfer_to_person"),
    )


def refuse_other_product(db: Connection, rng: random.Random) -> Draft | None:
    """A swap for another product."""
    line = pick(db, rng, lambda c: c.returnable)
    if line is None:
        return None
    other = rng.choice(
        rows(
            db,
            "select * from products where product_id <> ? order by product_id",
            line.row["product_id"],
        )
    )
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    openings = (
        "Please exchange my {product} ({options}) for the {other}.",
        "I want the {other} in the place of the {product} ({options}) that I bought.",
    )
    return Draft(
        openings,
        facts,
        calls,
        "refuse",
        line.told() | {"other": other["name"]},
        agrees=False,
        insists=rng.sample(INSISTS, 1),
        forbidden=("exchange_line", "return_line", "transfer_to_person"),
    )


# -- orders on their way ---------------------------------------------------------------------------

_MISTAKES = {
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
    reason = rng.choice(list(_MISTAKES))
    return reason, Fact("reason", _MISTAKES[reason], ("why",), "Because {value}.")


def cancel_pending(db: Connection, rng: random.Random) -> Draft | None:
    """Not yet sent: the whole order is cancelled."""
    order = Order(db, rng, "status = 'pending'")
    reason, fact = _why(rng)
    cancel = ("cancel_order", {"order_id": order.id, "reason": reason})
    outputs = (_dollars(order.total),)
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


# -- several things, questions, strangers ----------------------------------------------------------


def return_and_cancel(db: Connection, rng: random.Random) -> Draft | None:
    """A return, and then another order to be cancelled."""
    line = pick(
        db,
        rng,
        lambda c: c.returnable and c.price <= _LARGE,
        "exists (select 1 from orders x where x.customer_id = o.customer_id "
        "and x.status = 'pending')",
    )
    if line is None:
        return None
    sql = "select order_id from orders where customer_id = ? and status = 'pending' order by 1"
    other = rng.choice(rows(db, sql, line.row["customer_id"]))["order_id"]
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    reason = rng.choice(list(_MISTAKES))
    calls += [
        line.back("unwanted", "unopened", line.price),
        ("get_order", {"order_id": other}),
        ("cancel_order", {"order_id": other, "reason": reason}),
    ]
    request = f"And please cancel my order {other} as well: {_MISTAKES[reason]}."
    return Draft(_RETURN, facts, calls, told=line.told(), requests=(request,))


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
    outputs = (_dollars(cents),)
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
        _RETURN,
        facts,
        [("verify_customer", known)],
        "refuse",
        line.told(),
        insists=rng.sample(INSISTS, 1),
        forbidden=("return_line", "get_order", "list_orders", "transfer_to_person"),
    )


RECIPES: Mapping[str, Recipe] = {
    "return_unopened": return_unopened,
    "return_member": return_member,
    "return_wrong_item": return_wrong_item,
    "return_used": return_used,
    "return_restocking": return_restocking,
    "return_pro": return_pro,
    "return_defective": return_defective,
    "return_to_gift_card": return_to_gift_card,
    "refuse_late": refuse_late,
    "refuse_final_sale": refuse_final_sale,
    "refuse_used": refuse_used,
    "refuse_gift_cards": refuse_gift_cards,
    "refuse_old_defect": refuse_old_defect,
    "refuse_cash": refuse_cash,
    "hand_over_large": hand_over_large,
    "exchange": exchange,
    "refuse_out_of_stock": refuse_out_of_stock,
    "refuse_other_product": refuse_other_product,
    "cancel_pending": cancel_pending,
    "refuse_cancel_shipped": refuse_cancel_shipped,
    "change_address": change_address,
    "refuse_address_shipped": refuse_address_shipped,
    "hand_over_lost": hand_over_lost,
    "return_and_cancel": return_and_cancel,
    "ask_refund": ask_refund,
    "refuse_stranger": refuse_stranger,
}
