"""The page's pairs and matrices: the numbers of `palestra compare`, corrected in the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import viewing
from palestra.evals.statistics import compare, family, paired
from palestra.leaderboard import Cell, Store
from palestra.leaderboard.page import Page

pytest.importorskip("starlette", reason="needs the extra `web`")
from starlette.testclient import TestClient

from palestra.leaderboard.page.server import app

TASKS = 12


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = viewing.filled(tmp_path_factory.mktemp("pairs") / "board.duckdb", tasks=TASKS)
    other = Cell(
        run="",
        environment="test/Shelf-v0",
        split="test",
        agent="bigger",
        config={"options": {"size": 10}, "seed": 0},
        headline="success",
        rate=True,
    )
    store = Store(db)
    cell = store.settle_cells([other])[0]
    store.plan(cell.id, [(viewing.key_of("bigger", i), f"test/{i}", 0) for i in range(TASKS)])
    return db


@pytest.fixture(scope="module")
def client(filled: Path) -> TestClient:
    page = Page(filled, pairwise=paired, family=family)
    return TestClient(app(page), base_url="http://127.0.0.1:8470")


@pytest.fixture(scope="module")
def cells(client: TestClient) -> dict[tuple[str, str, str], int]:
    rows = client.get("/api/board.json").json()["rows"]
    return {(row["environment"], row["run"], row["agent"]): row["cell"] for row in rows}


Cells = dict[tuple[str, str, str], int]


def matrix(client: TestClient, cells: Cells, environment: str, run: str) -> dict[str, Any]:
    chosen = [
        str(cell) for (env, name, _), cell in cells.items() if (env, name) == (environment, run)
    ]
    answer = client.get(f"/api/family/{'-'.join(chosen)}.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_two_agents_are_compared_over_their_common_tasks(client: TestClient, cells: Cells) -> None:
    tiny, oracle = (cells["test/Guess-v0", "", agent] for agent in ("hf/tiny", "oracle"))
    found = client.get(f"/api/pair/{tiny}-{oracle}.json").json()
    assert found["tasks"] == TASKS
    assert found["difference"] == pytest.approx(found["after"] - found["before"])
    assert "verdict" not in found, "one pair of a matrix alone has none"
    elsewhere = cells["test/Shelf-v0", "", "oracle"]
    assert client.get(f"/api/pair/{tiny}-{elsewhere}.json").status_code == 404
    assert client.get(f"/api/pair/{tiny}-9999.json").status_code == 404


@pytest.mark.parametrize("run", ["", "thrice"])
def test_a_matrix_says_what_the_command_says(
    client: TestClient, cells: Cells, filled: Path, run: str
) -> None:
    found = matrix(client, cells, "test/Guess-v0", run)
    told = compare(filled, environment="test/Guess-v0", runs=[run])
    assert found["comparisons"] == len(told.pairs) == 10
    assert found["note"] == told.note
    corrected = 0
    for pair in told.pairs:
        first, second = (
            cells["test/Guess-v0", run, side.agent] for side in (pair.first, pair.second)
        )
        turned = f"{first}-{second}" in found["pairs"]
        shown = found["pairs"][f"{first}-{second}" if turned else f"{second}-{first}"]
        assert shown["p"] == pytest.approx(pair.result.p_adjusted)
        mirror = {"better": "worse", "worse": "better"} if turned else {}
        assert shown["verdict"] == mirror.get(pair.verdict, pair.verdict)
        corrected += shown["p"] > pair.result.p
    assert corrected > 2, "many looks make a p larger"


def test_rows_of_other_settings_are_not_compared(client: TestClient, cells: Cells) -> None:
    bigger, oracle = (cells["test/Shelf-v0", "", agent] for agent in ("bigger", "oracle"))
    found = client.get(f"/api/pair/{bigger}-{oracle}.json").json()
    assert found == {"refused": ["options.size: 10 -> 9"]}
    told = matrix(client, cells, "test/Shelf-v0", "")
    assert told["comparisons"] == 10, "of the five others"
    assert not any(str(bigger) in name.split("-") for name in told["pairs"])


def test_who_is_not_ranked_has_no_verdict(filled: Path) -> None:
    page = Page(filled, pairwise=paired, family=family)
    rows = page.matrices()[0]
    known = page._pairs.family(rows, dict.fromkeys(rows, False))
    assert known is not None
    assert {each["verdict"] for each in known["pairs"].values()} == {"cannot tell"}


@pytest.mark.parametrize(
    ("asked", "said"), [("1-x", "numbers of rows"), ("1-2-3-4-5-6-7-8-9-10-11", "too many")]
)
def test_a_matrix_that_makes_no_sense_is_refused(client: TestClient, asked: str, said: str) -> None:
    answer = client.get(f"/api/family/{asked}.json")
    assert answer.status_code == 400
    assert said in answer.json()["error"]
