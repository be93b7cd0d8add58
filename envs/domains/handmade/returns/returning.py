"""Tasks about returns."""

from __future__ import annotations

import random
from collections.abc import Callable

from ...users import Decision, Fact
from ..drafts import Draft, Recipe
from ..toolkit import Connection
from .case import INSISTS, LARGE, RETURN, Line, dollars, pick, state_of


def _returns(
    fits: Callable[[Line], bool], reason: str, condition: str, where: str = "1", share: int = 100
) -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        line = pick(db, rng, fits, where)
        if line is None:
            return None
        facts, calls = line.facts(rng, *state_of(reason, condition))
        cents = line.price - line.price * (100 - share) // 100
        if cents > LARGE:
            return None
        calls.append(line.back(reason, condition, cents))
        return Draft(RETURN, facts, calls, told=line.told(), outputs=(dollars(cents),))

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
        lambda c: c.returnable and c.price <= LARGE,
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
    openings = [f"{opening} Put it on my gift card." for opening in RETURN]
    return Draft(openings, facts, calls, told=line.told(), outputs=(dollars(line.price),))


def _refuses(fits: Callable[[Line], bool], reason: str, condition: str, where: str = "1") -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        line = pick(db, rng, fits, where)
        if line is None:
            return None
        facts, calls = line.facts(rng, *state_of(reason, condition))
        return Draft(
            RETURN,
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
    line = pick(db, rng, lambda c: c.returnable and c.price <= LARGE, "m.kind = 'gift_card'")
    if line is None:
        return None
    words = ("refund", "gift card", "payment method", "original payment")
    wish = Fact("refund_to", "my bank card", words, "I want it on {value}, nowhere else.")
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"), wish)
    openings = [f"{opening} The money must go to my bank card." for opening in RETURN]
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
    line = pick(db, rng, lambda c: c.returnable and c.price > LARGE)
    if line is None:
        return None
    facts, calls = line.facts(rng, *state_of("unwanted", "unopened"))
    calls.append(("transfer_to_person", {"reason": "large_refund"}))
    return Draft(RETURN, facts, calls, told=line.told(), forbidden=("return_line",))
