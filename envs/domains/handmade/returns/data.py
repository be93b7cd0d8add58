"""Fills the shop's database: 62 products, 200 customers and 520 orders, by seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from ...domain import NOW
from ..people import email, full_name
from ..toolkit import Connection, insert

TODAY = date.fromisoformat(NOW[:10])
CUSTOMERS, ORDERS = 200, 520

_COLOURS = ("black", "white", "green", "blue", "red", "grey")
_SIZES = ("S", "M", "L", "XL")
_NAMES = {
    "electronics": (
        "Pocket radio", "Desk lamp with charger", "Noise-cancelling headphones", "Tablet stand",
        "Mechanical keyboard", "Action camera", "Portable projector", "Smart scale", "Film scanner",
        "Wireless doorbell", "E-reader", "Robot vacuum",
    ),
    "clothing": (
        "Linen shirt", "Rain jacket", "Wool socks", "Running tights", "Denim apron", "Fleece vest",
        "Felt hat", "Work trousers", "Knitted scarf", "Swim shorts", "Cycling gloves", "Pyjamas",
    ),
    "home": (
        "Cast-iron pan", "Bread knife", "Oak cutting board", "Linen curtain", "Wool rug",
        "Reading chair", "Tea kettle", "Storage crate", "Wall clock", "Bath towel", "Bookshelf",
        "Plant stand",
    ),
    "toys": (
        "Wooden train", "Marble run", "Kite", "Puppet theatre", "Jigsaw of a harbour",
        "Stacking rings", "Balance board", "Card game", "Model glider", "Toy kitchen",
    ),
    "beauty": (
        "Face cream", "Beard oil", "Hair clay", "Hand balm", "Eau de cologne", "Lip balm",
        "Clay mask", "Shower oil", "Nail set", "Bath salts",
    ),
    "gift cards": (
        "Gift card in an envelope", "Gift card in a tin", "Gift card by mail", "Gift card for two",
        "Gift card with a ribbon", "Gift card for gardeners",
    ),
}  # fmt: skip
_PRICES = {
    "electronics": (2_900, 89_900),
    "clothing": (900, 14_900),
    "home": (1_200, 79_900),
    "toys": (800, 12_900),
    "beauty": (500, 6_900),
    "gift cards": (2_500, 10_000),
}
_STREETS = (
    "Mill Lane",
    "Harbour Road",
    "Elm Street",
    "Station Square",
    "Chapel Hill",
    "Orchard Way",
)
_TOWNS = ("Oakford", "Lindow", "Marsh End", "Westbrook", "Hollins", "Farley")


def fill(db: Connection, seed: int) -> None:
    """Fill the empty tables; the same seed gives the same rows."""
    rng = random.Random(f"returns:{seed}")
    items = _products(db, rng)
    customers, methods = _customers(rng)
    insert(db, "customers", customers)
    insert(db, "payment_methods", methods)
    owned: dict[str, list[str]] = {}
    for method in methods:
        owned.setdefault(method["customer_id"], []).append(method["payment_id"])
    orders, lines = [], []
    for number in range(ORDERS):
        customer = rng.choice(customers)
        order = _order(rng, f"W{70_000 + number * 7}", customer, owned[customer["customer_id"]])
        orders.append(order)
        picked = rng.sample(items, rng.randrange(1, 4))
        lines += [
            {
                "line_id": f"{order['order_id']}-{place}",
                "order_id": order["order_id"],
                "item_id": item["item_id"],
                "price_cents": item["price_cents"],
                "final_sale": int(rng.random() < 0.15),
                "status": "kept",
            }
            for place, item in enumerate(picked, 1)
        ]
    insert(db, "orders", orders)
    insert(db, "order_lines", lines)


def address(rng: random.Random, zip: str) -> str:
    """A street, a town and this ZIP code."""
    return f"{rng.randrange(1, 120)} {rng.choice(_STREETS)}, {rng.choice(_TOWNS)} {zip}"


def _products(db: Connection, rng: random.Random) -> list[dict[str, Any]]:
    products, items = [], []
    for category, names in _NAMES.items():
        for name in names:
            key = f"P{100 + len(products)}"
            products.append({"product_id": key, "name": name, "category": category})
            low, high = _PRICES[category]
            base = int(low * (high / low) ** rng.random()) // 100 * 100 + 99
            for number in range(rng.randrange(3, 6)):
                options = f"{rng.choice(_COLOURS)}"
                if category == "clothing":
                    options = f"size {_SIZES[number % 4]}, {options}"
                elif category == "gift cards":
                    options = f"design {number + 1}"
                else:
                    options = f"model {number + 1}, {options}"
                items.append(
                    {
                        "item_id": f"{key}-{number + 1}",
                        "product_id": key,
                        "options": options,
                        "price_cents": base + rng.choice((0, 0, 500, 1_000)),
                        "stock": rng.choice((0, 2, 5, 9)),
                    }
                )
    insert(db, "products", products)
    insert(db, "items", items)
    return items


def _customers(rng: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    customers, methods = [], []
    for number in range(1, CUSTOMERS + 1):
        name = full_name(rng)
        key = f"L{rng.randrange(100, 999)}{number:03d}"
        customers.append(
            {
                "customer_id": key,
                "name": name,
                "email": email(name, number),
                "zip": f"{rng.randrange(10_000, 99_999)}",
                "membership": rng.choice(("none", "none", "plus", "pro")),
            }
        )
        kinds = ["card"] + ["gift_card"] * (rng.random() < 0.7) + ["wallet"] * (rng.random() < 0.3)
        methods += [
            {
                "payment_id": f"{kind}-{key[1:]}",
                "customer_id": key,
                "kind": kind,
                "balance_cents": rng.randrange(0, 90) * 100 if kind == "gift_card" else None,
            }
            for kind in kinds
        ]
    return customers, methods


def _order(
    rng: random.Random, key: str, customer: dict[str, Any], methods: list[str]
) -> dict[str, Any]:
    status = rng.choices(("pending", "shipped", "delivered"), (2, 2, 8))[0]
    delivered = ""
    if status == "pending":
        ordered = TODAY - timedelta(days=rng.randrange(0, 4))
    elif status == "shipped":
        ordered = TODAY - timedelta(days=rng.choice((3, 5, 8, 25, 31)))
    else:
        arrived = TODAY - timedelta(days=int(1 + 110 * rng.random() ** 1.6))
        ordered, delivered = arrived - timedelta(days=rng.randrange(2, 8)), str(arrived)
    return {
        "order_id": key,
        "customer_id": customer["customer_id"],
        "status": status,
        "ordered_on": str(ordered),
        "delivered_on": delivered,
        "payment_id": rng.choice(methods),
        "address": address(rng, customer["zip"]),
        "cancel_reason": "",
    }
