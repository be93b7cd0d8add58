"""Tasks about exchanges."""

from __future__ import annotations

import random

from ...users import Fact
from ..drafts import Draft
from ..toolkit import Connection, Row, rows
from .case import INSISTS, Line, dollars, pick, state_of

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
    outputs = (dollars(difference),) if difference else ()
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
