"""What customers of the airline ask: recipes over the data, each with what the policy makes right.

Every recipe looks for a reservation that fits its case, and says what the customer wants and knows.
Some customers know their reservation code, others only where and when they fly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from ...users import Fact
from ..drafts import Call, Draft, Recipe
from ..people import full_name, long_date
from ..toolkit import Connection, Row, rows
from .data import AIRPORTS, TODAY

INSISTS = (
    "I have flown with you for years. Can you not make an exception?",
    "Your colleague on the phone told me it would be fine.",
    "That is not fair. Please just do it.",
)
_FREE = {"basic": 0, "silver": 1, "gold": 2}
_CABINS = ("economy", "comfort", "business")
_DAY_AGO = "2026-03-01T09:00:00Z"


# -- finding a case --------------------------------------------------------------------------------


class Case:
    """One active reservation with all that belongs to it."""

    def __init__(self, db: Connection, reservation: Row) -> None:
        self.db, self.row, self.id = db, reservation, reservation["reservation_id"]
        sql = "select * from customers where customer_id = ?"
        self.customer = rows(db, sql, reservation["customer_id"])[0]
        self.flights = rows(
            db,
            "select f.*, s.price from segments s join flights f using (flight_id) "
            "where reservation_id = ? order by position",
            self.id,
        )
        sql = "select * from passengers where reservation_id = ? order by passenger_id"
        self.passengers = rows(db, sql, self.id)
        self.card = f"card-{reservation['customer_id'][1:]}"

    @property
    def ahead(self) -> bool:
        """Whether no flight has departed and none is cancelled."""
        return all(f["status"] == "scheduled" for f in self.flights)

    @property
    def flown(self) -> bool:
        """Whether a flight has departed or landed."""
        return any(f["status"] in ("departed", "landed") for f in self.flights)

    @property
    def may_cancel(self) -> bool:
        """Whether the policy allows to cancel, whatever the customer says."""
        recent = self.row["booked_at"] >= _DAY_AGO
        ours = any(f["status"] == "cancelled" for f in self.flights)
        return recent or ours or self.row["fare"] == "full"

    @property
    def due(self) -> int:
        """What compensation the policy grants, in dollars."""
        covered = self.customer["tier"] != "basic" or self.row["cabin"] != "economy"
        if not (covered or self.row["insured"]):
            return 0
        grounds = [f for f in self.flights if f["cause"] != "weather"]
        if any(f["status"] == "cancelled" for f in grounds):
            return 120 * len(self.passengers)
        late = any(f["delay_minutes"] >= 180 for f in grounds)
        return 60 * len(self.passengers) if late else 0

    @property
    def allowance(self) -> int:
        """Free bags of all passengers together."""
        each = _FREE[self.customer["tier"]] + _CABINS.index(self.row["cabin"])
        return each * len(self.passengers)

    def facts(self, rng: random.Random, *extra: Fact) -> tuple[tuple[Fact, ...], list[Call]]:
        """What the customer knows of itself and the reservation, and the calls that find it."""
        facts = list(identity(self.customer))
        calls = [verify(self.customer)]
        first = self.flights[0]
        listed = rows(
            self.db,
            "select flight_id from reservations join segments using (reservation_id) "
            "where customer_id = ? and position = 1",
            self.customer["customer_id"],
        )
        alone = [f["flight_id"] for f in listed].count(first["flight_id"]) == 1
        if alone and rng.random() < 0.4:
            where = f"from {AIRPORTS[first['origin']]} to {AIRPORTS[first['destination']]}"
            says = "I do not have the code at hand, but it is the trip {value}."
            words = ("reservation", "reservation code", "route", "destination", "booking reference")
            facts.append(Fact("trip", f"{where} on {first['date']}", words, says))
            calls.append(("list_reservations", {"customer_id": self.customer["customer_id"]}))
        else:
            words = ("booking code", "booking reference", "confirmation code", "booking number")
            facts.append(Fact("reservation_id", self.id, words))
        calls.append(("get_reservation", {"reservation_id": self.id}))
        return (*facts, *extra), calls

    def told(self) -> dict[str, object]:
        """What openings may say of the trip."""
        first = self.flights[0]
        day = long_date(first["date"])
        return {"city": AIRPORTS[first["destination"]], "day": day, "cabin": self.row["cabin"]}


def identity(customer: Row) -> tuple[Fact, ...]:
    """Who the customer is."""
    return (
        Fact("customer_id", customer["customer_id"], ("customer number", "account number")),
        Fact("date_of_birth", customer["date_of_birth"], ("birthday", "birth date", "born", "dob")),
    )


def verify(customer: Row) -> Call:
    """The call that comes before all others."""
    known = {k: customer[k] for k in ("customer_id", "date_of_birth")}
    return "verify_customer", known


def pick(
    db: Connection, rng: random.Random, fits: Callable[[Case], bool], where: str = "1"
) -> Case | None:
    """A reservation that fits, by chance."""
    sql = f"select * from reservations where status = 'active' and {where} order by reservation_id"
    found = rows(db, sql)
    rng.shuffle(found)
    for reservation in found[:120]:
        case = Case(db, reservation)
        if fits(case):
            return case
    return None


Reason = Literal["change_of_plans", "illness", "weather", "airline_cancelled"]
_REASONS: Mapping[Reason, str] = {
    "change_of_plans": "my plans have changed",
    "illness": "I am ill and cannot fly",
    "weather": "the storms make the journey impossible",
    "airline_cancelled": "you cancelled the flight",
}
_CANCEL = (
    "Hello, I want to cancel my trip to {city} on {day}.",
    "Please cancel my flight to {city} that leaves on {day}.",
    "I have to call off my journey to {city} on {day}. Can you cancel it and refund me?",
)


def _reason(reason: Reason) -> Fact:
    return Fact("reason", _REASONS[reason], ("why", "cause"), "The reason is that {value}.")


def _cancels(where: str, fits: Callable[[Case], bool], reasons: Sequence[Reason]) -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        case = pick(db, rng, fits, where)
        if case is None:
            return None
        reason = rng.choice(reasons)
        facts, calls = case.facts(rng, _reason(reason))
        cancel = ("cancel_reservation", {"reservation_id": case.id, "reason": reason})
        guards = [f.name for f in facts if f.name == "reservation_id"]
        return Draft(_CANCEL, facts, [*calls, cancel], told=case.told(), guards=guards)

    return recipe


cancel_recent = _cancels(
    "booked_at >= '2026-03-01T09:00:00Z' and fare <> 'full'", lambda c: c.ahead, ["change_of_plans"]
)
cancel_full = _cancels(
    "fare = 'full' and booked_at < '2026-03-01'", lambda c: c.ahead, ["change_of_plans"]
)
cancel_insured = _cancels(
    "insured and fare <> 'full' and booked_at < '2026-03-01'",
    lambda c: c.ahead,
    ["illness", "weather"],
)
cancel_by_airline = _cancels(
    "fare <> 'full'",
    lambda c: not c.flown and any(f["status"] == "cancelled" for f in c.flights),
    ["airline_cancelled"],
)


def refuse_cancel(db: Connection, rng: random.Random) -> Draft | None:
    """No ground: an old booking, no full fare, nothing cancelled; ill perhaps, but not insured."""
    case = pick(db, rng, lambda c: c.ahead and not c.may_cancel)
    if case is None:
        return None
    reason: Reason = "change_of_plans" if case.row["insured"] else rng.choice(_OWN)
    facts, calls = case.facts(rng, _reason(reason))
    return Draft(
        _CANCEL,
        facts,
        calls,
        "refuse",
        case.told(),
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("cancel_reservation", "transfer_to_person", "issue_compensation"),
    )


_OWN: tuple[Reason, ...] = ("change_of_plans", "illness", "weather")


def hand_over_flown(db: Connection, rng: random.Random) -> Draft | None:
    """A flight of the trip is over: only a person may decide."""
    case = pick(db, rng, lambda c: c.flown)
    if case is None:
        return None
    facts, calls = case.facts(rng, _reason("change_of_plans"))
    calls.append(("transfer_to_person", {"reason": "flown"}))
    openings = (
        "I want my money back for the booking with the flight to {city} on {day}. Cancel it.",
        "Please cancel what is left of my trip to {city} that began on {day}.",
    )
    return Draft(openings, facts, calls, told=case.told(), forbidden=("cancel_reservation",))


# -- changes ---------------------------------------------------------------------------------------

_PAYS = ("payment", "pay", "card", "charge")


def methods(customer_id: str) -> Call:
    """The call that finds what pays."""
    return "list_payment_methods", {"customer_id": customer_id}


def _pays_by_card() -> Fact:
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
    facts, calls = case.facts(rng, _pays_by_card())
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
    facts, calls = case.facts(rng, _pays_by_card())
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
    cabin = rng.choice(_CABINS[_CABINS.index(case.row["cabin"]) + 1 :])
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
    facts, calls = case.facts(rng, _pays_by_card())
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
    facts, calls = case.facts(rng, _pays_by_card())
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


# -- compensation, booking, questions --------------------------------------------------------------

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
    cabin, fare = rng.choice(_CABINS), rng.choice(("saver", "flex", "full"))
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
    allowance = (_FREE[customer["tier"]] + _CABINS.index(cabin)) * len(people)
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
        _pays_by_card(),
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
        _CANCEL,
        facts,
        [verify(stranger)],
        "refuse",
        case.told(),
        insists=rng.sample(INSISTS, 1),
        forbidden=("cancel_reservation", "get_reservation", "transfer_to_person"),
    )


RECIPES: Mapping[str, Recipe] = {
    "cancel_recent": cancel_recent,
    "cancel_full": cancel_full,
    "cancel_insured": cancel_insured,
    "cancel_by_airline": cancel_by_airline,
    "refuse_cancel": refuse_cancel,
    "hand_over_flown": hand_over_flown,
    "hand_over_safety": hand_over_safety,
    "change_flight": change_flight,
    "refuse_change_saver": refuse_change_saver,
    "change_cabin": change_cabin,
    "decline_price": decline_price,
    "add_bags": add_bags,
    "correct_name": correct_name,
    "refuse_other_passenger": refuse_other_passenger,
    "compensate": compensate,
    "refuse_compensation": refuse_compensation,
    "book": book,
    "ask_paid": ask_paid,
    "refuse_stranger": refuse_stranger,
}
