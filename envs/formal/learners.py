"""Classical learners at equal shots: fitted on exactly the exemplars that an agent is shown.

    guess = fit("tree", texts, labels)
    guess(["0110", "011"])  # array([1, 0])

They are scikit-learn's (extra `learners`), imported when one is fitted. All see a string through
one encoding: how often each character and each pair of neighbours occurs (beginning and end are
characters too), and the length. `codes` is the paper's own encoding, character codes padded with
-1, for comparing with its baselines.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..core import UsageError, check_among

__all__ = ["LEARNERS", "Guess", "available", "codes", "fit"]

Guess = Callable[[Sequence[str]], np.ndarray]
"""Answers (integers) to strings."""

LEARNERS = ("tree", "knn", "mlp", "bigram", "length")
"""The paper's three baselines, and two that look for shortcuts: a logistic regression on the shared
encoding, and one threshold on the length."""


def available() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def fit(learner: str, texts: Sequence[str], answers: Sequence[int], *, width: int = 0) -> Guess:
    """Fit a learner.

    Args:
        learner: one of `LEARNERS`.
        texts: the exemplars, at least one.
        answers: theirs, noise included.
        width: encode by `codes` of so many characters instead of the shared encoding.

    Raises:
        UsageError: scikit-learn is missing, or there is no such learner.
    """
    check_among("learner", learner, LEARNERS)
    if not available():
        raise UsageError(
            f"{learner} needs scikit-learn; install it: pip install 'palestra[learners]'"
        )
    encode = _encoding(learner, texts, width)
    values = np.asarray(answers)
    if len(set(answers)) == 1:
        return lambda queries: np.full(len(queries), values[0])
    from threadpoolctl import threadpool_limits

    # That few exemplars do not converge is no news; matrices this small only wait for threads.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model = _model(learner, len(texts), raw=bool(width)).fit(encode(texts), values)
    return lambda queries: model.predict(encode(queries))


def _model(learner: str, n: int, *, raw: bool) -> Any:
    """Scikit-learn's, with its defaults but for what few exemplars demand.

    Counts are scaled, `codes` are taken raw, as the paper's baselines take them.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    match learner:
        case "tree":
            return DecisionTreeClassifier(max_depth=8, random_state=0)
        case "length":
            return DecisionTreeClassifier(max_depth=1, random_state=0)
        case "knn":
            return KNeighborsClassifier(n_neighbors=min(5, n))
        case "mlp":
            model: Any = MLPClassifier(max_iter=300, random_state=0)
        case _:
            model = LogisticRegression(max_iter=1000)
    return model if raw else make_pipeline(StandardScaler(), model)


def _encoding(
    learner: str, texts: Sequence[str], width: int
) -> Callable[[Sequence[str]], np.ndarray]:
    if learner == "length":
        return lambda strings: np.array([[len(s)] for s in strings], dtype=np.float32)
    if width:
        return lambda strings: codes(strings, width)
    from sklearn.feature_extraction.text import CountVectorizer

    def marked(strings: Sequence[str]) -> list[str]:
        return [f"\x02{string}\x03" for string in strings]

    counts = CountVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)
    counts.fit(marked(texts))

    def encode(strings: Sequence[str]) -> np.ndarray:
        lengths = np.array([[len(s)] for s in strings], dtype=np.float32)
        counted = counts.transform(marked(strings)).toarray().astype(np.float32)
        return np.hstack([counted, lengths])

    return encode


def codes(strings: Sequence[str], width: int) -> np.ndarray:
    """Digits as their value, others as their code, padded with -1 (float32, n x width)."""
    table = np.full((len(strings), width), -1, dtype=np.float32)
    for row, string in zip(table, strings, strict=True):
        kept = string[:width]
        row[: len(kept)] = [int(c) if c.isdigit() else ord(c) for c in kept]
    return table
