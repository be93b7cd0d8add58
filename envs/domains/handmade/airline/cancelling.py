"""Tasks about cancelling a trip."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from ...users import Fact
from ..drafts import Draft, Recipe
from ..toolkit import Connection
from .case import INSISTS, Case, pick

Reason = Literal["change_of_plans", "illness", "weather", "airline_cancelled"]
_REASONS: Mapping[Reason, str] = {
    "change_of_plans": "my plans have changed",
    "illness": "I am ill and cannot fly",
    "weather": "the storms make the journey impossible",
    "airline_cancelled": "you cancelled the flight",
}
CANCEL = (
    "Hello, I want to cancel my trip to {city} on {day}.",
    "Please cancel my flight to {city} that leaves on {day}.",
    "I have to call off my journey to {city} on {day}. Can you cancel it and refund me?",
)


def _reason(reason: Reason) -> Fact:
    return Fact("reason", _REASONS[reason], ("why", "cause"), "The reason is that {value}.")


def _cancels(where: str, fits: Callable[[Case], bool], reasons: Sequence[Reason]) -> Recipe:
    def recipe(db: Connection, rng: random.Random) -> Draft | None:
        case = pick(db, rng, fits, where)
        if case is None:
            return None
        reason = rng.choice(reasons)
        facts, calls = case.facts(rng, _reason(reason))
        cancel = ("cancel_reservation", {"reservation_id": case.id, "reason": reason})
        guards = [f.name for f in facts if f.name == "reservation_id"]
        return Draft(CANCEL, facts, [*calls, cancel], told=case.told(), guards=guards)

    return recipe


cancel_recent = _cancels(
    "booked_at >= '2026-03-01T09:00:00Z' and fare <> 'full'", lambda c: c.ahead, ["change_of_plans"]
)
cancel_full = _cancels(
    "fare = 'full' and booked_at < '2026-03-01'", lambda c: c.ahead, ["change_of_plans"]
)
cancel_insured = _cancels(
    "insured and fare <> 'full' and booked_at < '2026-03-01'",
    lambda c: c.ahead,
    ["illness", "weather"],
)
cancel_by_airline = _cancels(
    "fare <> 'full'",
    lambda c: not c.flown and any(f["status"] == "cancelled" for f in c.flights),
    ["airline_cancelled"],
)


def refuse_cancel(db: Connection, rng: random.Random) -> Draft | None:
    """No ground: an old booking, no full fare, nothing cancelled; ill perhaps, but not insured."""
    case = pick(db, rng, lambda c: c.ahead and not c.may_cancel)
    if case is None:
        return None
    reason: Reason = "change_of_plans" if case.row["insured"] else rng.choice(_OWN)
    facts, calls = case.facts(rng, _reason(reason))
    return Draft(
        CANCEL,
        facts,
        calls,
        "refuse",
        case.told(),
        insists=rng.sample(INSISTS, rng.randrange(1, 3)),
        forbidden=("cancel_reservation", "transfer_to_person", "issue_compensation"),
    )


_OWN: tuple[Reason, ...] = ("change_of_plans", "illness", "weather")


def hand_over_flown(db: Connection, rng: random.Random) -> Draft | None:
    """A flight of the trip is over: only a person may decide."""
    case = pick(db, rng, lambda c: c.flown)
    if case is None:
        return None
    facts, calls = case.facts(rng, _reason("change_of_plans"))
    calls.append(("transfer_to_person", {"reason": "flown"}))
    openings = (
        "I want my money back for the booking with the flight to {city} on {day}. Cancel it.",
        "Please cancel what is left of my trip to {city} that began on {day}.",
    )
    return Draft(openings, facts, calls, told=case.told(), forbidden=("cancel_reservation",))
