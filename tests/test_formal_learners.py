"""Classical learners: what the release lets them do, and what the hardened data does not."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from palestra.envs.core import UsageError
from palestra.envs.formal import learners
from palestra.envs.formal.data import items
from palestra.envs.formal.languages import LANGUAGES
from palestra.envs.formal.learners import LEARNERS, Guess, codes, fit

pytest.importorskip("sklearn")

BINARY = [name for name, language in LANGUAGES.items() if language.binary]
CEILING, MARGIN = 1.0, 0.1


@lru_cache(maxsize=4)
def on_release(learner: str, language: str, width: int) -> Guess:
    """Fitted on the release's 3,000, by the paper's encoding."""
    train = items(language, "released")[:]
    return fit(learner, [i.text for i in train], [i.label for i in train], width=width)


def released_accuracy(learner: str, language: str, width: int, delta: float) -> float:
    test = items(language, "released", "test", delta)[:1000]
    guesses = on_release(learner, language, width)([i.text for i in test])
    return float(np.mean(guesses == np.array([i.label for i in test])))


@lru_cache(maxsize=64)
def hardened_accuracy(learner: str, language: str, shots: int) -> float:
    shown = items(language)[:shots]
    test = items(language, part="test")[:600]
    guess = fit(learner, [i.text for i in shown], [i.label for i in shown])
    return float(np.mean(guess([i.text for i in test]) == np.array([i.clean for i in test])))


def test_a_network_solves_the_released_parity() -> None:
    assert released_accuracy("mlp", "parity", 60, 0.0) >= 0.94


def test_neighbours_lose_the_released_pattern_under_shift() -> None:
    before = released_accuracy("knn", "pattern", 2750, 0.0)
    after = released_accuracy("knn", "pattern", 2750, 0.85)
    assert before - after >= 0.12


@pytest.mark.parametrize("language", BINARY)
def test_pairs_of_characters_and_lengths_do_not_solve_the_hardened_data(language: str) -> None:
    assert hardened_accuracy("bigram", language, 100) <= 0.60


@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("language", BINARY)
def test_no_learner_comes_near_the_ceiling_with_an_agents_exemplars(
    learner: str, language: str
) -> None:
    for shots in (20, 100):
        assert hardened_accuracy(learner, language, shots) <= CEILING - MARGIN


def test_the_released_data_does_let_pairs_of_characters_through() -> None:
    for language in ("pattern", "vending"):
        shown = items(language, "released")[:100]
        test = items(language, "released", "test")[:600]
        guess = fit("bigram", [i.text for i in shown], [i.label for i in shown])
        right = guess([i.text for i in test]) == np.array([i.label for i in test])
        assert np.mean(right) > 0.8


def test_codes_are_digits_or_characters_padded_with_minus_one() -> None:
    assert codes(["01a", "9"], 4).tolist() == [[0, 1, 97, -1], [9, -1, -1, -1]]
    assert codes(["0101"], 2).tolist() == [[0, 1]]


@pytest.mark.parametrize("learner", LEARNERS)
def test_one_answer_among_the_exemplars_is_the_answer(learner: str) -> None:
    assert fit(learner, ["01", "10"], [1, 1])(["11", "00"]).tolist() == [1, 1]


def test_a_missing_scikit_learn_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learners, "available", lambda: False)
    with pytest.raises(UsageError, match=r"pip install 'palestra\[learners\]'"):
        fit("tree", ["0"], [0])
    with pytest.raises(UsageError, match="expected one of tree, knn"):
        fit("forest", ["0"], [0])


def test_scikit_learn_is_imported_when_something_is_fitted(tmp_path: Path) -> None:
    script = "import sys, palestra.envs.formal.env; print('sklearn' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "False", done.stderr
