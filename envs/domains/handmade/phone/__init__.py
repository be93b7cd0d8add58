"""A phone carrier with dual control: the agent sees line and bills, the customer holds the phone.

Read it in this order: `policy.md` (what the agent must keep to), `schema.sql` (what exists),
`data.py` (how it is filled), `tools.py` (what the agent can do), `device.py` (what the customer can
do), `gestures.py` (how the customer understands being guided), `tasks.py` (what is asked) and
`verify.py` (what counts as a breach of the policy; shares no code with the others).
"""

from ..catalogue import entry
from . import device, tools
from .data import fill
from .tasks import RECIPES
from .verify import breaches

__all__ = ["DOMAIN", "breaches"]

DOMAIN = entry(
    "phone-carrier",
    "A phone carrier's service line",
    __file__,
    fill,
    [tools, device],
    RECIPES,
    generated=["charges", "transfers"],
)
