"""Fills the carrier's database: 6 plans, 600 lines with their phones, 1,800 bills, by seed.

Phones have faults from the start; a task is about a line whose faults fit it.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from ...domain import NOW
from ..people import birthday, full_name
from ..toolkit import Connection, insert

TODAY = date.fromisoformat(NOW[:10])
LINES = 600
APN = "tern.internet"
_PLANS = (
    ("P-S", "Tern Small", 900, 2),
    ("P-M", "Tern Medium", 1_500, 6),
    ("P-L", "Tern Large", 2_400, 15),
    ("P-XL", "Tern Huge", 3_900, 40),
    ("P-Y", "Tern Young", 1_100, 8),
    ("P-K", "Tern Kids", 500, 1),
)
_MONTHS = (("2025-12", "2026-01-15"), ("2026-01", "2026-02-15"), ("2026-02", "2026-03-15"))
_FAULTS: dict[str, dict[str, Any]] = {
    "airplane": {"airplane_mode": 1},
    "data": {"mobile_data": 0},
    "apn": {"apn": "old.internet"},
    "loose": {"sim": "loose"},
    "2g": {"network": "2G"},
    "saver": {"data_saver": 1},
    "vpn": {"vpn": 1},
}


def fill(db: Connection, seed: int) -> None:
    """Fill the empty tables; the same seed gives the same rows."""
    rng = random.Random(f"phone:{seed}")
    names = ("plan_id", "name", "monthly_cents", "data_gb")
    insert(db, "plans", [dict(zip(names, plan, strict=True)) for plan in _PLANS])
    customers = [
        {
            "customer_id": f"T{rng.randrange(100, 999)}{number:03d}",
            "name": full_name(rng),
            "date_of_birth": birthday(rng),
        }
        for number in range(1, 1 + LINES * 5 // 7)
    ]
    insert(db, "customers", customers)
    owners = customers + rng.choices(customers, k=LINES - len(customers))
    taken: set[str] = set()
    for owner in owners:
        _line(db, rng, owner["customer_id"], taken)


def _line(db: Connection, rng: random.Random, owner: str, taken: set[str]) -> None:
    number = _number(rng, taken)
    plan = rng.choice(_PLANS)
    fate = rng.choices(("active", "unpaid", "ended"), (80, 13, 7))[0]
    full = fate == "active" and rng.random() < 0.15
    limit = plan[3] * 1_024
    ended = TODAY - timedelta(days=rng.randrange(5, 60))
    line = {
        "number": number,
        "customer_id": owner,
        "plan_id": plan[0],
        "status": "active" if fate == "active" else "suspended",
        "roaming": int(rng.random() < 0.5),
        "used_mb": limit if full else int(limit * rng.random() * 0.9),
        "extra_gb": 0,
        "contract_until": str(ended if fate == "ended" else TODAY + timedelta(days=200)),
    }
    insert(db, "lines", [line])
    overdue = {"unpaid": rng.randrange(1, 3), "ended": 1}.get(fate, 0)
    if fate == "active" and rng.random() < 0.12:
        overdue = 1
    bills = []
    for place, (month, due) in enumerate(_MONTHS):
        status = "open" if due > str(TODAY) else "paid"
        if status == "paid" and place >= 2 - overdue:
            status = "overdue"
        bills.append(
            {
                "bill_id": f"B{number.replace('-', '')}-{month[2:4]}{month[5:]}",
                "number": number,
                "month": month,
                "amount_cents": plan[2] + rng.choice((0, 0, 120, 455, 990)),
                "due": due,
                "status": status,
            }
        )
    insert(db, "bills", bills)
    insert(db, "phones", [_phone(rng, number, faulty=fate == "active" and not full)])


def _number(rng: random.Random, taken: set[str]) -> str:
    while True:
        number = f"{rng.randrange(200, 999)}-555-{rng.randrange(0, 10_000):04d}"
        if number not in taken:
            taken.add(number)
            return number


def _phone(rng: random.Random, number: str, *, faulty: bool) -> dict[str, Any]:
    """A phone that works, but for up to three faults."""
    abroad = int(rng.random() < 0.4)
    phone: dict[str, Any] = {
        "number": number,
        "abroad": abroad,
        "airplane_mode": 0,
        "mobile_data": 1,
        "data_saver": 0,
        "roaming": abroad,
        "network": "5G",
        "apn": APN,
        "vpn": 0,
        "sim": "ok",
        "restart_due": 0,
    }
    if not faulty:
        return phone
    if rng.random() < 0.06:
        phone["sim"] = "locked"
        return phone
    if abroad and rng.random() < 0.5:
        phone["roaming"] = 0
    for fault in rng.sample(list(_FAULTS), rng.choices((0, 1, 2, 3), (2, 6, 2, 2))[0]):
        phone |= _FAULTS[fault]
    return phone
