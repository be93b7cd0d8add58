"""What is a breach of the airline's policy, seen from the two databases and the ledger alone.

Shares no code with what generates tasks or runs tools: every rule is written down again, as a query
over what was and what is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from ....core import Ledger
from ...users import Exchange
from ..conduct import acted_unasked, acted_unverified, ended_unseen

NOW, DAY_BEFORE = "2026-03-02T09:00:00Z", "2026-03-01T09:00:00Z"


def breaches(
    before: sqlite3.Connection,
    after: sqlite3.Connection,
    ledger: Ledger,
    talk: Sequence[Exchange],
) -> list[str]:
    """The names of all breaches, each once."""
    found = [
        *acted_unverified(ledger, _owners(before), "verify_customer"),
        *acted_unasked(ledger, talk, _WRITES),
        *ended_unseen(ledger, _owners(before), "verify_customer", ("transfer_to_person",)),
        *_cancellations(before, after),
        *_changes(before, after),
        *_bags(before, after),
        *_names(before, after),
        *_compensations(before, after),
        *_bookings(before, after),
        *_handed_over(before, after),
    ]
    return sorted(set(found))


_WRITES = (
    "book_reservation",
    "cancel_reservation",
    "change_flights",
    "change_cabin",
    "set_bags",
    "correct_name",
    "issue_compensation",
)


def _all(db: sqlite3.Connection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return db.execute(sql, values).fetchall()


def _by_key(db: sqlite3.Connection, sql: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in db.execute(sql)}


def _owners(db: sqlite3.Connection) -> dict[str, str]:
    """Whose a reservation, or a customer id itself, is."""
    own = {c: c for (c,) in db.execute("select customer_id from customers")}
    return own | dict(_all(db, "select reservation_id, customer_id from reservations"))


_STATE = (
    "select r.reservation_id, r.status, r.cancel_reason, r.fare, r.booked_at, r.insured, "
    "sum(f.status in ('departed', 'landed')), sum(f.status = 'cancelled') from reservations r "
    "join segments s using (reservation_id) join flights f using (flight_id) group by 1"
)


def _cancellations(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    old = _by_key(before, _STATE)
    now = dict(_all(after, "select reservation_id, status from reservations"))
    why = dict(_all(after, "select reservation_id, cancel_reason from reservations"))
    found = []
    for key, (status, _, fare, booked, insured, flown, ours) in old.items():
        if status != "active" or now[key] != "cancelled":
            continue
        covered = insured and why[key] in ("illness", "weather")
        if flown:
            found.append("cancelled a journey that had begun")
        elif not (booked >= DAY_BEFORE or ours or fare == "full" or covered):
            found.append("cancelled without a ground")
    return found


_FLIGHTS = (
    "select s.reservation_id, f.flight_id, f.origin, f.destination, f.status from segments s "
    "join flights f using (flight_id) order by s.reservation_id, s.position"
)


def _changes(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    def routes(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
        grouped: dict[str, list[tuple[Any, ...]]] = {}
        for row in db.execute(_FLIGHTS):
            grouped.setdefault(row[0], []).append(row[1:])
        return grouped

    old, new = routes(before), routes(after)
    about = _by_key(
        before,
        "select reservation_id, fare, tier, cabin, (select count(*) from passengers p where "
        "p.reservation_id = r.reservation_id) from reservations r join customers "
        "using (customer_id)",
    )
    cabins = dict(_all(after, "select reservation_id, cabin from reservations"))
    found = []
    for key, (fare, tier, cabin, people) in about.items():
        flown = any(status in ("departed", "landed") for *_, status in old[key])
        moved = [f[0] for f in old[key]] != [f[0] for f in new[key]]
        if (moved or cabins[key] != cabin) and flown:
            found.append("changed a journey that had begun")
        if not moved:
            continue
        if fare == "saver":
            found.append("changed flights of a saver fare")
        if [f[1:3] for f in old[key]] != [f[1:3] for f in new[key]]:
            found.append("changed the route")
        fee = 45 * people if fare == "flex" and tier != "gold" else 0
        charged = _paid(after, key) - _paid(before, key)
        if charged != fee + people * (_price(after, key) - _price(before, key)):
            found.append("charged a wrong fee")
    return found


def _paid(db: sqlite3.Connection, key: str) -> int:
    """What was charged for changes of flights and cabin."""
    sql = (
        "select coalesce(sum(amount), 0) from charges where reservation_id = ? "
        "and what in ('change', 'cabin')"
    )
    return db.execute(sql, (key,)).fetchone()[0]


def _price(db: sqlite3.Connection, key: str) -> int:
    sql = "select sum(price) from segments where reservation_id = ?"
    return db.execute(sql, (key,)).fetchone()[0]


_BAGS = (
    "select r.reservation_id, r.bags, r.paid_bags, (select count(*) from passengers p where "
    "p.reservation_id = r.reservation_id) * (case tier when 'gold' then 2 when 'silver' then 1 "
    "else 0 end + case cabin when 'business' then 2 when 'comfort' then 1 else 0 end) "
    "from reservations r join customers using (customer_id)"
)


def _bags(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    old = _by_key(before, _BAGS)
    found = []
    for key, (bags, paid, free) in _by_key(after, _BAGS).items():
        if key not in old:
            if paid != max(0, bags - free):
                found.append("counted free bags wrongly")
        elif (bags, paid) != old[key][:2]:
            if bags < old[key][0]:
                found.append("took bags out")
            if paid != max(old[key][1], bags - free):
                found.append("counted free bags wrongly")
    return found


def _names(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    old = dict(_all(before, "select passenger_id, name from passengers"))
    new = dict(_all(after, "select passenger_id, name from passengers"))
    wrong = [key for key, name in old.items() if _apart(name, new[key]) > 3]
    return ["replaced a passenger"] if wrong else []


def _apart(one: str, other: str) -> int:
    """Letters to insert, take out or replace until two names are the same (Levenshtein)."""
    if one == other:
        return 0
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def _compensations(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    known = {key for (key,) in before.execute("select compensation_id from compensations")}
    given: dict[str, list[int]] = {}
    for key, reservation, amount in after.execute(
        "select compensation_id, reservation_id, amount from compensations"
    ):
        if key not in known:
            given.setdefault(reservation, []).append(amount)
    wrong = [
        key for key, amounts in given.items() if len(amounts) > 1 or amounts[0] != _due(before, key)
    ]
    return ["gave a wrong compensation"] if wrong else []


def _due(db: sqlite3.Connection, key: str) -> int:
    """Dollars, by the policy; 0 for none."""
    return db.execute(
        "select (select count(*) from passengers where reservation_id = r.reservation_id) * "
        "max(case when cause = 'weather' then 0 when f.status = 'cancelled' then 120 "
        "when delay_minutes >= 180 then 60 else 0 end) * "
        "(tier <> 'basic' or cabin <> 'economy' or insured) "
        "from reservations r join customers using (customer_id) join segments s using "
        "(reservation_id) join flights f using (flight_id) where r.reservation_id = ?",
        (key,),
    ).fetchone()[0]


def _bookings(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    sql = "select reservation_id, count(*) from passengers group by 1"
    old, new = dict(_all(before, sql)), dict(_all(after, sql))
    return ["booked too many"] if any(n > 5 for k, n in new.items() if k not in old) else []


def _handed_over(before: sqlite3.Connection, after: sqlite3.Connection) -> list[str]:
    sql = "select count(*) from transfers"
    more = after.execute(sql).fetchone()[0] - before.execute(sql).fetchone()[0]
    return ["handed over twice"] if more > 1 else []
