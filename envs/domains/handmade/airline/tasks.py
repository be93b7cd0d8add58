"""What customers of the airline ask: recipes over the data, each with what the policy makes right.

Every recipe looks for a reservation that fits its case, and says what the customer wants and knows.
Some customers know their reservation code, others only where and when they fly.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..drafts import Recipe
from . import asking, cancelling, changing

RECIPES: Mapping[str, Recipe] = {
    "cancel_recent": cancelling.cancel_recent,
    "cancel_full": cancelling.cancel_full,
    "cancel_insured": cancelling.cancel_insured,
    "cancel_by_airline": cancelling.cancel_by_airline,
    "refuse_cancel": cancelling.refuse_cancel,
    "hand_over_flown": cancelling.hand_over_flown,
    "hand_over_safety": asking.hand_over_safety,
    "change_flight": changing.change_flight,
    "refuse_change_saver": changing.refuse_change_saver,
    "change_cabin": changing.change_cabin,
    "decline_price": changing.decline_price,
    "add_bags": changing.add_bags,
    "correct_name": changing.correct_name,
    "refuse_other_passenger": changing.refuse_other_passenger,
    "compensate": asking.compensate,
    "refuse_compensation": asking.refuse_compensation,
    "book": asking.book,
    "ask_paid": asking.ask_paid,
    "refuse_stranger": asking.refuse_stranger,
}
