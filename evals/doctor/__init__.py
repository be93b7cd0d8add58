"""Examine an agent before it is trusted with a run: `palestra doctor AGENT`.

Does it answer, does it call a tool, and does its adapter keep what a bad server does apart from
what the model does? For the last, a local server plays a model that never errs, and misbehaves.
"""

from .examine import Finding, examine
from .faults import FAULTS, Fault
from .server import ChatServer, tool_call

__all__ = ["FAULTS", "ChatServer", "Fault", "Finding", "examine", "tool_call"]
