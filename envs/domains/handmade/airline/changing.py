"""Tasks about changing flights, cabin, bags and passengers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from ...users import Fact
from ..drafts import Call, Draft
from ..people import full_name, long_date
from ..toolkit import Connection, Row, rows
from .case import CABINS, INSISTS, Case, pick
from .data import TODAY

_PAYS = ("payment", "pay", "card", "charge")


def methods(customer_id: str) -> Call:
    """The call that finds what pays."""
    return "list_payment_methods", {"customer_id": customer_id}


def pays_by_card() -> Fact:
    return Fact("payment_method", "the card in my profile", _PAYS, "Please use {value}.")


def _another_day(case: Case, rng: random.Random) -> Row | None:
    """Another flight of a one-way trip with seats for all."""
    first = case.flights[0]
    found = rows(
        case.db,
        "select f.*, a.price as price from flights f join fares a using (flight_id) "
        "where origin = ? and destination = ? and cabin = ? and status = 'scheduled' "
        "and seats >= ? and date > ? and flight_id <> ? order by date",
        first["origin"],
        first["destination"],
        case.row["cabin"],
        len(case.passengers),
        str(TODAY + timedelta(days=2)),
        first["flight_id"],
    )
    return rng.choice(found) if found else None


_MOVE = (
    "I need to move my flight to {city} from {day} to {new_day}.",
    "Can I fly to {city} on {new_day} instead of {day}?",
    "Please rebook my trip to {city} on {day}; I would like to leave on {new_day}.",
)


def _moves(where: str) -> Callable[[Connection, random.Random], tuple[Case, Row] | None]:
    def find(db: Connection, rng: random.Random) -> tuple[Case, Row] | None:
        case = pick(db, rng, lambda c: c.ahead and len(c.flights) == 1, where)
        other = _another_day(case, rng) if case else None
        return (case, other) if case and other else None

    return find


def change_flight(db: Connection, rng: random.Random) -> Draft | None:
    """Another day: the difference, and for `flex` the fee unless the customer is gold."""
    found = _moves("fare <> 'saver'")(db, rng)
    if found is None:
        return None
    case, other = found
    facts, calls = case.facts(rng, pays_by_card())
    fee = 45 * len(case.passengers)
    if case.row["fare"] == "full" or case.customer["tier"] == "gold":
        fee = 0
    route = {k: other[k] for k in ("origin", "destination", "date")}
    change: Call = (
        "change_flights",
        {
            "reservation_id": case.id,
            "flight_ids": [other["flight_id"]],
            "fee": fee,
            "payment_id": case.card,
        },
    )
    cost = (other["price"] - case.flights[0]["price"]) * len(case.passengers) + fee
    told = case.told() | {"new_day": long_date(other["date"])}
    calls += [("search_flights", route), methods(case.row["customer_id"]), change]
    return Draft(_MOVE, facts, calls, told=told, outputs=(str(abs(cost)),))


def refuse_change_saver(db: Connection, rng: random.Random) -> Draft | None:
    """A saver fare keeps its flights."""
    found = _moves("fare = 'saver'")(db, rng)
    if found is None:
        return None
    case, other = found
    facts, calls = case.facts(rng, pays_by_card())
    return Draft(
        _MOVE,
        facts,
        calls,
        "refuse",
        case.told() | {"new_day": long_date(other["date"])},
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("change_flights", "cancel_reservation", "transfer_to_person"),
    )


def _upgrade(db: Connection, rng: random.Random) -> tuple[Case, str, int] | None:
    """A case, a better cabin with seats on all flights, and the difference."""
    case = pick(db, rng, lambda c: c.ahead, "cabin <> 'business'")
    if case is None:
        return None
    cabin = rng.choice(CABINS[CABINS.index(case.row["cabin"]) + 1 :])
    fares = [
        rows(db, "select * from fares where flight_id = ? and cabin = ?", f["flight_id"], cabin)[0]
        for f in case.flights
    ]
    if any(fare["seats"] < len(case.passengers) for fare in fares):
        return None
    cost = sum(f["price"] for f in fares) - sum(f["price"] for f in case.flights)
    return case, cabin, cost * len(case.passengers)


def _looks(case: Case) -> list[Call]:
    return [
        ("search_flights", {k: f[k] for k in ("origin", "destination", "date")})
        for f in case.flights
    ]


def change_cabin(db: Connection, rng: random.Random) -> Draft | None:
    """A better cabin, for every fare."""
    found = _upgrade(db, rng)
    if found is None:
        return None
    case, cabin, cost = found
    facts, calls = case.facts(rng, pays_by_card())
    change = {"reservation_id": case.id, "cabin": cabin, "payment_id": case.card}
    openings = (
        "I would like to fly to {city} on {day} in {new} rather than in {cabin}. What is it extra?",
        "Please move us to {new} on the trip to {city} on {day}, and tell me what I pay for it.",
    )
    calls += [*_looks(case), methods(case.row["customer_id"]), ("change_cabin", change)]
    told = case.told() | {"new": cabin}
    return Draft(openings, facts, calls, told=told, outputs=(str(cost),))


def decline_price(db: Connection, rng: random.Random) -> Draft | None:
    """The customer asks for the price of a better cabin first, and finds it too high."""
    found = _upgrade(db, rng)
    if found is None or found[2] < 40:
        return None
    case, cabin, cost = found
    facts, calls = case.facts(rng, Fact("limit", f"${cost - 20}", ("budget", "most", "spend")))
    openings = (
        "What would {new} cost me extra on the trip to {city} on {day}? I decide when I know it.",
        "How much more is {new} for my trip to {city} on {day}? Do not change anything yet.",
    )
    return Draft(
        openings,
        facts,
        [*calls, *_looks(case)],
        "refuse",
        case.told() | {"new": cabin},
        outputs=(str(cost),),
        agrees=False,
        closing=(
            f"It is {cost} more. Shall I change it?",
            "Then it stays as it is. Anything else?",
        ),
        forbidden=("change_cabin", "set_bags", "change_flights"),
    )


def add_bags(db: Connection, rng: random.Random) -> Draft | None:
    """More bags: some free, some paid for, counted by the policy's table."""
    case = pick(db, rng, lambda c: c.ahead)
    if case is None:
        return None
    more = rng.randrange(1, 4)
    bags = case.row["bags"] + more
    paid = max(case.row["paid_bags"], bags - case.allowance)
    facts, calls = case.facts(rng, pays_by_card())
    change = {"reservation_id": case.id, "bags": bags, "paid_bags": paid, "payment_id": case.card}
    openings = (
        "We carry more than planned: please add {more} bag(s) to my trip to {city} on {day}.",
        "I want to check in {more} more bag(s) on my flight to {city} on {day}. What do I pay?",
    )
    cost = 60 * (paid - case.row["paid_bags"])
    calls += [methods(case.row["customer_id"]), ("set_bags", change)]
    told = case.told() | {"more": more}
    return Draft(openings, facts, calls, told=told, outputs=(str(cost),) if cost else ())


def _misspelt(name: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def correct_name(db: Connection, rng: random.Random) -> Draft | None:
    """A name was misspelt by two letters."""
    case = pick(db, rng, lambda c: c.ahead)
    if case is None:
        return None
    who = rng.choice(case.passengers)
    name = _misspelt(who["name"], rng)
    if name == who["name"] or "  " in name or name.strip() != name:
        return None
    extra = Fact("correct_name", name, ("correct spelling", "right name", "should be"))
    facts, calls = case.facts(rng, extra)
    change = {"reservation_id": case.id, "passenger_id": who["passenger_id"], "name": name}
    openings = (
        "On my trip to {city} on {day} a name is misspelt: it says {old}.",
        "There is a typing error in a passenger's name, {old}, for the flight to {city} on {day}.",
    )
    calls.append(("correct_name", change))
    return Draft(openings, facts, calls, told=case.told() | {"old": who["name"]})


def refuse_other_passenger(db: Connection, rng: random.Random) -> Draft | None:
    """Somebody else in a passenger's place."""
    case = pick(db, rng, lambda c: c.ahead)
    if case is None:
        return None
    who, other = rng.choice(case.passengers), full_name(rng)
    if len(set(who["name"].lower()) & set(other.lower())) > 5:
        return None
    extra = Fact("new_passenger", other, ("name of the new passenger", "new name", "who will"))
    facts, calls = case.facts(rng, extra)
    openings = (
        "{old} cannot come to {city} on {day}. Please put a friend of mine on that ticket.",
        "I want somebody else to fly in the place of {old} to {city} on {day}.",
    )
    return Draft(
        openings,
        facts,
        calls,
        "refuse",
        case.told() | {"old": who["name"]},
        insists=rng.sample(INSISTS, 1),
        forbidden=("correct_name", "cancel_reservation", "book_reservation"),
    )
