"""A shop's returns desk: windows by category and membership, refunds, exchanges, gift cards.

Read it in this order: `policy.md` (what the agent must keep to), `schema.sql` (what exists),
`data.py` (how it is filled), `tools.py` (what can be done), `tasks.py` (what is asked) and
`verify.py` (what counts as a breach of the policy; shares no code with the others).
"""

from ..catalogue import entry
from . import tools
from .data import fill
from .tasks import RECIPES
from .verify import breaches

__all__ = ["DOMAIN", "breaches"]

DOMAIN = entry(
    "returns-desk",
    "A shop's returns desk",
    __file__,
    fill,
    [tools],
    RECIPES,
    generated=["returns", "exchanges", "transfers"],
)
