"""An airline's service desk: reservations, changes, cancellations, baggage and compensation.

Read it in this order: `policy.md` (what the agent must keep to), `schema.sql` (what exists),
`data.py` (how it is filled), `lookups.py` and `tools.py` (what can be done), `tasks.py` (what is
asked) and `verify.py` (what counts as a breach of the policy; shares no code with the others).
"""

from ..catalogue import entry
from . import lookups, tools
from .data import fill
from .tasks import RECIPES
from .verify import breaches

__all__ = ["DOMAIN", "breaches"]

DOMAIN = entry(
    "airline-desk",
    "An airline's service desk",
    __file__,
    fill,
    [lookups, tools],
    RECIPES,
    generated=[
        "reservations",
        "segments",
        "passengers",
        "charges",
        "payment_methods",
        "compensations",
        "transfers",
    ],
)
