"""Examine an agent before it is trusted with a run: `palestra doctor AGENT`.

Does it answer, does it call a tool, does its adapter speak as each of today's providers wants it
to, and does it keep what a bad server does apart from what the model does? For all but the first, a
local server plays a model that never errs, in each provider's form, and misbehaves.
"""

from .dialects import DIALECTS, Dialect
from .examine import SUMMED, examine
from .faults import FAULTS, Fault
from .finding import Finding
from .server import ChatServer, tool_call

__all__ = [
    "DIALECTS",
    "FAULTS",
    "SUMMED",
    "ChatServer",
    "Dialect",
    "Fault",
    "Finding",
    "examine",
    "tool_call",
]
