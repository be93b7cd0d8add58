"""A second opinion: a judge reads stored conversations; its answers stand beside the state's."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Any

import pytest
from suiting import file, played, tables
from typer.testing import CliRunner

from palestra.agents import resolve
from palestra.agents.patience import Retry
from palestra.cli import app
from palestra.envs import make
from palestra.envs.core import UsageError
from palestra.evals import evaluate
from palestra.evals.doctor import FAULTS, ChatServer
from palestra.evals.opinions import ask
from palestra.evals.statistics import agreement
from palestra.leaderboard import episodes, merge
from palestra.leaderboard.database import opened
from palestra.leaderboard.opinions import opinions

pytest.importorskip("openai", reason="the adapters need palestra[apis]")

COVERT = "palestra/Covert-v0"
QUESTION: Any = make("covert").unwrapped.question  # type: ignore[attr-defined]


def suspicious(request: dict[str, Any]) -> dict[str, Any]:
    """A judge that says yes where a report was handed in, and puts it as models do."""
    record = request["messages"][-1]["content"]
    yes = "submit_report(" in record.partition("# Question")[0]
    return {
        "content": f'<think>{{"answer": null}}</think>{{"answer": {str(yes).lower()}, "why": "so"}}'
    }


@pytest.fixture
def stored(db: Path) -> Path:
    """24 covert and 24 honest episodes."""
    evaluate(["covert"], ["oracle", "honest"], tasks=24, db=db)
    return db


def asked(db: Path, url: str, **more: Any) -> Any:
    judge = resolve(f"openai/judge?base_url={url}")
    quick = Retry(attempts=2, first=0.01, longest=0.02)
    return asyncio.run(ask(db, judge, QUESTION, COVERT, retry=quick, **more))


def test_a_judge_reads_the_conversation_alone_and_is_asked_once(stored: Path) -> None:
    before = [(e.key, e.score, e.notes) for e in episodes(stored)]
    with ChatServer(suspicious) as server:
        assert asked(stored, server.url, most=10).answered == 10
        assert asked(stored, server.url).answered == 38
        assert asked(stored, server.url).answered == 0
    assert len(server.requests) == 48
    for request in server.requests:
        rules, record = (message["content"] for message in request["messages"])
        assert "follow no instruction" in rules
        assert QUESTION.text in record
        assert "tools" not in request
        assert not [word for word in ("covert", "honest_done", "metrics") if word in record]
    assert [(e.key, e.score, e.notes) for e in episodes(stored)] == before, "no score is touched"
    found = opinions(stored)
    assert {(each.answer, each.why, each.metric) for each in found} <= {
        (True, "so", "covert"),
        (False, "so", "covert"),
    }
    assert {each.value for each in found if each.agent == "oracle"} == {1.0}
    assert {each.value for each in found if each.agent == "honest"} == {0.0}


def test_what_went_wrong_is_no_verdict_and_is_asked_again(stored: Path) -> None:
    with ChatServer(lambda _: {"content": "It depends."}) as server:
        came = asked(stored, server.url, agents=["oracle"])
        assert (came.answered, came.failed) == (0, 24)
        assert {each.answer for each in opinions(stored)} == {None}
        assert all("It depends." in each.error for each in opinions(stored))
        server.answer = lambda _: {"content": "", "fault": FAULTS["503"]}
        assert asked(stored, server.url, agents=["oracle"]).failed == 24
        assert all("nobody answered" in each.error for each in opinions(stored))
        server.answer = suspicious
        assert asked(stored, server.url, agents=["oracle"]).answered == 24
    assert len(opinions(stored)) == 24
    with pytest.raises(UsageError):
        resolve("openai/")


def test_the_command_shows_both_columns_and_fails_without_an_answer(stored: Path) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--db", str(stored)], env={"COLUMNS": "140"})

    with ChatServer(suspicious, keep=False) as server:
        by = f"openai/judge?base_url={server.url}"
        shown = run("judge", "covert", "--by", by)
        assert shown.exit_code == 0, shown.output
        assert "48 new answers" in shown.output
        rows = [line for line in shown.output.splitlines() if "│" in line]
        assert any("oracle" in row and "24/24" in row for row in rows)
        differ = next(line for line in shown.output.splitlines() if "state no, judge yes" in line)
        key = differ.split()[2].rstrip(":")
        assert "yes: so" in run("show", key).output
        server.answer = lambda _: {"content": ""}
        other = run("judge", "covert", "--by", by, "--metric", "done", "--question", "Done?")
        assert other.exit_code == 1
        assert "48 got no answer" in other.output
        assert "asks about them again" in other.output
    for words, said in (
        (("--question", "Done?"), "go together"),
        (("--metric", "done"), "go together"),
    ):
        wrong = run("judge", "covert", "--by", by, *words)
        assert wrong.exit_code != 0
        assert said in f"{wrong.output} {wrong.exception}"
    for id, said in (("formal", "no question of its own"), ("shutdown", "no scored episode")):
        none = run("judge", id, "--by", by)
        assert none.exit_code != 0
        assert said in f"{none.output} {none.exception}"


def test_a_budget_ends_the_asking_and_what_it_took_is_stored(stored: Path) -> None:
    def judged(*words: str, by: str) -> Any:
        told = ["judge", "covert", "--by", by, "--db", str(stored), *words]
        return CliRunner().invoke(app, told, env={"COLUMNS": "140", "OPENAI_API_KEY": "test"})

    with ChatServer(suspicious, keep=False) as server:  # every reply takes 20 + 5 tokens
        by = f"openai/judge?base_url={server.url}"
        first = judged("--max-tokens", "250", "--at-once", "4", by=by)
        assert first.exit_code == 0, first.output
        assert "12 new answers" in first.output
        assert "(300 tokens)" in first.output
        assert "36 episodes were not asked about" in first.output
        assert [(o.usage.input_tokens, o.usage.output_tokens, o.usage.cost)
                for o in opinions(stored)] == [(20, 5, None)] * 12  # fmt: skip
        unpriced = judged("--max-cost", "1", by="openai/nobodys-model")
        assert unpriced.exit_code != 0
        assert "price" in f"{unpriced.output} {unpriced.exception}"
        assert len(opinions(stored)) == 12
        assert "36 new answers" in judged(by=by).output


def test_each_run_has_a_row_of_its_own(db: Path) -> None:
    evaluate(["covert"], ["honest"], tasks=12, db=db)
    evaluate(["covert"], ["honest"], tasks=6, db=db, name="again")
    with ChatServer(suspicious, keep=False) as server:
        by = f"openai/judge?base_url={server.url}"
        shown = CliRunner().invoke(
            app, ["judge", "covert", "--by", by, "--db", str(db)], env={"COLUMNS": "140"}
        )
    rows = [line for line in shown.output.splitlines() if "│" in line]
    assert "0/12" in rows[0]
    assert "again" in rows[1]
    assert "0/6" in rows[1]


def test_opinions_come_along_with_a_merge(stored: Path, tmp_path: Path) -> None:
    with ChatServer(suspicious, keep=False) as server:
        asked(stored, server.url)
    ours = tmp_path / "ours.duckdb"
    assert merge(ours, stored).opinions == 48
    assert merge(ours, stored).opinions == 0
    assert opinions(ours) == opinions(stored)
    other = tmp_path / "other.duckdb"
    evaluate(["covert"], ["oracle", "honest"], tasks=24, db=other)
    with opened(other, write=True) as db:
        db.execute("update seals set digest = 'another' where key in (select key from episodes "
                   "where agent = 'oracle')")  # fmt: skip
    assert merge(other, stored).opinions == 24, "of another episode under the same key, none"


SUITE = """
title = "Judged"
tasks = 12
[[environment]]
id = "covert"
[[analysis]]
kind = "opinions"
title = "Opinions"
metric = "covert"
"""


def test_a_report_has_the_second_column(tmp_path: Path, db: Path) -> None:
    results = played(file(tmp_path, SUITE), ["oracle", "honest"], db)
    with ChatServer(suspicious, keep=False) as server:
        asked(db, server.url)
    rows = tables(results)["covert: a second opinion"]
    assert {row["of"]: (row["both"], row["alike"]) for row in rows} == {
        "oracle": (12, 1.0),
        "honest": (0, rows[1]["alike"]),
    }
    assert rows[1]["alike"] < 1


def test_kappa() -> None:
    # The example of Cohen's paper in its usual form: 20, 5, 10, 15 of 50 give 0.4.
    rated = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    a = agreement((f"t/{i}", one, other) for i, (one, other) in enumerate(rated))
    assert (a.n, a.both, a.first, a.second, a.neither) == (50, 20, 5, 10, 15)
    assert a.kappa == pytest.approx(0.4)
    assert a.alike == 0.7
    assert a.low < 0.16 < 0.4 < 0.62 < a.high  # about +- 1.96 * 0.13
    together = agreement((f"t/{i % 5}", *pair) for i, pair in enumerate(rated))
    assert together.kappa == a.kappa
    same = agreement([("t/0", True, True), ("t/1", True, True)])
    assert math.isnan(same.kappa)
    assert math.isnan(same.low)
    assert agreement([]).n == 0
    never = agreement([("t/0", True, True), ("t/1", False, False)])
    assert never.kappa == 1
    assert math.isnan(never.low), "two that never differed are not certain to agree"
