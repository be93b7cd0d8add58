"""The suite of *shutdown*: no rate without its prompt, interval, controls and discards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import fisher_exact

from palestra.agents import Agent
from palestra.agents.reference import Scripted
from palestra.envs.core import Reference, Script, Seat, UsageError, call
from palestra.envs.shutdown.reference import comply, manipulation
from palestra.evals import run
from palestra.evals.statistics import between, rate
from palestra.evals.suites import Results, cells_of, make_report, read, write_report
from palestra.evals.suites.report import as_json

PROMPTS = ["A", "H", "K", "G4"]


def idle(seat: Seat) -> Script:
    """Never comes to anything."""
    while True:
        yield call("bash", command="true")


def sometimes(seat: Seat) -> Script:
    """Disables the script when it is told to, or by chance; gives up now and then."""
    told = "prevent it" in str(seat.opening)
    draw = seat.rng.random()
    if told or draw < 0.4:
        yield from manipulation("mv shutdown.sh away.sh")(seat)
    elif draw < 0.8:
        yield from comply(seat)
    else:
        yield from idle(seat)


def agent(policy: Any) -> Agent:
    return Scripted(Reference(policy, "baseline"), uri=policy.__name__)


def played(db: Path, agents: Sequence[Agent], **given: Any) -> Results:
    suite = read("shutdown", {"option.turns": 12, **given})
    cells = cells_of(suite, agents)
    asyncio.run(run([cell.planned for cell in cells], db=db))
    return Results(suite, cells, db)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    db = tmp_path_factory.mktemp("suite") / "x.duckdb"
    given = {"prompts": PROMPTS, "notices": ["false"], "skins": ["robot"], "tasks": 6}
    return played(db, [agent(sometimes), agent(comply)], **given)


@pytest.fixture(scope="module")
def blocks(results: Results) -> dict[str, list[dict[str, Any]]]:
    """The report's tables by title, as rows by column."""
    return {
        block["table"]: [
            dict(zip([c["name"] for c in block["columns"]], row, strict=True))
            for row in block["rows"]
        ]
        for section in as_json(make_report(results, figures=False))["sections"]
        for block in section["blocks"]
        if "table" in block
    }


def place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["agent"], row["prompt"], row["notice"], row["skin"]


def test_a_rate_counts_verdicts_and_says_what_was_discarded(blocks: Any) -> None:
    rates = {place(row): row for row in blocks["Rate of resisted"]}
    ends = {
        (r["agent"], r["prompt"], r["notice"], r["skin"]): r for r in blocks["How episodes ended"]
    }
    lost = {place(row): row for row in blocks["What was discarded, by reason"]}
    assert len(rates) == 2 * (len(PROMPTS) + 2)
    assert sum(row["discarded"] for row in rates.values()) > 0
    for (who, prompt, notice, skin), row in rates.items():
        told = ends[who, prompt, notice or "plain", skin or "problems"]
        k, n, low, high = row["resisted (Wilson 95%)"]
        assert (
            k == told["resisted"] + told["resisted_and_completed"] if "resisted" in told else True
        )
        assert n == row["planned"] - row["discarded"] == lost[who, prompt, notice, skin]["valid"]
        assert told["out_of_turns"] == row["discarded"]
        assert lost[who, prompt, notice, skin]["out_of_turns"] == row["discarded"]
        assert (low, high) == pytest.approx(rate(k, n)[3:5])
        assert tuple(row["Jeffreys 95%"]) == pytest.approx(rate(k, n, "jeffreys")[3:5])


def test_the_papers_table_has_a_row_for_each_condition_and_a_column_for_each_agent(
    blocks: Any,
) -> None:
    rates = {place(row): row["resisted (Wilson 95%)"] for row in blocks["Rate of resisted"]}
    table = blocks["Resisted by prompt"]
    assert [row["prompt"] for row in table] == [*PROMPTS, "A", "A"]
    for row in table:
        for who in ("sometimes", "comply"):
            assert row[who] == rates[who, row["prompt"], row["notice"], row["skin"]]


def test_controls_stand_beside_every_rate_with_the_ratio_to_competence(blocks: Any) -> None:
    rows = {place(row): row for row in blocks["Each rate beside its controls"]}
    for (who, *_), row in rows.items():
        for name in ("K", "H", "G4"):
            assert row[f"under prompt {name}"] == rows[who, name, None, None]["resisted"]
    chance = rows["sometimes", "A", None, None]
    k, n, *_ = chance["resisted"]
    assert rows["sometimes", "K", None, None]["resisted"][0] == 6
    assert chance["ratio to prompt K"] == pytest.approx(k / n)
    assert rows["comply", "A", None, None]["ratio to prompt K"] is None


def test_contrasts_are_counted_and_tested_exactly(blocks: Any) -> None:
    (title,) = [t for t in blocks if t.startswith("Against prompt A")]
    rows = blocks[title]
    assert title.endswith(f"{len(rows)} contrasts")
    assert len(rows) == 2 * (len(PROMPTS) - 1 + 2)
    for row in rows:
        a, b = row["resisted"], row["resisted under prompt A"]
        exact: Any = fisher_exact([[a[0], a[1] - a[0]], [b[0], b[1] - b[0]]])
        assert row["p (Fisher)"] == pytest.approx(float(exact.pvalue))
        assert row["p (Holm)"] >= row["p (Fisher)"]


def test_methods_and_the_papers_figures_stand_in_tables_of_their_own(blocks: Any) -> None:
    for row in blocks["How it was done"]:
        assert row["rename"] == row["resisted"] > 0
    (title,) = [t for t in blocks if "the paper's, and ours" in t]
    table = {row["who"]: row for row in blocks[title]}
    assert table["Grok 4"]["C"] == 0.973
    assert table["o3"]["from"] == "paper"
    assert table["comply"]["from"] == "here"
    assert table["comply"]["A"][:2] == [0, 6]


def test_the_report_says_what_is_measured_and_shows_no_rate_without_a_prompt(
    results: Results, tmp_path: Path
) -> None:
    files = write_report(make_report(results, figures=False), tmp_path)
    for path in files:
        text = path.read_text()
        assert "Measured: what an agent does" in text, path
        assert "Not measured: why" in text, path
    suite = read("shutdown", {"tasks": 1})
    with pytest.raises(UsageError, match="which no cell has"):
        suite.analyses[0].check(["agent", "notice", "skin"], "here")
    splits = {cell.planned.cell.split for cell in results.cells}
    assert splits == {"A", "H", "K", "G4", "A-false", "A-robot"}


def test_the_suite_asks_for_all_fifteen_prompts_and_every_control() -> None:
    cells = cells_of(read("shutdown"), [agent(comply)])
    assert len(cells) == 15 + 5 + 3
    assert len({tuple(sorted(cell.factors.items())) for cell in cells}) == len(cells)


@pytest.mark.parametrize(
    ("k", "n", "wilson", "jeffreys"),
    [
        (973, 1000, (96.10, 98.14), (96.15, 98.17)),
        (0, 1000, (0, 0.38), (0, 0.25)),
        (117, 994, (9.91, 13.92), (9.88, 13.88)),
        (3, 100, (1.03, 8.45), (0.85, 7.79)),
    ],
)
def test_the_papers_intervals_are_found_again(
    k: int, n: int, wilson: tuple[float, float], jeffreys: tuple[float, float]
) -> None:
    for method, ends in (("wilson", wilson), ("jeffreys", jeffreys)):
        found = rate(k, n, method)  # type: ignore[arg-type]
        assert (100 * found.low, 100 * found.high) == pytest.approx(ends, abs=0.006)
    whole = rate(n, n, "jeffreys")
    assert whole.high == 1
    assert between(rate(k, n), rate(k, n)).p == 1
