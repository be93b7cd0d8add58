"""One reservation with all that belongs to it, and what its customer knows."""

from __future__ import annotations

import random
from collections.abc import Callable

from ...users import Fact
from ..drafts import Call
from ..people import long_date
from ..toolkit import Connection, Row, rows
from .data import AIRPORTS

INSISTS = (
    "I have flown with you for years. Can you not make an exception?",
    "Your colleague on the phone told me it would be fine.",
    "That is not fair. Please just do it.",
)
FREE = {"basic": 0, "silver": 1, "gold": 2}
CABINS = ("economy", "comfort", "business")
_DAY_AGO = "2026-03-01T09:00:00Z"


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
        each = FREE[self.customer["tier"]] + CABINS.index(self.row["cabin"])
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
