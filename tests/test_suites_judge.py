"""Position bias of judges, from the verdicts that episodes keep."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from suiting import file, played, tables

from palestra.evals.suites import make_report
from palestra.evals.suites.report import as_json
from palestra.leaderboard import episodes, wilson

JUDGED = """
title = "Judged"
tasks = 12
[[environment]]
id = "guess"
[[arm]]
name = "king"
agent = "best(n=3,by=king):{agent}"
[[arm]]
name = "round robin"
agent = "best(n=3,by=round_robin):{agent}"
[[arm]]
name = "bare"
agent = "{agent}"
[[analysis]]
kind = "judge"
"""


def test_a_judge_that_always_prefers_reply_1_is_found_out(tmp_path: Path, db: Path) -> None:
    """Lucky answers every judge's question with 1."""
    results = played(file(tmp_path, JUDGED), ["lucky/0.5"], db)
    found = {row["of"]: row for row in tables(results)["Position bias of the judge"]}
    assert found.keys() == {"king", "round robin"}, "nobody judges the bare agent"
    king, robin = found["king"], found["round robin"]
    assert (king["verdicts"], robin["verdicts"]) == (12 * 2, 12 * 6)
    assert king["pairs in both orders"] is None
    assert (robin["pairs in both orders"], robin["changed with the order"]) == (36, 1.0)
    assert robin["of these for reply 0"] == 0
    assert robin["95% interval"] == pytest.approx(list(wilson(12, 12)))
    for row in found.values():
        assert (row["first pairs"], row["first pairs: for reply 0"]) == (12, 0.0)
        assert row["its 95% interval"] == pytest.approx(list(wilson(0, 12)))
        assert row["p (binomial)"] == pytest.approx(2 / 2**12)
        assert row["p (Holm)"] == pytest.approx(2 * 2 / 2**12)
    text = json.dumps(as_json(make_report(results, figures=False)))
    assert "100% of 36 pairs got another verdict when the two replies were swapped" in text
    assert "of 12 first pairs the judge preferred reply 0 in 0%" in text


def test_verdicts_are_notes_of_the_episode_and_are_stored_once(tmp_path: Path, db: Path) -> None:
    played(file(tmp_path, JUDGED), ["lucky/0.5"], db)
    for episode in episodes(db):
        said = [note["verdicts"] for note in episode.notes if "verdicts" in note]
        if "king" in episode.agent:
            assert said == [[[0, 1, 1], [1, 2, 2]]]
        elif "round_robin" in episode.agent:
            assert [pair[:2] for pair in said[0]] == [
                [a, b] for a in range(3) for b in range(3) if a != b
            ]
        else:
            assert said == []


def test_without_a_judge_it_says_so(tmp_path: Path, db: Path) -> None:
    text = JUDGED.partition("[[arm]]")[0] + '[[analysis]]\nkind = "judge"\n'
    results = played(file(tmp_path, text), ["lucky/0.5"], db, tasks=2)
    report = json.dumps(as_json(make_report(results, figures=False)))
    assert "No judge compared replies in pairs" in report
