"""The airline's tools that change something; they check what is possible, not what is allowed."""

from __future__ import annotations

from typing import Annotated, Literal

from ....core import Length, Range
from ...world import new_key
from ..toolkit import Connection, Id, Row, insert, one, refuse, rows, writes
from .records import (
    Cabin,
    Day,
    active_reservation,
    charge,
    flights_of,
    give_seats,
    passengers_of,
    reservation_of,
    set_segments,
    take_seats,
)

Fare = Literal["saver", "flex", "full"]
Reason = Literal["change_of_plans", "illness", "weather", "airline_cancelled"]
Flights = Annotated[list[Id], Length(1, 4)]
Money = Annotated[int, Range(0, 100_000)]
Bags = Annotated[int, Range(0, 40)]
Name = Annotated[str, Length(1, 80)]


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
    prices = [take_seats(db, flight, cabin, len(passengers)) for flight in flight_ids]
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
    set_segments(db, key, flight_ids, prices)
    for name, born in zip(passengers, dates_of_birth, strict=True):
        passenger = f"PN{new_key(db, 'passenger')}"
        db.execute("insert into passengers values (?, ?, ?, ?)", (passenger, key, name, born))
    total = (sum(prices) + 30 * insured) * len(passengers) + 60 * paid_bags
    charge(db, key, customer_id, payment_id, total, "booking")
    return {"reservation_id": key, "charged": total}


@writes("reservations", "charges", "payment_methods", "fares")
def cancel_reservation(db: Connection, reservation_id: Id, reason: Reason) -> Row:
    """Cancel a reservation and refund everything to the payment methods it was paid with.

    Args:
        reservation_id: Reservation code.
        reason: What the customer says.
    """
    found = active_reservation(db, reservation_id)
    paid = rows(
        db,
        "select payment_id, sum(amount) as amount from charges where reservation_id = ? "
        "group by payment_id order by payment_id",
        reservation_id,
    )
    for sum_ in paid:
        if sum_["amount"]:
            owner, payment = found["customer_id"], sum_["payment_id"]
            charge(db, reservation_id, owner, payment, -sum_["amount"], "refund")
    count = passengers_of(db, reservation_id)
    for flight in flights_of(db, reservation_id):
        give_seats(db, flight["flight_id"], found["cabin"], count)
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
    found = active_reservation(db, reservation_id)
    old = flights_of(db, reservation_id)
    count = passengers_of(db, reservation_id)
    kept = {flight["flight_id"]: flight["price"] for flight in old}
    prices = []
    for flight in flight_ids:
        if flight in kept:
            prices.append(kept[flight])
        else:
            prices.append(take_seats(db, flight, found["cabin"], count))
    for flight in old:
        if flight["flight_id"] not in flight_ids:
            give_seats(db, flight["flight_id"], found["cabin"], count)
    difference = (sum(prices) - sum(kept.values())) * count
    db.execute("delete from segments where reservation_id = ?", (reservation_id,))
    set_segments(db, reservation_id, flight_ids, prices)
    charge(db, reservation_id, found["customer_id"], payment_id, difference + fee, "change")
    return {"reservation_id": reservation_id, "difference": difference, "fee": fee}


@writes("reservations", "segments", "charges", "payment_methods", "fares")
def change_cabin(db: Connection, reservation_id: Id, cabin: Cabin, payment_id: Id) -> Row:
    """Move all passengers of a reservation to another cabin, on all its flights.

    Args:
        reservation_id: Reservation code.
        cabin: The new cabin.
        payment_id: Where the difference is charged or refunded.
    """
    found = active_reservation(db, reservation_id)
    if found["cabin"] == cabin:
        refuse(f"the cabin is {cabin} already")
    flights = flights_of(db, reservation_id)
    count = passengers_of(db, reservation_id)
    prices = []
    for flight in flights:
        prices.append(take_seats(db, flight["flight_id"], cabin, count))
        give_seats(db, flight["flight_id"], found["cabin"], count)
    difference = (sum(prices) - sum(flight["price"] for flight in flights)) * count
    for flight, price in zip(flights, prices, strict=True):
        db.execute(
            "update segments set price = ? where segment_id = ?", (price, flight["segment_id"])
        )
    db.execute(
        "update reservations set cabin = ? where reservation_id = ?", (cabin, reservation_id)
    )
    charge(db, reservation_id, found["customer_id"], payment_id, difference, "cabin")
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
    found = active_reservation(db, reservation_id)
    if paid_bags > bags:
        refuse("paid_bags is a part of bags", "InvalidArgument")
    cost = 60 * max(0, paid_bags - found["paid_bags"])
    db.execute(
        "update reservations set bags = ?, paid_bags = ? where reservation_id = ?",
        (bags, paid_bags, reservation_id),
    )
    charge(db, reservation_id, found["customer_id"], payment_id, cost, "bags")
    return {"reservation_id": reservation_id, "bags": bags, "charged": cost}


@writes("passengers")
def correct_name(db: Connection, reservation_id: Id, passenger_id: Id, name: Name) -> Row:
    """Correct the name of a passenger.

    Args:
        reservation_id: Reservation code.
        passenger_id: Which passenger, as `get_reservation` shows it.
        name: The full name as it should be.
    """
    active_reservation(db, reservation_id)
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
    found = reservation_of(db, reservation_id)
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
