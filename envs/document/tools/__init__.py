"""What an agent can do to a document: the tools that the arena and the solo view share."""

from __future__ import annotations

from collections.abc import Mapping

from ...core import Tool
from .base import MOST_CHARACTERS
from .comments import CommentTools
from .people import PeopleTools
from .text import TextTools

__all__ = ["EDITING", "MOST_CHARACTERS", "DocumentTools", "without_editing"]

EDITING = ("insert", "delete", "replace", "accept", "reject", "grant")
"""Tools that assistants do not have: in the paper they answer as comments, never in the text."""


class DocumentTools(PeopleTools, CommentTools, TextTools):
    """All tools. `self.me` is whoever called."""


def without_editing(tools: Mapping[str, Tool]) -> dict[str, Tool]:
    """What is left for assistants."""
    return {name: each for name, each in tools.items() if name not in EDITING}
