"""The airline's tools that only look."""

from __future__ import annotations

from typing import get_args

from ..toolkit import Connection, Id, Row, one, reads, refuse, rows
from .records import Cabin, Day, flights_of, reservation_of


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
            for f in flights_of(db, reservation["reservation_id"])
        ]
    return found


@reads
def get_reservation(db: Connection, reservation_id: Id) -> Row:
    """Get a reservation: flights and their status, passengers, bags, insurance and payments.

    Args:
        reservation_id: Reservation code, for example QK7T25.
    """
    found = reservation_of(db, reservation_id)
    found["flights"] = flights_of(db, reservation_id)
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
