"""Tasks about lines, bills and plans, and strangers."""

from __future__ import annotations

import random
from datetime import date, timedelta

from ...users import Decision, Fact
from ..drafts import Draft
from ..toolkit import Connection, Row, rows
from .case import INSISTS, NO_DATA, Case, identity, pick, verify
from .data import TODAY
from .gestures import gestures

_PER_GB = 300


def extra_data(db: Connection, rng: random.Random) -> Draft | None:
    """The month's data are used up; the customer wants some more."""
    case = pick(db, rng, lambda c: c.faults == {"used up"})
    if case is None:
        return None
    gb = rng.randrange(1, 5)
    words = ("how much data", "gb", "how many gb", "gigabytes", "how much")
    facts, calls = case.facts(
        rng, Fact("extra_gb", f"{gb} GB", words, "I would like {value} more.")
    )
    own = {"number": case.number}
    calls += [("add_data", {**own, "gb": gb}), ("run_speed_test", own)]
    outputs = (f"{gb * _PER_GB / 100:.2f}",)
    return Draft(NO_DATA, facts, calls, outputs=outputs, gestures=gestures(case.number))


def refuse_much_data(db: Connection, rng: random.Random) -> Draft | None:
    """More extra data than a line may have, and nothing less will do."""
    case = pick(db, rng, lambda c: c.faults == {"used up"})
    if case is None:
        return None
    gb = rng.randrange(6, 12)
    words = ("how much data", "gb", "how many gb", "gigabytes", "how much")
    facts, calls = case.facts(rng, Fact("extra_gb", f"{gb} GB", words, "I need {value}, no less."))
    openings = (
        f"My data are used up. Give me {gb} GB more for this month.",
        f"I need {gb} GB of extra data in this month, please.",
    )
    return Draft(
        openings,
        facts,
        calls,
        "refuse",
        decisions=(Decision(("plan", "gb", "less"), False, "That does not help me."),),
        agrees=False,
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        gestures=gestures(case.number),
        forbidden=("add_data", "change_plan", "transfer_to_person"),
    )


_SUSPENDED = (
    "My phone has no service at all since yesterday.",
    "I can neither call nor get online. What is wrong?",
)


def pay_and_resume(db: Connection, rng: random.Random) -> Draft | None:
    """Suspended for unpaid bills: request, pay, resume."""
    running = lambda c: c.row["contract_until"] > str(TODAY)  # noqa: E731
    fits = lambda c: c.faults == {"suspended"} and running(c) and bool(c.overdue)  # noqa: E731
    case = pick(db, rng, fits)
    if case is None:
        return None
    facts, calls = case.facts(rng)
    own = {"number": case.number}
    calls.append(("list_bills", own))
    for bill in case.overdue:
        calls += [("request_payment", {"bill_id": bill}), ("pay_bill", own)]
    calls += [("resume_line", own), ("run_speed_test", own)]
    return Draft(_SUSPENDED, facts, calls, gestures=gestures(case.number))


def hand_over_ended(db: Connection, rng: random.Random) -> Draft | None:
    """Suspended, and the contract has ended."""
    case = pick(db, rng, lambda c: c.row["contract_until"] < str(TODAY))
    if case is None:
        return None
    facts, calls = case.facts(rng)
    calls.append(("transfer_to_person", {"reason": "contract_ended"}))
    return Draft(
        _SUSPENDED,
        facts,
        calls,
        gestures=gestures(case.number),
        forbidden=("resume_line", "request_payment"),
    )


def hand_over_locked(db: Connection, rng: random.Random) -> Draft | None:
    """The SIM asks for a PUK."""
    case = pick(db, rng, lambda c: "locked" in c.faults and "suspended" not in c.faults)
    if case is None:
        return None
    facts, calls = case.facts(rng)
    own = {"number": case.number}
    calls += [("look_at_sim", own), ("transfer_to_person", {"reason": "sim_locked"})]
    return Draft(_SUSPENDED, facts, calls, gestures=gestures(case.number))


def _new_plan(case: Case, rng: random.Random) -> tuple[Row, Fact]:
    sql = "select * from plans where plan_id <> ? order by plan_id"
    plan = rng.choice(rows(case.db, sql, case.row["plan_id"]))
    words = ("plan", "new plan", "which plan", "name of the plan")
    return plan, Fact("plan", plan["name"], words, "I would like {value}.")


_PLAN = ("I want to change my plan.", "Can I have another plan for my phone?")


def change_plan(db: Connection, rng: random.Random) -> Draft | None:
    """Another plan for an active line with no overdue bill."""
    case = pick(db, rng, lambda c: "suspended" not in c.faults and not c.overdue)
    if case is None:
        return None
    plan, wish = _new_plan(case, rng)
    facts, calls = case.facts(rng, wish)
    change = {"number": case.number, "plan_id": plan["plan_id"]}
    calls += [("list_bills", {"number": case.number}), ("list_plans", {}), ("change_plan", change)]
    outputs = (f"{plan['monthly_cents'] / 100:.2f}",)
    return Draft(_PLAN, facts, calls, outputs=outputs, gestures=gestures(case.number))


def refuse_plan_overdue(db: Connection, rng: random.Random) -> Draft | None:
    """A bill is overdue, and the customer does not want to pay it now."""
    case = pick(db, rng, lambda c: "suspended" not in c.faults and bool(c.overdue))
    if case is None:
        return None
    facts, calls = case.facts(rng, _new_plan(case, rng)[1])
    calls.append(("list_bills", {"number": case.number}))
    return Draft(
        _PLAN,
        facts,
        calls,
        "refuse",
        decisions=(Decision(("pay", "bill", "request"), False, "I do not want to pay now."),),
        agrees=False,
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("change_plan", "request_payment", "transfer_to_person"),
    )


def ask_bill(db: Connection, rng: random.Random) -> Draft | None:
    """A question about a bill and the data left."""
    case = pick(db, rng, lambda c: not c.faults & {"suspended"})
    if case is None:
        return None
    facts, calls = case.facts(rng)
    sql = "select amount_cents from bills where number = ? and month = '2026-02'"
    amount = rows(db, sql, case.number)[0]["amount_cents"]
    calls.append(("list_bills", {"number": case.number}))
    openings = (
        "How high is my bill for February, and when is it due?",
        "What do I have to pay for February, and until when?",
    )
    outputs = (f"{amount / 100:.2f}", "15")
    return Draft(openings, facts, calls, "read", outputs=outputs)


def refuse_credit(db: Connection, rng: random.Random) -> Draft | None:
    """Money back for a bill."""
    case = pick(db, rng, lambda c: not c.faults & {"suspended"})
    if case is None:
        return None
    facts, calls = case.facts(rng)
    openings = (
        "My January bill is too high. I want some of it back.",
        "The service was bad in January. Give me a discount on the next bill.",
    )
    return Draft(
        openings,
        facts,
        [*calls, ("list_bills", {"number": case.number})],
        "refuse",
        agrees=False,
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("add_data", "change_plan", "transfer_to_person"),
    )


def refuse_stranger(db: Connection, rng: random.Random) -> Draft | None:
    """The date of birth is not the customer's."""
    case = pick(db, rng, lambda c: "suspended" not in c.faults)
    if case is None:
        return None
    born = date.fromisoformat(case.row["date_of_birth"]) + timedelta(days=rng.randrange(1, 900))
    stranger = case.row | {"date_of_birth": str(born)}
    facts = (*identity(stranger), Fact("number", case.number, ("phone number", "mobile number")))
    return Draft(
        _PLAN,
        facts,
        [verify(stranger)],
        "refuse",
        insists=rng.sample(INSISTS, 1),
        forbidden=("change_plan", "get_line", "list_bills", "transfer_to_person"),
    )
