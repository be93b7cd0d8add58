"""What can go wrong inside an episode, apart by whose fault it is."""

from __future__ import annotations


class ToolError(Exception):
    """Raised by a tool to answer the agent with an error (no such page, not allowed, ...).

    The message goes to the agent, so it says what was wrong, what was expected and what to do. It
    is not a format error: the call was well formed.
    """


class FormatError(Exception):
    """An action that is not well formed: unreadable, an unknown tool, arguments off the schema.

    Attributes:
        call_id: the tool call at fault, or None for the message as a whole.
        tool: the name that the call gave, or None.
    """

    def __init__(self, message: str, *, call_id: str | None = None, tool: str | None = None):
        super().__init__(message)
        self.call_id = call_id
        self.tool = tool


class UsageError(ValueError):
    """A mistake of the person at the keyboard: one line that says what, and what to do."""


class Unavailable(UsageError):
    """An environment cannot be played on this machine as it is: something is not installed."""
