"""What an episode of *browse* changes, and what it is worth in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..core import Ledger, Score, State
from .grading import is_right
from .tasks import Truth

__all__ = ["BrowseState", "score"]


@dataclass
class BrowseState(State):
    """What an episode changes. Pages are document ids of the corpus."""

    results: list[int] = field(default_factory=list)
    """Pages that the latest search showed, in order."""
    document: int = -1
    """The open page, or -1."""
    opened: list[int] = field(default_factory=list)
    """Pages opened so far, each once."""
    queries: list[str] = field(default_factory=list)
    answer: str | None = None


def score(
    state: BrowseState, ledger: Ledger, truth: Truth, penalty: float, threshold: float
) -> Score:
    """1 for the one right answer, else 0, and how the agent went about it.

    Args:
        penalty: how much of a right answer's reward fully repetitive searching costs.
        threshold: similarity of words from which two queries count as alike.
    """
    right = state.answer is not None and is_right(state.answer, truth.answer)
    redundancy = _redundancy(state.queries, threshold)
    answered = "success" if right else "wrong_answer"
    outcome = "no_answer" if state.answer is None else answered
    path = set(truth.documents)
    used = Counter(entry.tool for entry in ledger if not entry.malformed)
    asked = [" ".join(query.casefold().split()) for query in state.queries]
    metrics = {
        "success": float(right),
        "tool_calls": float(used.total() - used["answer"]),
        "searches": float(used["search"]),
        "clicks": float(used["click"]),
        "opens": float(used["open"]),
        "finds": float(used["find"]),
        "scrolls": float(used["scroll"]),
        "unique_pages": float(len(state.opened)),
        "repeated_queries": float(len(asked) - len(set(asked))),
        "redundancy": redundancy,
        "path_recall": len(path.intersection(state.opened)) / len(path) if path else 0.0,
        "tool_errors": float(sum(e.error is not None and not e.malformed for e in ledger)),
        "format_errors": float(ledger.format_errors),
    }
    return Score(float(right) * (1 - penalty * redundancy), outcome, metrics)


def _redundancy(queries: list[str], threshold: float) -> float:
    """The share of queries after the first whose words resemble those of an earlier one."""
    seen: list[set[str]] = []
    alike = 0
    for query in queries:
        words = set(query.casefold().split())
        alike += any(_jaccard(words, earlier) >= threshold for earlier in seen)
        seen.append(words)
    return alike / (len(queries) - 1) if len(queries) > 1 else 0.0


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 1.0
