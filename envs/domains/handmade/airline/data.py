"""Fills the airline's database: 12 airports, about 750 flights and 450 reservations, by seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from ...domain import NOW
from ..people import birthday, code, email, full_name
from ..toolkit import Connection, insert

AIRPORTS = {
    "ALM": "Almeria", "BGO": "Bergen", "CTA": "Catania", "DBV": "Dubrovnik", "GRZ": "Graz",
    "HEL": "Helsinki", "KRK": "Krakow", "LIS": "Lisbon", "MRS": "Marseille", "NAP": "Naples",
    "RIX": "Riga", "SKG": "Thessaloniki",
}  # fmt: skip
CABINS = {"economy": 1.0, "comfort": 1.6, "business": 3.1}
TODAY = date.fromisoformat(NOW[:10])
CUSTOMERS, RESERVATIONS, ROUTES = 180, 450, 18
_PAST, _AHEAD = 3, 18


def fill(db: Connection, seed: int) -> None:
    """Fill the empty tables; the same seed gives the same rows."""
    rng = random.Random(f"airline:{seed}")
    customers = _customers(rng)
    insert(db, "customers", customers)
    methods = [method for customer in customers for method in _methods(rng, customer)]
    insert(db, "payment_methods", methods)
    flights, fares = _flights(rng)
    insert(db, "flights", flights)
    insert(db, "fares", fares)
    _reservations(db, rng, customers, methods, flights, fares)


def _customers(rng: random.Random) -> list[dict[str, Any]]:
    made = []
    for number in range(1, CUSTOMERS + 1):
        name = full_name(rng)
        made.append(
            {
                "customer_id": f"C{rng.randrange(10, 99)}{number:04d}",
                "name": name,
                "email": email(name, number),
                "date_of_birth": birthday(rng),
                "tier": rng.choice(("basic", "basic", "silver", "gold")),
            }
        )
    return made


def _methods(rng: random.Random, customer: dict[str, Any]) -> list[dict[str, Any]]:
    tail = customer["customer_id"][1:]
    made = [
        {
            "payment_id": f"card-{tail}",
            "customer_id": customer["customer_id"],
            "kind": "card",
            "balance": None,
        }
    ]
    if rng.random() < 0.5:
        made.append(
            {
                "payment_id": f"voucher-{tail}",
                "customer_id": customer["customer_id"],
                "kind": "voucher",
                "balance": rng.randrange(5, 60) * 10,
            }
        )
    return made


def _flights(rng: random.Random) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    pairs = [(a, b) for a in AIRPORTS for b in AIRPORTS if a < b]
    flights: list[dict[str, Any]] = []
    fares: list[dict[str, Any]] = []
    number = 100
    for origin, destination in rng.sample(pairs, ROUTES):
        for start, end in ((origin, destination), (destination, origin)):
            base = rng.randrange(60, 240)
            number += 1
            for offset in range(-_PAST, _AHEAD):
                flight = _flight(rng, f"HA{number}", start, end, offset)
                flights.append(flight)
                fares += [
                    {
                        "fare_id": f"{flight['flight_id']}:{cabin}",
                        "flight_id": flight["flight_id"],
                        "cabin": cabin,
                        "price": int(base * factor) + rng.randrange(0, 60),
                        "seats": rng.randrange(0, 12),
                    }
                    for cabin, factor in CABINS.items()
                ]
    return flights, fares


def _flight(rng: random.Random, number: str, start: str, end: str, offset: int) -> dict[str, Any]:
    day = str(TODAY + timedelta(days=offset))
    departs = rng.randrange(6, 21)
    status, delay, cause = "scheduled", 0, ""
    if offset < 0:
        status = "landed"
    elif offset == 0 and departs < 9:
        status = "departed"
    if offset < 3 and rng.random() < 0.35:
        cause = rng.choice(("technical", "crew", "weather"))
        if status == "scheduled" and rng.random() < 0.6:
            status = "cancelled"
        else:
            delay = rng.choice((40, 75, 120, 180, 200, 260, 340))
    return {
        "flight_id": f"{number}-{day}",
        "number": number,
        "origin": start,
        "destination": end,
        "date": day,
        "departs": f"{departs:02d}:{rng.choice(('05', '20', '35', '50'))}",
        "arrives": f"{departs + rng.randrange(1, 4):02d}:{rng.choice(('00', '15', '30', '45'))}",
        "status": status,
        "delay_minutes": delay,
        "cause": cause,
    }


def _reservations(
    db: Connection,
    rng: random.Random,
    customers: list[dict[str, Any]],
    methods: list[dict[str, Any]],
    flights: list[dict[str, Any]],
    fares: list[dict[str, Any]],
) -> None:
    prices = {(fare["flight_id"], fare["cabin"]): fare["price"] for fare in fares}
    by_route: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for flight in flights:
        by_route.setdefault((flight["origin"], flight["destination"]), []).append(flight)
    owned: dict[str, list[str]] = {}
    for method in methods:
        owned.setdefault(method["customer_id"], []).append(method["payment_id"])
    free = {"basic": 0, "silver": 1, "gold": 2}
    taken: set[str] = set()
    for _ in range(RESERVATIONS):
        customer = rng.choice(customers)
        key = code(rng, taken)
        out = rng.choice(flights)
        used = [out]
        back = by_route[out["destination"], out["origin"]]
        later = [f for f in back if f["date"] > out["date"]]
        if later and rng.random() < 0.4:
            used.append(rng.choice(later))
        cabin = rng.choices(list(CABINS), (6, 3, 2))[0]
        people = rng.choices((1, 2, 3, 4), (5, 3, 1, 1))[0]
        allowance = (free[customer["tier"]] + list(CABINS).index(cabin)) * people
        paid = rng.choices((0, 1, 2), (6, 2, 1))[0]
        bags = allowance + paid if paid else rng.randrange(0, allowance + 1)
        insured = int(rng.random() < 0.35)
        total = sum(prices[f["flight_id"], cabin] for f in used) * people
        total += paid * 60 + insured * 30 * people
        insert(
            db,
            "reservations",
            [
                {
                    "reservation_id": key,
                    "customer_id": customer["customer_id"],
                    "cabin": cabin,
                    "fare": rng.choices(("saver", "flex", "full"), (4, 4, 2))[0],
                    "booked_at": _booked(rng, out["date"]),
                    "insured": insured,
                    "bags": bags,
                    "paid_bags": paid,
                    "status": "active",
                    "cancel_reason": "",
                }
            ],
        )
        insert(
            db,
            "segments",
            [
                {
                    "segment_id": f"{key}-S{position}",
                    "reservation_id": key,
                    "position": position,
                    "flight_id": flight["flight_id"],
                    "price": prices[flight["flight_id"], cabin],
                }
                for position, flight in enumerate(used, 1)
            ],
        )
        insert(
            db,
            "passengers",
            [
                {
                    "passenger_id": f"{key}-P{number}",
                    "reservation_id": key,
                    "name": customer["name"] if number == 1 else full_name(rng),
                    "date_of_birth": customer["date_of_birth"]
                    if number == 1
                    else birthday(rng, youngest=3),
                }
                for number in range(1, people + 1)
            ],
        )
        insert(
            db,
            "charges",
            [
                {
                    "charge_id": f"{key}-1",
                    "reservation_id": key,
                    "payment_id": rng.choice(owned[customer["customer_id"]]),
                    "amount": total,
                    "what": "booking",
                }
            ],
        )


def _booked(rng: random.Random, departs: str) -> str:
    """When it was booked: some within the last 24 hours, none near that limit."""
    if departs > str(TODAY) and rng.random() < 0.2:
        return f"{TODAY}T0{rng.randrange(1, 8)}:30:00Z"
    day = min(TODAY, date.fromisoformat(departs)) - timedelta(days=rng.randrange(3, 60))
    return f"{day}T{rng.randrange(10, 20)}:15:00Z"
