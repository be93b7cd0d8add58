"""What answers are worth: right on the clean label; the paper's two scoring modes beside it."""

from __future__ import annotations

from collections.abc import Sequence

from ..core import Score
from .tasks import Truth

__all__ = ["score"]


def score(answers: Sequence[int | None] | None, truth: Truth) -> Score:
    """Score the answers to a task's queries; None where one could not be read, or gave none.

    Metrics: `success` (share right on the clean label), `parsed` (share that could be read),
    `punished` (share right on the data set's noisy label, unreadable ones wrong) and, if any could
    be read, `unpunished` (the same of those that could). The last two are the paper's modes
    (arXiv 2509.10414, metrics); their means over episodes are its accuracies.
    """
    if answers is None:
        return Score(0.0, "no_answer", {"success": 0.0, "parsed": 0.0, "punished": 0.0})
    count = len(truth.clean)
    right = sum(a == c for a, c in zip(answers, truth.clean, strict=True))
    noisy = sum(a == c for a, c in zip(answers, truth.noisy, strict=True))
    parsed = sum(a is not None for a in answers)
    metrics = {"success": right / count, "parsed": parsed / count, "punished": noisy / count}
    if parsed:
        metrics["unpunished"] = noisy / parsed
    outcome = "success" if right == count else "wrong_answer" if parsed else "unparsable"
    return Score(right / count, outcome, metrics)
