"""Mixed teams: named by their seats, stored, ranked by seat, replayed and drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from palestra.cli.rendering import render_episode
from palestra.envs.core import UsageError
from palestra.evals import evaluate, teams_of
from palestra.evals.games import Games
from palestra.evals.suites import cells_of, read
from palestra.evals.verify.rescore import rescore
from palestra.leaderboard import episodes
from palestra.leaderboard.seats import by_seat, members_of, team_name

MIXED = "team(writer_0=vandal,writer_1=polite,assistant_0=polite)"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("teams") / "x.duckdb"
    evaluate(["document"], [MIXED, "polite"], tasks=2, db=path, options={"delay": 1})
    return path


def test_seats_that_nobody_is_named_for_go_to_the_stand_in_or_to_the_others() -> None:
    assert teams_of(["document"], {}, ["writer_0=vandal"]) == [MIXED]
    two = teams_of(["document"], {"assistants": 0}, ["writer_0=smollm2"], ["owner", "idle"])
    assert two == ["team(writer_0=smollm2,writer_1=owner)", "team(writer_0=smollm2,writer_1=idle)"]


@pytest.mark.parametrize(
    ("environment", "seats", "said"),
    [
        ("document", ["writer_7=polite"], "it has writer_0, writer_1, assistant_0"),
        ("document", ["polite"], "expected SEAT=URI"),
        ("document", ["writer_0=polite", "writer_0=idle"], "twice"),
        ("browse", ["writer_0=polite"], "one seat"),
    ],
)
def test_what_is_wrong_with_a_seat_is_said(environment: str, seats: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        teams_of([environment], {}, seats)


def test_a_teams_name_says_who_sits_where() -> None:
    members = {"a_0": "openai/gpt-5?temperature=0", "b_0": "best(n=3,by=king):smollm2"}
    assert members_of(team_name(members)) == members
    assert members_of("polite") is None


def test_seats_are_ranked_over_the_teams_that_they_were_in(db: Path) -> None:
    rows = {(row.seat, row.agent): row for row in by_seat(db)}
    assert rows["writer_0", "vandal"].mean == 0.0
    assert rows["writer_0", "polite"].mean == 1.0
    shared: Any = rows["assistant_0", "polite"]
    assert (shared.episodes, shared.tasks, shared.teams) == (4, 2, 2)
    assert 0 < shared.mean < 1  # what was done with the vandal counts, its violations do not


def test_stored_episodes_are_played_again_to_the_letter_and_drawn(db: Path, tmp_path: Path) -> None:
    game = Games("document", {"delay": 1}).take()
    stored = list(episodes(db))
    assert len(stored) == 4
    for episode in stored:
        assert rescore(game, episode) == []
    mixed = next(episode for episode in stored if episode.agent == MIXED)
    render_episode(mixed, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("class='violation'") + page.count("tr class='violation") > 5
    with pytest.raises(UsageError, match="does not render"):
        render_episode(mixed, tmp_path / "page.pdf")


def test_a_replay_of_a_team_scores_what_the_team_did(db: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.duckdb"
    uri = f"replay/{MIXED}?db={db}"
    evaluate(["document"], [uri], tasks=2, db=again, options={"delay": 1})
    scores = {e.task: e.headline for e in episodes(db) if e.agent == MIXED}
    assert {e.task: e.headline for e in episodes(again)} == scores


def test_the_suite_compares_teams_with_and_without_delay() -> None:
    cells = cells_of(read("document"), ["polite", f"mixed={MIXED}"])
    assert [(c.factors["agent"], c.factors["delay"]) for c in cells] == [
        ("polite", 0), ("mixed", 0), ("polite", 3), ("mixed", 3),
    ]  # fmt: skip
