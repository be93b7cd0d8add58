"""One line with its phone, and what its customer knows."""

from __future__ import annotations

import random
from collections.abc import Callable

from ...users import Fact
from ..drafts import Call
from ..toolkit import Connection, Row, rows
from .data import APN

INSISTS = (
    "I need it today. Can you not just do it?",
    "The shop told me that you would do that for me.",
    "Then I will go to another carrier.",
)
NO_DATA = (
    "My phone has no internet any more. Can you help?",
    "I cannot open a single page on my phone.",
    "Something is wrong with my phone, it does not get online.",
)


class Case:
    """One line with its phone."""

    def __init__(self, db: Connection, row: Row) -> None:
        self.db, self.row = db, row
        self.number: str = row["number"]

    @property
    def faults(self) -> frozenset[str]:
        """What keeps the phone from being online and fast."""
        row = self.row
        found = {
            "suspended": row["status"] != "active",
            "used up": row["data_gb"] * 1_024 + row["extra_gb"] * 1_024 <= row["used_mb"],
            "locked": row["sim"] == "locked",
            "airplane": row["airplane_mode"],
            "loose": row["sim"] == "loose",
            "line roaming": row["abroad"] and not row["line_roaming"],
            "roaming": row["abroad"] and not row["phone_roaming"],
            "data": not row["mobile_data"],
            "apn": row["apn"] != APN,
            "2g": row["network"] == "2G",
            "saver": row["data_saver"],
            "vpn": row["vpn"],
        }
        return frozenset(name for name, present in found.items() if present)

    @property
    def overdue(self) -> list[str]:
        """Ids of overdue bills, the oldest first."""
        sql = "select bill_id from bills where number = ? and status = 'overdue' order by month"
        return [row["bill_id"] for row in rows(self.db, sql, self.number)]

    def facts(self, rng: random.Random, *extra: Fact) -> tuple[tuple[Fact, ...], list[Call]]:
        """What the customer knows, and the calls that come first.

        Some who have one line only do not know its number by heart.
        """
        words = ("phone number", "mobile number", "line", "which line")
        where = "abroad, in Portugal" if self.row["abroad"] else "at home"
        facts = list(identity(self.row))
        calls = [verify(self.row)]
        sql = "select count(*) as lines from lines where customer_id = ?"
        alone = rows(self.db, sql, self.row["customer_id"])[0]["lines"] == 1
        if alone and rng.random() < 0.4:
            calls.append(("list_lines", {"customer_id": self.row["customer_id"]}))
        else:
            facts.append(Fact("number", self.number, words))
        facts.append(Fact("location", where, ("where are you", "abroad", "country"), _AM))
        return (*facts, *extra), [*calls, ("get_line", {"number": self.number})]


_AM = "I am {value}."


def identity(customer: Row) -> tuple[Fact, ...]:
    """Who the customer is."""
    return (
        Fact("customer_id", customer["customer_id"], ("customer number", "account number")),
        Fact("date_of_birth", customer["date_of_birth"], ("birthday", "birth date", "born", "dob")),
    )


def verify(customer: Row) -> Call:
    """The call that comes before all others."""
    return "verify_customer", {k: customer[k] for k in ("customer_id", "date_of_birth")}


_LINES = (
    "select l.*, l.roaming as line_roaming, p.*, p.roaming as phone_roaming, c.date_of_birth, "
    "data_gb, monthly_cents from lines l join phones p using (number) "
    "join customers c using (customer_id) join plans using (plan_id) order by number"
)


def pick(db: Connection, rng: random.Random, fits: Callable[[Case], bool]) -> Case | None:
    """A line that fits, by chance."""
    fitting = [case for row in rows(db, _LINES) if fits(case := Case(db, row))]
    return rng.choice(fitting) if fitting else None
