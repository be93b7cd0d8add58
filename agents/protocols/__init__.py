"""Tool calls as plain text, for models that have none of their own.

    protocol = protocol_of("hermes")
    protocol.render(messages, tools)        # chat messages without tools, for any model
    protocol.parse(text)                    # the reply as an action

What does not parse is never guessed at: the action carries `parse_error` with a position and a
reason, and the environment answers it as the format error it is. `TextTools` wraps an agent whose
model takes plain chat messages.
"""

from __future__ import annotations

from ...envs.core import check_among
from .agent import TextTools, read_reply
from .base import Protocol
from .chatml import CHATML, offers_tools
from .hermes import Hermes
from .json_only import JsonOnly, constraint
from .pythonic import Pythonic
from .react import ReAct

__all__ = [
    "CHATML",
    "PROTOCOLS",
    "Protocol",
    "TextTools",
    "constraint",
    "offers_tools",
    "protocol_of",
    "read_reply",
]

PROTOCOLS: dict[str, Protocol] = {
    each.name: each for each in (Hermes(), JsonOnly(), Pythonic(), ReAct())
}
"""Every text protocol by name."""


def protocol_of(name: str) -> Protocol:
    """The protocol of this name.

    Raises:
        UsageError: there is none.
    """
    check_among("protocol", name, PROTOCOLS)
    return PROTOCOLS[name]
