"""The agent's tools: lines, plans and bills. They check what is possible, not what is allowed."""

from __future__ import annotations

from typing import Annotated, Literal

from ....core import Length, Range
from ...world import new_key
from ..toolkit import Connection, Id, Row, one, reads, refuse, rows, writes

Number = Annotated[str, Length(5, 20)]


@reads
def verify_customer(
    db: Connection, customer_id: Id, date_of_birth: Annotated[str, Length(10, 10)]
) -> Row:
    """Check who the customer is, and get the profile.

    Args:
        customer_id: Customer id, for example T123007.
        date_of_birth: As the customer says it, YYYY-MM-DD.
    """
    customer = one(db, "customer", "select * from customers where customer_id = ?", customer_id)
    if customer["date_of_birth"] != date_of_birth:
        refuse("customer id and date of birth do not agree")
    return customer


@reads
def list_lines(db: Connection, customer_id: Id) -> list[Row]:
    """List a customer's lines.

    Args:
        customer_id: Customer id.
    """
    one(db, "customer", "select 1 from customers where customer_id = ?", customer_id)
    return rows(
        db,
        "select number, plan_id, status from lines where customer_id = ? order by number",
        customer_id,
    )


@reads
def get_line(db: Connection, number: Number) -> Row:
    """Get a line: status, roaming, contract, plan, data used and data left in this month.

    Args:
        number: Phone number, for example 212-555-0123.
    """
    line = _line(db, number)
    plan = rows(db, "select * from plans where plan_id = ?", line["plan_id"])[0]
    line["data_left_mb"] = max(0, (plan["data_gb"] + line["extra_gb"]) * 1_024 - line["used_mb"])
    line["plan"] = plan
    return line


@reads
def list_plans(db: Connection) -> list[Row]:
    """List all plans with price and data."""
    return rows(db, "select * from plans order by monthly_cents")


@reads
def list_bills(db: Connection, number: Number) -> list[Row]:
    """List the bills of a line.

    Args:
        number: Phone number.
    """
    _line(db, number)
    return rows(db, "select * from bills where number = ? order by month", number)


@writes("bills")
def request_payment(db: Connection, bill_id: Id) -> Row:
    """Send the customer a request to pay an overdue bill; the customer pays it on the phone.

    Args:
        bill_id: The bill, as `list_bills` shows it.
    """
    bill = one(db, "bill", "select * from bills where bill_id = ?", bill_id)
    if bill["status"] != "overdue":
        refuse(f"bill {bill_id} is {bill['status']}, not overdue")
    sql = "select bill_id from bills where number = ? and status = 'requested'"
    waiting = rows(db, sql, bill["number"])
    if waiting:
        refuse(f"the request for {waiting[0]['bill_id']} has not been paid yet")
    db.execute("update bills set status = 'requested' where bill_id = ?", (bill_id,))
    return {"bill_id": bill_id, "status": "requested", "amount_cents": bill["amount_cents"]}


@writes("lines")
def resume_line(db: Connection, number: Number) -> Row:
    """Resume a suspended line.

    Args:
        number: Phone number.
    """
    line = _line(db, number)
    if line["status"] != "suspended":
        refuse(f"line {number} is {line['status']}")
    db.execute("update lines set status = 'active' where number = ?", (number,))
    return {"number": number, "status": "active"}


@writes("lines")
def set_line_roaming(db: Connection, number: Number, on: bool) -> Row:
    """Turn roaming of a line on or off, in the network.

    Args:
        number: Phone number.
        on: Whether roaming is allowed.
    """
    line = _line(db, number)
    if line["roaming"] == on:
        refuse(f"roaming of line {number} is {'on' if on else 'off'} already")
    db.execute("update lines set roaming = ? where number = ?", (int(on), number))
    return {"number": number, "roaming": on}


@writes("lines", "charges")
def add_data(db: Connection, number: Number, gb: Annotated[int, Range(1, 100)]) -> Row:
    """Add extra data to a line for this month, at 300 cents for each GB.

    Args:
        number: Phone number.
        gb: How much.
    """
    _active(db, number)
    db.execute("update lines set extra_gb = extra_gb + ? where number = ?", (gb, number))
    key = f"CH{new_key(db, 'charge')}"
    db.execute("insert into charges values (?, ?, ?, 'extra data')", (key, number, 300 * gb))
    return {"number": number, "added_gb": gb, "charged_cents": 300 * gb}


@writes("lines")
def change_plan(db: Connection, number: Number, plan_id: Id) -> Row:
    """Change the plan of a line at once.

    Args:
        number: Phone number.
        plan_id: The new plan, as `list_plans` shows it.
    """
    line = _active(db, number)
    plan = one(db, "plan", "select * from plans where plan_id = ?", plan_id)
    if line["plan_id"] == plan_id:
        refuse(f"line {number} has that plan already")
    db.execute("update lines set plan_id = ? where number = ?", (plan_id, number))
    return {"number": number, "plan": plan}


@writes("transfers")
def transfer_to_person(db: Connection, reason: Literal["sim_locked", "contract_ended"]) -> str:
    """Hand the customer over to a person, if the policy says so.

    Args:
        reason: Which case of the policy it is.
    """
    key = f"T{new_key(db, 'transfer')}"
    db.execute("insert into transfers values (?, ?)", (key, reason))
    return "A person takes over."


def _line(db: Connection, number: str) -> Row:
    return one(db, "line", "select * from lines where number = ?", number)


def _active(db: Connection, number: str) -> Row:
    line = _line(db, number)
    if line["status"] != "active":
        refuse(f"line {number} is {line['status']}")
    return line
