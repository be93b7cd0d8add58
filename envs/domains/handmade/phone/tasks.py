"""What customers of the carrier ask: recipes over lines and phones with faults."""

from __future__ import annotations

from collections.abc import Mapping

from ..drafts import Recipe
from . import repairing, serving

RECIPES: Mapping[str, Recipe] = {
    "airplane_mode": repairing.airplane_mode,
    "mobile_data_off": repairing.mobile_data_off,
    "wrong_apn": repairing.wrong_apn,
    "loose_sim": repairing.loose_sim,
    "roaming_in_phone": repairing.roaming_in_phone,
    "roaming_of_line": repairing.roaming_of_line,
    "roaming_both": repairing.roaming_both,
    "slow": repairing.slow,
    "two_faults": repairing.two_faults,
    "many_faults": repairing.many_faults,
    "extra_data": serving.extra_data,
    "refuse_much_data": serving.refuse_much_data,
    "pay_and_resume": serving.pay_and_resume,
    "hand_over_ended": serving.hand_over_ended,
    "hand_over_locked": serving.hand_over_locked,
    "change_plan": serving.change_plan,
    "refuse_plan_overdue": serving.refuse_plan_overdue,
    "ask_bill": serving.ask_bill,
    "refuse_credit": serving.refuse_credit,
    "refuse_stranger": serving.refuse_stranger,
}
