"""Tasks that the customer's own hands solve."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from ..drafts import Call, Draft, Recipe
from ..toolkit import Connection
from .case import NO_DATA, Case, pick
from .gestures import gestures

_SLOW = ("The internet on my phone is terribly slow.", "Pages take for ever on my phone. Help!")

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


def _only(fault: str, openings: Sequence[str] = NO_DATA) -> Recipe:
    return _repairs(lambda faults: faults == {fault}, openings)


airplane_mode = _only("airplane")
mobile_data_off = _only("data")
wrong_apn = _only("apn")
loose_sim = _only("loose")
roaming_in_phone = _only("roaming")
roaming_of_line = _only("line roaming")
roaming_both = _repairs(lambda faults: faults == {"roaming", "line roaming"}, NO_DATA)
slow = _repairs(lambda faults: bool(faults) and faults <= _TROUBLES["slow"], _SLOW)
two_faults = _repairs(lambda f: len(f) == 2 and not f <= _TROUBLES["slow"], NO_DATA)
many_faults = _repairs(lambda f: len(f) >= 3 and not f <= _TROUBLES["slow"], NO_DATA)
