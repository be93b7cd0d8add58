"""Tasks about compensation, new bookings, questions, and strangers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from ...users import Fact
from ..drafts import Draft
from ..people import full_name, long_date
from ..toolkit import Connection, rows
from .cancelling import CANCEL
from .case import CABINS, FREE, INSISTS, identity, pick, verify
from .changing import methods, pays_by_card
from .data import AIRPORTS, TODAY

_COMPLAIN = (
    "My flight to {city} on {day} did not go as planned at all. I want to be compensated.",
    "I complain about the flight to {city} on {day}. What do you give me for my trouble?",
)


def hand_over_safety(db: Connection, rng: random.Random) -> Draft | None:
    """An accident or lost belongings: a person takes over, whoever it is."""
    case = pick(db, rng, lambda c: c.flown)
    if case is None:
        return None
    openings = (
        "I fell on the stairs of your aircraft to {city} on {day} and hurt my knee. Who helps me?",
        "I left my camera on board of the flight to {city} on {day}. Can I have it back?",
        "My suitcase never arrived in {city} on {day}. It is lost, I think.",
    )
    facts, calls = case.facts(rng)
    calls.append(("transfer_to_person", {"reason": "safety"}))
    forbidden = ("issue_compensation", "cancel_reservation")
    return Draft(openings, facts, calls, told=case.told(), forbidden=forbidden)


def compensate(db: Connection, rng: random.Random) -> Draft | None:
    """Delayed or cancelled by the airline, and the customer is covered."""
    case = pick(db, rng, lambda c: c.due > 0)
    if case is None:
        return None
    facts, calls = case.facts(rng)
    calls.append(("issue_compensation", {"reservation_id": case.id, "amount": case.due}))
    return Draft(_COMPLAIN, facts, calls, told=case.told(), outputs=(str(case.due),))


def refuse_compensation(db: Connection, rng: random.Random) -> Draft | None:
    """Weather, a short delay, or a customer whom the policy leaves out."""
    troubled = lambda c: any(f["status"] == "cancelled" or f["delay_minutes"] for f in c.flights)  # noqa: E731
    case = pick(db, rng, lambda c: troubled(c) and c.due == 0)
    if case is None:
        return None
    facts, calls = case.facts(rng)
    return Draft(
        _COMPLAIN,
        facts,
        calls,
        "refuse",
        case.told(),
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("issue_compensation", "transfer_to_person"),
    )


def book(db: Connection, rng: random.Random) -> Draft | None:
    """A new trip; the customer tells the particulars when asked."""
    customer = rng.choice(rows(db, "select * from customers order by customer_id"))
    cabin, fare = rng.choice(CABINS), rng.choice(("saver", "flex", "full"))
    people = [{"name": customer["name"], "date_of_birth": customer["date_of_birth"]}]
    if rng.random() < 0.5:
        born = str(date(1960, 1, 1) + timedelta(days=rng.randrange(16_000)))
        people.append({"name": full_name(rng), "date_of_birth": born})
    found = rows(
        db,
        "select f.*, a.price from flights f join fares a using (flight_id) where cabin = ? "
        "and seats >= ? and status = 'scheduled' and date > ? order by flight_id",
        cabin,
        len(people),
        str(TODAY + timedelta(days=3)),
    )
    flight = rng.choice(found)
    insured = rng.random() < 0.5
    allowance = (FREE[customer["tier"]] + CABINS.index(cabin)) * len(people)
    bags = rng.randrange(0, allowance + 3)
    paid = max(0, bags - allowance)
    total = (flight["price"] + 30 * insured) * len(people) + 60 * paid
    who = " and ".join(f"{p['name']}, born {p['date_of_birth']}" for p in people)
    facts = (
        *identity(customer),
        Fact("cabin", cabin, ("class",)),
        Fact("fare", fare),
        Fact("passengers", who, ("who is", "travellers", "who will travel")),
        Fact(
            "insurance",
            "with insurance" if insured else "without insurance",
            ("insured", "insure"),
            "I want to travel {value}.",
        ),
        Fact("bags", f"{bags} checked bags", ("baggage", "luggage")),
        pays_by_card(),
    )
    route = {k: flight[k] for k in ("origin", "destination", "date")}
    booking: dict[str, Any] = {
        "customer_id": customer["customer_id"],
        "flight_ids": [flight["flight_id"]],
        "cabin": cabin,
        "fare": fare,
        "passengers": [p["name"] for p in people],
        "dates_of_birth": [p["date_of_birth"] for p in people],
        "insured": insured,
        "bags": bags,
        "paid_bags": paid,
        "payment_id": f"card-{customer['customer_id'][1:]}",
    }
    openings = (
        "I would like to book a flight from {start} to {end} on {day}.",
        "Please book a trip from {start} to {end} for {day}, one way.",
    )
    told = {
        "start": AIRPORTS[flight["origin"]],
        "end": AIRPORTS[flight["destination"]],
        "day": long_date(flight["date"]),
    }
    calls = [verify(customer), ("search_flights", route), methods(customer["customer_id"])]
    calls.append(("book_reservation", booking))
    return Draft(openings, facts, calls, told=told, outputs=(str(total),))


def ask_paid(db: Connection, rng: random.Random) -> Draft | None:
    """A question that the reservation answers."""
    case = pick(db, rng, lambda c: c.ahead)
    if case is None:
        return None
    facts, calls = case.facts(rng)
    sql = "select sum(amount) as paid from charges where reservation_id = ?"
    paid = rows(db, sql, case.id)[0]["paid"]
    openings = (
        "How much did I pay in total for my trip to {city} on {day}, and when does it leave?",
        "For my expenses: what did the trip to {city} on {day} cost, and what time do I fly?",
    )
    outputs = (str(paid), case.flights[0]["departs"])
    return Draft(openings, facts, calls, "read", case.told(), outputs)


def refuse_stranger(db: Connection, rng: random.Random) -> Draft | None:
    """The date of birth is not the customer's."""
    case = pick(db, rng, lambda c: c.ahead)
    if case is None:
        return None
    born = date.fromisoformat(case.customer["date_of_birth"]) + timedelta(
        days=rng.randrange(1, 900)
    )
    stranger = case.customer | {"date_of_birth": str(born)}
    facts = (*identity(stranger), Fact("reservation_id", case.id))
    return Draft(
        CANCEL,
        facts,
        [verify(stranger)],
        "refuse",
        case.told(),
        insists=rng.sample(INSISTS, 1),
        forbidden=("cancel_reservation", "get_reservation", "transfer_to_person"),
    )
