"""What customers of the carrier ask: recipes over lines and phones with faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from ...users import Decision, Fact
from ..drafts import Call, Draft, Recipe
from ..toolkit import Connection, Row, rows
from .data import APN, TODAY
from .gestures import gestures

INSISTS = (
    "I need it today. Can you not just do it?",
    "The shop told me that you would do that for me.",
    "Then I will go to another carrier.",
)
_NO_DATA = (
    "My phone has no internet any more. Can you help?",
    "I cannot open a single page on my phone.",
    "Something is wrong with my phone, it does not get online.",
)
_SLOW = ("The internet on my phone is terribly slow.", "Pages take for ever on my phone. Help!")
_PER_GB = 300


# -- finding a case --------------------------------------------------------------------------------


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


# -- repairs, with the customer's own hands --------------------------------------------------------

_REPAIRS: Mapping[str, Sequence[tuple[str, dict[str, object]]]] = {
    "airplane": [("set_airplane_mode", {"on": False})],
    "loose": [("reseat_sim", {})],
    "line roaming": [("set_line_roaming", {"on": True})],
    "roaming": [("set_roaming", {"on": True})],
    "data": [("set_mobile_data", {"on": True})],
    "apn": [("reset_apn", {}), ("restart_phone", {})],
    "2g": [("set_network_mode", {"mode": "5G"})],
    "saver": [("set_data_saver", {"on": False})],
    "vpn": [("set_vpn", {"on": False})],
}


def _repair(case: Case) -> list[Call]:
    """Looking, then each repair in the order of the policy, then the test."""
    own = {"number": case.number}
    looks: list[Call] = [(name, own) for name in ("look_at_status_bar", "look_at_settings")]
    if case.row["sim"] != "ok":
        looks.append(("look_at_sim", own))
    fixes: list[Call] = [
        (name, own | arguments)
        for fault, steps in _REPAIRS.items()
        if fault in case.faults
        for name, arguments in steps
    ]
    return [*looks, *fixes, ("run_speed_test", own)]


_TROUBLES = {"slow": {"2g", "saver", "vpn"}}


def _repairs(fits: Callable[[frozenset[str]], bool], openings: Sequence[str]) -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        case = pick(db, rng, lambda c: fits(c.faults) and c.faults <= _REPAIRS.keys())
        if case is None:
            return None
        facts, calls = case.facts(rng)
        calls += _repair(case)
        return Draft(openings, facts, calls, gestures=gestures(case.number))

    return recipe


def _only(fault: str, openings: Sequence[str] = _NO_DATA) -> Recipe:
    return _repairs(lambda faults: faults == {fault}, openings)


airplane_mode = _only("airplane")
mobile_data_off = _only("data")
wrong_apn = _only("apn")
loose_sim = _only("loose")
roaming_in_phone = _only("roaming")
roaming_of_line = _only("line roaming")
roaming_both = _repairs(lambda faults: faults == {"roaming", "line roaming"}, _NO_DATA)
slow = _repairs(lambda faults: bool(faults) and faults <= _TROUBLES["slow"], _SLOW)
two_faults = _repairs(lambda f: len(f) == 2 and not f <= _TROUBLES["slow"], _NO_DATA)
many_faults = _repairs(lambda f: len(f) >= 3 and not f <= _TROUBLES["slow"], _NO_DATA)


# -- lines, bills, plans ---------------------------------------------------------------------------


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
    return Draft(_NO_DATA, facts, calls, outputs=outputs, gestures=gestures(case.number))


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
    healthy = lambda c: c.faults <= {"suspended", "line roaming"}  # noqa: E731
    case = pick(
        db, rng, lambda c: "suspended" in c.faults and running(c) and healthy(c) and c.overdue
    )
    if case is None or "line roaming" in case.faults:
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


RECIPES: Mapping[str, Recipe] = {
    "airplane_mode": airplane_mode,
    "mobile_data_off": mobile_data_off,
    "wrong_apn": wrong_apn,
    "loose_sim": loose_sim,
    "roaming_in_phone": roaming_in_phone,
    "roaming_of_line": roaming_of_line,
    "roaming_both": roaming_both,
    "slow": slow,
    "two_faults": two_faults,
    "many_faults": many_faults,
    "extra_data": extra_data,
    "refuse_much_data": refuse_much_data,
    "pay_and_resume": pay_and_resume,
    "hand_over_ended": hand_over_ended,
    "hand_over_locked": hand_over_locked,
    "change_plan": change_plan,
    "refuse_plan_overdue": refuse_plan_overdue,
    "ask_bill": ask_bill,
    "refuse_credit": refuse_credit,
    "refuse_stranger": refuse_stranger,
}
