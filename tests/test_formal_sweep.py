"""The sweep: what it keeps, how it goes on, and what is computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from palestra.agents import Agent, InfrastructureError, Reply
from palestra.envs.core import UsageError, say
from palestra.envs.formal.data import items
from palestra.envs.formal.prompts import Book, shown_in
from palestra.envs.formal.prompts.apo import Sizes
from palestra.envs.formal.sweep import (
    ANSWERERS,
    Cell,
    Grid,
    Record,
    accuracies,
    answerer,
    read,
    run_cell,
    slopes,
    sweep,
)
from palestra.evals.formal import AgentAnswerer

SMALL = Grid(
    languages=("parity", "vending_sum"),
    styles=("examples", "description", "cot"),
    shots=(0, 5, 20),
    deltas=(0.0, 0.85),
    queries=40,
)
QUICK = Sizes(beam=2, depth=1, minibatch=8, reasons=1, paraphrases=1, candidates=4, budget=4)


def test_the_whole_grid_is_the_papers_1_89_million_predictions() -> None:
    assert len(Grid()) == 1_890_000
    assert len(set(Grid().cells())) == 1_890
    assert {c.shots for c in Grid().cells() if c.style == "examples"} == {2, 5, 10, 20, 50, 100}


def test_the_oracle_is_right_in_every_cell(tmp_path: Path) -> None:
    found = list(sweep(SMALL, answerer("rule_oracle"), tmp_path / "x.jsonl"))
    assert len(found) == 2 * 3 * 3 * 2
    assert all(record.accuracy() == 1.0 for record in found)
    assert list(read(tmp_path / "x.jsonl")) == found


@pytest.mark.parametrize("name", ["majority", "first_label", "coin", "instant"])
def test_who_knows_nothing_is_right_half_of_the_time(name: str, tmp_path: Path) -> None:
    grid = Grid(languages=("pattern", "stack"), shots=(20,), deltas=(0.0,), queries=400)
    mean = accuracies(sweep(grid, answerer(name), tmp_path / "x.jsonl"))[()]
    assert 0.42 < mean < 0.58


@pytest.mark.parametrize("workers", [1, 2])
def test_a_sweep_that_was_killed_goes_on_where_it_was(tmp_path: Path, workers: int) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    expected = list(sweep(SMALL, answerer("majority"), whole))
    lines = whole.read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:8]) + lines[8][:30])  # killed while it wrote a line
    rest = list(sweep(SMALL, answerer("majority"), cut, workers=workers))
    assert len(rest) == len(expected) - 7
    assert sorted(read(cut), key=repr) == sorted(expected, key=repr)
    assert list(sweep(SMALL, answerer("majority"), cut)) == []


def test_a_file_holds_one_agent_and_one_setting(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    next(sweep(SMALL, answerer("majority"), path))
    with pytest.raises(UsageError, match="agent majority"):
        next(sweep(SMALL, answerer("coin"), path))
    other = Grid(languages=("parity",), mode="paper")
    with pytest.raises(UsageError, match="Give another file"):
        next(sweep(other, answerer("majority"), path))
    (tmp_path / "notes.txt").write_text("hello\n")
    with pytest.raises(UsageError, match="no sweep"):
        next(sweep(SMALL, answerer("majority"), tmp_path / "notes.txt"))
    with pytest.raises(UsageError, match="no sweep"):
        list(read(tmp_path / "notes.txt"))


def test_more_cells_of_the_same_setting_extend_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    few = Grid(languages=("parity",), shots=(5,), deltas=(0.0,), queries=20)
    more = Grid(languages=("parity",), shots=(5, 10), deltas=(0.0,), queries=20)
    assert len(list(sweep(few, answerer("coin"), path))) == 7
    assert len(list(sweep(more, answerer("coin"), path))) == 7


def test_a_learner_is_fitted_on_exactly_what_an_agent_is_shown() -> None:
    pytest.importorskip("sklearn")
    seen: list[Any] = []

    class Watching:
        name = "watching"

        def answer(self, book: Book, queries: Sequence[str]) -> Sequence[str]:
            seen.append((shown_in(book.text(queries[:1])), book.exemplars()))
            return ANSWERERS["tree"](book, queries)

    record = run_cell(Cell("parity", "description", 20, 0.0), Watching())
    (shown, exemplars), = seen  # fmt: skip
    assert shown.texts == [item.text for item in exemplars]
    assert len(record.outcomes) == 1000
    per_query = Grid(exemplars="random_per_query", queries=5)
    assert len(run_cell(Cell("parity", "cot", 5, 0.0), answerer("knn"), per_query).outcomes) == 5


def test_the_two_modes_differ_by_what_cannot_be_read() -> None:
    class Half:
        name = "half"

        def answer(self, book: Book, queries: Sequence[str]) -> list[str | None]:
            right = ANSWERERS["rule_oracle"](book, queries)
            return [[r, "prose", None][n % 3] for n, r in enumerate(right)]

    record = run_cell(Cell("parity", "description", 5, 0.0), Half(), Grid(queries=300))
    assert record.accuracy("unpunished") == 1.0
    assert record.accuracy("punished") == 0.5
    assert record.failure_rate == 0.5
    assert record.replies == 200


def test_noisy_labels_are_what_the_papers_modes_count() -> None:
    record = run_cell(
        Cell("parity", "description", 5, 0.0), answerer("rule_oracle"), Grid(mode="paper")
    )
    test = items("parity", "paper", "test")[:1000]
    assert record.accuracy() == 1.0
    assert record.accuracy("punished") == sum(i.clean == i.label for i in test) / 1000 < 1


def _record(language: str, shots: int, delta: float, right: int) -> Record:
    return Record("a", language, "cot", shots, delta, "3" * right + "0" * (100 - right))


def test_a_slope_is_points_per_step_of_the_grid() -> None:
    records = [
        _record(language, shots, delta, 50 + 4 * step - 2 * shift)
        for language in ("parity", "stack", "pattern")
        for step, shots in enumerate((0, 5, 10, 20, 50, 100))
        for shift, delta in enumerate((0.0, 0.2, 0.45, 0.65, 0.85))
    ]
    (by_shots,) = slopes(records, "shots")
    assert by_shots.slope == pytest.approx(4)
    assert by_shots.low == pytest.approx(4)
    assert by_shots.n == 3
    (by_shift,) = slopes(records, "delta")
    assert by_shift.slope == pytest.approx(-2)
    sums = [_record("vending_sum", shots, 0.0, shots) for shots in (0, 100)]
    unread = [Record("a", "parity", "cot", 100, 0.0, "u" * 100)]
    assert slopes([*records, *sums, *unread], "shots")[0].slope == pytest.approx(4)


def test_accuracies_are_means_over_cells_by_any_field() -> None:
    records = [_record("parity", 5, 0.0, 40), _record("stack", 5, 0.0, 60)]
    assert accuracies(records, "language") == {("parity",): 0.4, ("stack",): 0.6}
    assert accuracies(records)[()] == pytest.approx(0.5)


def test_any_agent_can_sweep_and_a_dead_server_is_no_wrong_answer(tmp_path: Path) -> None:
    class Flaky(Agent):
        uri = "flaky"

        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            text = messages[-1]["content"]
            if "Entry" not in text or messages[0]["role"] != "system":
                return Reply(say("Look whether the zeros are even."))
            query = shown_in(text).queries[0]
            if len(query) % 2:
                raise InfrastructureError("down", retry=False)
            return Reply(say(str(1 - query.count("0") % 2)))

    grid = Grid(languages=("parity",), styles=("description",), shots=(5,), queries=60)
    with AgentAnswerer(Flaky()) as agent:
        (first, *_) = sweep(grid, agent, tmp_path / "x.jsonl")
        assert 0 < first.replies < 60
        assert first.accuracy() == 1.0
        optimised = agent.optimise(Book("parity", style="apo", shots=5), sizes=QUICK)
        assert "even" in optimised
