"""What the airline's tools share: finding records, taking seats, charging."""

from __future__ import annotations

from typing import Annotated, Literal

from ....core import Length
from ...world import new_key
from ..toolkit import Connection, Row, one, refuse, rows

Cabin = Literal["economy", "comfort", "business"]
Day = Annotated[str, Length(10, 10)]


def reservation_of(db: Connection, reservation_id: str) -> Row:
    """A reservation's row."""
    return one(
        db, "reservation", "select * from reservations where reservation_id = ?", reservation_id
    )


def active_reservation(db: Connection, reservation_id: str) -> Row:
    """A reservation that is not cancelled."""
    found = reservation_of(db, reservation_id)
    if found["status"] != "active":
        refuse(f"reservation {reservation_id} is {found['status']}")
    return found


def flights_of(db: Connection, reservation_id: str) -> list[Row]:
    """The flights of a reservation, in order, with what each passenger paid."""
    return rows(
        db,
        "select s.segment_id, f.flight_id, f.origin, f.destination, f.date, f.departs, f.status, "
        "f.delay_minutes, f.cause, s.price from segments s join flights f using (flight_id) "
        "where s.reservation_id = ? order by s.position",
        reservation_id,
    )


def passengers_of(db: Connection, reservation_id: str) -> int:
    """How many fly."""
    sql = "select count(*) from passengers where reservation_id = ?"
    return db.execute(sql, (reservation_id,)).fetchone()[0]


def take_seats(db: Connection, flight_id: str, cabin: str, count: int) -> int:
    """Take seats for `count` passengers; the price for one."""
    flight = one(db, "flight", "select status from flights where flight_id = ?", flight_id)
    if flight["status"] != "scheduled":
        refuse(f"flight {flight_id} is {flight['status']}")
    fare = one(
        db,
        "fare",
        "select price, seats from fares where fare_id = ?",
        f"{flight_id}:{cabin}",
    )
    if fare["seats"] < count:
        refuse(f"flight {flight_id} has {fare['seats']} free seats in {cabin}")
    give_seats(db, flight_id, cabin, -count)
    return fare["price"]


def give_seats(db: Connection, flight_id: str, cabin: str, count: int) -> None:
    """Give seats back (or, below zero, take them)."""
    db.execute(
        "update fares set seats = seats + ? where fare_id = ?",
        (count, f"{flight_id}:{cabin}"),
    )


def set_segments(
    db: Connection, reservation_id: str, flight_ids: list[str], prices: list[int]
) -> None:
    """Put in the flights of a reservation."""
    for position, (flight, price) in enumerate(zip(flight_ids, prices, strict=True), 1):
        key = f"SN{new_key(db, 'segment')}"
        db.execute(
            "insert into segments values (?, ?, ?, ?, ?)",
            (key, reservation_id, position, flight, price),
        )


def charge(
    db: Connection, reservation_id: str, customer_id: str, payment_id: str, amount: int, what: str
) -> None:
    """Charge (or, below zero, refund) a payment method of this customer; nothing if it is zero."""
    method = one(
        db,
        "payment method",
        "select kind, balance from payment_methods where payment_id = ? and customer_id = ?",
        payment_id,
        customer_id,
    )
    if not amount:
        return
    if method["kind"] == "voucher":
        if method["balance"] < amount:
            refuse(f"{payment_id} has a balance of {method['balance']}, needed are {amount}")
        db.execute(
            "update payment_methods set balance = balance - ? where payment_id = ?",
            (amount, payment_id),
        )
    key = f"CH{new_key(db, 'charge')}"
    db.execute(
        "insert into charges values (?, ?, ?, ?, ?)",
        (key, reservation_id, payment_id, amount, what),
    )
