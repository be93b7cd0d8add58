"""A finished question: text, query, answer, and how hard it is."""

from __future__ import annotations

import msgspec

from ..grading import Answer
from .query import Query

__all__ = ["Difficulty", "Question"]


class Difficulty(msgspec.Struct, frozen=True):
    """How hard a question is, in numbers that need no model."""

    hops: int
    """Relation edges on the path."""
    blur: int
    """The blur level of the vaguest cue."""
    cues: int
    """Cues in the whole question."""
    hops_needed: int
    """Edges at the path's end without which the question would not be unique."""
    largest_set: int
    """The most entities that fit the path up to some variable."""
    log_product: float
    """Sum over the variables of log10 of the entities that fit each one's description alone."""
    pages: int
    """Fewest pages that between them state every edge of the path."""
    words: int
    """Length of the text."""


class Question(msgspec.Struct, frozen=True):
    """One question with its hidden truth.

    Attributes:
        path: entity ids from the first variable to the last.
        facts: the fact behind each edge.
        documents: the page of each entity on the path.
    """

    text: str
    query: Query
    answer: Answer
    path: tuple[int, ...]
    facts: tuple[int, ...]
    documents: tuple[int, ...]
    difficulty: Difficulty
