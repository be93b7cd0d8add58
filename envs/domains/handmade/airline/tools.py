"""The airline's tools. They check what is possible; what is allowed stands in the policy."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from ....core import Length, Range
from ...world import new_key
from ..toolkit import Connection, Id, Row, insert, one, reads, refuse, rows, writes

Cabin = Literal["economy", "comfort", "business"]
Fare = Literal["saver", "flex", "full"]
Reason = Literal["change_of_plans", "illness", "weather", "airline_cancelled"]
Flights = Annotated[list[Id], Length(1, 4)]
Money = Annotated[int, Range(0, 100_000)]
Bags = Annotated[int, Range(0, 40)]
Name = Annotated[str, Length(1, 80)]
Day = Annotated[str, Length(10, 10)]


@reads
def verify_customer(db: Connection, customer_id: Id, date_of_birth: Day) -> Row:
    """Check who the customer is, and get the profile.

    Args:
        customer_id: Customer id, for example C420007.
        date_of_birth: As the customer says it, YYYY-MM-DD.
    """
    customer = one(db, "customer", "select * from customers where customer_id = ?", customer_id)
    if customer["date_of_birth"] != date_of_birth:
        refuse("customer id and date of birth do not agree")
    return customer


@reads
def list_reservations(db: Connection, customer_id: Id) -> list[Row]:
    """List a customer's reservations with their routes.

    Args:
        customer_id: Customer id.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    found = rows(
        db,
        "select reservation_id, cabin, fare, status from reservations where customer_id = ? "
        "order by reservation_id",
        customer_id,
    )
    for reservation in found:
        reservation["flights"] = [
            f"{f['flight_id']} {f['origin']}-{f['destination']}"
            for f in _flown(db, reservation["reservation_id"])
        ]
    return found


@reads
def get_reservation(db: Connection, reservation_id: Id) -> Row:
    """Get a reservation: flights and their status, passengers, bags, insurance and payments.

    Args:
        reservation_id: Reservation code, for example QK7T25.
    """
    found = _reservation(db, reservation_id)
    found["flights"] = _flown(db, reservation_id)
    found["passengers"] = rows(
        db,
        "select passenger_id, name, date_of_birth from passengers where reservation_id = ? "
        "order by passenger_id",
        reservation_id,
    )
    found["charges"] = rows(
        db,
        "select payment_id, amount, what from charges where reservation_id = ? order by charge_id",
        reservation_id,
    )
    return found


@reads
def search_flights(db: Connection, origin: Id, destination: Id, date: Day) -> list[Row]:
    """List the flights of one day from one airport to another, with prices and free seats by cabin.

    Args:
        origin: Airport code, for example LIS.
        destination: Airport code.
        date: Day of departure, YYYY-MM-DD.
    """
    found = rows(
        db,
        "select flight_id, departs, arrives, status, delay_minutes, cause from flights "
        "where origin = ? and destination = ? and date = ? order by departs",
        origin,
        destination,
        date,
    )
    for flight in found:
        flight["cabins"] = rows(
            db,
            "select cabin, price, seats from fares where fare_id in (?, ?, ?) order by price",
            *(f"{flight['flight_id']}:{cabin}" for cabin in get_args(Cabin)),
        )
    return found


@reads
def list_payment_methods(db: Connection, customer_id: Id) -> list[Row]:
    """List the cards and vouchers in a customer's profile; a voucher has a balance in dollars.

    Args:
        customer_id: Customer id.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    return rows(
        db,
        "select payment_id, kind, balance from payment_methods where customer_id = ? "
        "order by payment_id",
        customer_id,
    )


@writes("reservations", "segments", "passengers", "charges", "payment_methods", "fares")
def book_reservation(
    db: Connection,
    customer_id: Id,
    flight_ids: Flights,
    cabin: Cabin,
    fare: Fare,
    passengers: Annotated[list[Name], Length(1, 5)],
    dates_of_birth: Annotated[list[Day], Length(1, 5)],
    insured: bool,
    bags: Bags,
    paid_bags: Bags,
    payment_id: Id,
) -> Row:
    """Book flights for one to five passengers.

    Args:
        customer_id: Who books.
        flight_ids: Flights in order.
        cabin: Cabin for all flights.
        fare: Fare of the reservation.
        passengers: Full names.
        dates_of_birth: YYYY-MM-DD, in the order of the passengers.
        insured: Whether to insure all passengers.
        bags: Checked bags of all passengers together.
        paid_bags: How many of them are beyond the free ones.
        payment_id: Payment method for everything.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    if len(passengers) != len(dates_of_birth):
        refuse("each passenger needs one date of birth", "InvalidArgument")
    if paid_bags > bags:
        refuse("paid_bags is a part of bags", "InvalidArgument")
    prices = [_take_seats(db, flight, cabin, len(passengers)) for flight in flight_ids]
    key = f"NEW{new_key(db, 'reservation')}"
    reservation = {
        "reservation_id": key,
        "customer_id": customer_id,
        "cabin": cabin,
        "fare": fare,
        "booked_at": "2026-03-02T09:00:00Z",
        "insured": int(insured),
        "bags": bags,
        "paid_bags": paid_bags,
        "status": "active",
        "cancel_reason": "",
    }
    insert(db, "reservations", [reservation])
    _set_segments(db, key, flight_ids, prices)
    for name, born in zip(passengers, dates_of_birth, strict=True):
        passenger = f"PN{new_key(db, 'passenger')}"
        db.execute("insert into passengers values (?, ?, ?, ?)", (passenger, key, name, born))
    total = (sum(prices) + 30 * insured) * len(passengers) + 60 * paid_bags
    _charge(db, key, customer_id, payment_id, total, "booking")
    return {"reservation_id": key, "charged": total}


@writes("reservations", "charges", "payment_methods", "fares")
def cancel_reservation(db: Connection, reservation_id: Id, reason: Reason) -> Row:
    """Cancel a reservation and refund everything to the payment methods it was paid with.

    Args:
        reservation_id: Reservation code.
        reason: What the customer says.
    """
    found = _active(db, reservation_id)
    paid = rows(
        db,
        "select payment_id, sum(amount) as amount from charges where reservation_id = ? "
        "group by payment_id order by payment_id",
        reservation_id,
    )
    for charge in paid:
        if charge["amount"]:
            owner, payment = found["customer_id"], charge["payment_id"]
            _charge(db, reservation_id, owner, payment, -charge["amount"], "refund")
    count = _people(db, reservation_id)
    for flight in _flown(db, reservation_id):
        _give_seats(db, flight["flight_id"], found["cabin"], count)
    db.execute(
        "update reservations set status = 'cancelled', cancel_reason = ? where reservation_id = ?",
        (reason, reservation_id),
    )
    return {"reservation_id": reservation_id, "refunded": sum(c["amount"] for c in paid)}


@writes("segments", "charges", "payment_methods", "fares")
def change_flights(
    db: Connection, reservation_id: Id, flight_ids: Flights, fee: Money, payment_id: Id
) -> Row:
    """Replace all flights of a reservation, in the same cabin, at today's prices.

    Args:
        reservation_id: Reservation code.
        flight_ids: All flights after the change, in order, also those that stay.
        fee: Fee for the change in dollars, for all passengers together.
        payment_id: Where the difference and the fee are charged or refunded.
    """
    found = _active(db, reservation_id)
    old = _flown(db, reservation_id)
    count = _people(db, reservation_id)
    kept = {flight["flight_id"]: flight["price"] for flight in old}
    prices = []
    for flight in flight_ids:
        if flight in kept:
            prices.append(kept[flight])
        else:
            prices.append(_take_seats(db, flight, found["cabin"], count))
    for flight in old:
        if flight["flight_id"] not in flight_ids:
            _give_seats(db, flight["flight_id"], found["cabin"], count)
    difference = (sum(prices) - sum(kept.values())) * count
    db.execute("delete from segments where reservation_id = ?", (reservation_id,))
    _set_segments(db, reservation_id, flight_ids, prices)
    _charge(db, reservation_id, found["customer_id"], payment_id, difference + fee, "change")
    return {"reservation_id": reservation_id, "difference": difference, "fee": fee}


@writes("reservations", "segments", "charges", "payment_methods", "fares")
def change_cabin(db: Connection, reservation_id: Id, cabin: Cabin, payment_id: Id) -> Row:
    """Move all passengers of a reservation to another cabin, on all its flights.

    Args:
        reservation_id: Reservation code.
        cabin: The new cabin.
        payment_id: Where the difference is charged or refunded.
    """
    found = _active(db, reservation_id)
    if found["cabin"] == cabin:
        refuse(f"the cabin is {cabin} already")
    flights = _flown(db, reservation_id)
    count = _people(db, reservation_id)
    prices = []
    for flight in flights:
        prices.append(_take_seats(db, flight["flight_id"], cabin, count))
        _give_seats(db, flight["flight_id"], found["cabin"], count)
    difference = (sum(prices) - sum(flight["price"] for flight in flights)) * count
    for flight, price in zip(flights, prices, strict=True):
        db.execute(
            "update segments set price = ? where segment_id = ?", (price, flight["segment_id"])
        )
    db.execute(
        "update reservations set cabin = ? where reservation_id = ?", (cabin, reservation_id)
    )
    _charge(db, reservation_id, found["customer_id"], payment_id, difference, "cabin")
    return {"reservation_id": reservation_id, "cabin": cabin, "difference": difference}


@writes("reservations", "charges", "payment_methods")
def set_bags(
    db: Connection, reservation_id: Id, bags: Bags, paid_bags: Bags, payment_id: Id
) -> Row:
    """Set the number of checked bags of a reservation; further paid bags cost $60 each.

    Args:
        reservation_id: Reservation code.
        bags: All checked bags after the change, of all passengers together.
        paid_bags: How many of them are beyond the free ones.
        payment_id: What pays for further paid bags.
    """
    found = _active(db, reservation_id)
    if paid_bags > bags:
        refuse("paid_bags is a part of bags", "InvalidArgument")
    cost = 60 * max(0, paid_bags - found["paid_bags"])
    db.execute(
        "update reservations set bags = ?, paid_bags = ? where reservation_id = ?",
        (bags, paid_bags, reservation_id),
    )
    _charge(db, reservation_id, found["customer_id"], payment_id, cost, "bags")
    return {"reservation_id": reservation_id, "bags": bags, "charged": cost}


@writes("passengers")
def correct_name(db: Connection, reservation_id: Id, passenger_id: Id, name: Name) -> Row:
    """Correct the name of a passenger.

    Args:
        reservation_id: Reservation code.
        passenger_id: Which passenger, as `get_reservation` shows it.
        name: The full name as it should be.
    """
    _active(db, reservation_id)
    one(
        db,
        "passenger",
        "select 1 from passengers where passenger_id = ? and reservation_id = ?",
        passenger_id,
        reservation_id,
    )
    db.execute("update passengers set name = ? where passenger_id = ?", (name, passenger_id))
    return {"passenger_id": passenger_id, "name": name}


@writes("compensations", "payment_methods")
def issue_compensation(
    db: Connection, reservation_id: Id, amount: Annotated[int, Range(1, 5_000)]
) -> Row:
    """Give the customer of a reservation a voucher.

    Args:
        reservation_id: For which reservation.
        amount: Dollars, for all passengers together.
    """
    found = _reservation(db, reservation_id)
    voucher = f"voucher-N{new_key(db, 'voucher')}"
    db.execute(
        "insert into payment_methods values (?, ?, 'voucher', ?)",
        (voucher, found["customer_id"], amount),
    )
    key = f"CP{new_key(db, 'compensation')}"
    db.execute(
        "insert into compensations values (?, ?, ?, ?)", (key, reservation_id, voucher, amount)
    )
    return {"payment_id": voucher, "balance": amount}


@writes("transfers")
def transfer_to_person(db: Connection, reason: Literal["flown", "safety"]) -> str:
    """Hand the customer over to a person, if the policy says so.

    Args:
        reason: Which case of the policy it is.
    """
    key = f"T{new_key(db, 'transfer')}"
    db.execute("insert into transfers values (?, ?)", (key, reason))
    return "A person takes over."


# -- what the tools share --------------------------------------------------------------------------


def _reservation(db: Connection, reservation_id: str) -> Row:
    return one(
        db, "reservation", "select * from reservations where reservation_id = ?", reservation_id
    )


def _active(db: Connection, reservation_id: str) -> Row:
    found = _reservation(db, reservation_id)
    if found["status"] != "active":
        refuse(f"reservation {reservation_id} is {found['status']}")
    return found


def _flown(db: Connection, reservation_id: str) -> list[Row]:
    return rows(
        db,
        "select s.segment_id, f.flight_id, f.origin, f.destination, f.date, f.departs, f.status, "
        "f.delay_minutes, f.cause, s.price from segments s join flights f using (flight_id) "
        "where s.reservation_id = ? order by s.position",
        reservation_id,
    )


def _people(db: Connection, reservation_id: str) -> int:
    sql = "select count(*) from passengers where reservation_id = ?"
    return db.execute(sql, (reservation_id,)).fetchone()[0]


def _take_seats(db: Connection, flight_id: str, cabin: str, count: int) -> int:
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
    _give_seats(db, flight_id, cabin, -count)
    return fare["price"]


def _give_seats(db: Connection, flight_id: str, cabin: str, count: int) -> None:
    db.execute(
        "update fares set seats = seats + ? where fare_id = ?",
        (count, f"{flight_id}:{cabin}"),
    )


def _set_segments(
    db: Connection, reservation_id: str, flight_ids: list[str], prices: list[int]
) -> None:
    for position, (flight, price) in enumerate(zip(flight_ids, prices, strict=True), 1):
        key = f"SN{new_key(db, 'segment')}"
        db.execute(
            "insert into segments values (?, ?, ?, ?, ?)",
            (key, reservation_id, position, flight, price),
        )


def _charge(
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
