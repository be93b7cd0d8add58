"""What the tests share: a small environment, and a cache of corpora for the whole session."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

import guessing  # registers test/Guess-v0 and test/Race-v0
from palestra.evals import evaluate

# Tests that import LiteLLM themselves would let it fetch its price table from the network.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that two workers end at about the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def corpus_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Corpora are built once for all tests, away from the user's own cache."""
    given = os.environ.get("PALESTRA_TEST_CACHE")
    folder = Path(given) if given else tmp_path_factory.getbasetemp() / "corpora"
    os.environ["PALESTRA_CACHE"] = str(folder)
    return folder


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A leaderboard file that does not exist yet."""
    return tmp_path / "board.duckdb"


@pytest.fixture
def guess() -> guessing.Guess:
    """A fresh guessing game."""
    return guessing.Guess()


@pytest.fixture
def board(db: Path) -> Path:
    """Two agents, two trials; one episode never finished, one arena."""
    evaluate(["guess"], ["halving", "random"], tasks=4, trials=2, db=db)
    evaluate(["race"], ["oracle"], tasks=2, db=db)
    with duckdb.connect(str(db)) as connection:
        connection.execute(
            "update episodes set status = 'error', headline = null, error = 'time-out' "
            "where agent = 'random' and task = 'test/3' and trial = 1"
        )
    return db
