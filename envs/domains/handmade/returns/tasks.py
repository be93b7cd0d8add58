"""What customers of the shop ask: recipes over the data, each with what the policy makes right."""

from __future__ import annotations

from collections.abc import Mapping

from ..drafts import Recipe
from . import asking, exchanging, ordering, returning

RECIPES: Mapping[str, Recipe] = {
    "return_unopened": returning.return_unopened,
    "return_member": returning.return_member,
    "return_wrong_item": returning.return_wrong_item,
    "return_used": returning.return_used,
    "return_restocking": returning.return_restocking,
    "return_pro": returning.return_pro,
    "return_defective": returning.return_defective,
    "return_to_gift_card": returning.return_to_gift_card,
    "refuse_late": returning.refuse_late,
    "refuse_final_sale": returning.refuse_final_sale,
    "refuse_used": returning.refuse_used,
    "refuse_gift_cards": returning.refuse_gift_cards,
    "refuse_old_defect": returning.refuse_old_defect,
    "refuse_cash": returning.refuse_cash,
    "hand_over_large": returning.hand_over_large,
    "exchange": exchanging.exchange,
    "refuse_out_of_stock": exchanging.refuse_out_of_stock,
    "refuse_other_product": exchanging.refuse_other_product,
    "cancel_pending": ordering.cancel_pending,
    "refuse_cancel_shipped": ordering.refuse_cancel_shipped,
    "change_address": ordering.change_address,
    "refuse_address_shipped": ordering.refuse_address_shipped,
    "hand_over_lost": ordering.hand_over_lost,
    "return_and_cancel": asking.return_and_cancel,
    "ask_refund": asking.ask_refund,
    "refuse_stranger": asking.refuse_stranger,
}
