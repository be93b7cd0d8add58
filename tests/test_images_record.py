"""Episodes with images in the store, the terminal, the page, exports, replays and checks."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from test_exchange_eee import schemas
from typer.testing import CliRunner

import picturing
from palestra.cli import app
from palestra.envs.core import image, image_facts, images_in, say, user
from palestra.evals import Retry, evaluate
from palestra.evals.doctor import ChatServer
from palestra.evals.verify import verify
from palestra.leaderboard import content_ids, episodes, merge
from palestra.leaderboard.exchange import read_inspect, write_eee, write_inspect
from palestra.leaderboard.page.policy import POLICY

QUICK = Retry(attempts=1)
PLUGIN = str(Path(picturing.__file__))


@pytest.fixture
def played(db: Path) -> Path:
    """Three episodes of a model that sees, and of a script that looks."""
    with ChatServer(picturing.seeing) as server:
        agents = [f"openai/m?base_url={server.url}", "reader"]
        evaluate(["grid"], agents, tasks=3, db=db, retry=QUICK)
    return db


def test_what_was_seen_is_stored_and_read_back(played: Path) -> None:
    for each in episodes(played):
        grid = picturing.TASKS.task(each.task).truth["grid"]
        shown = [image_facts(part) for m in each.messages for part in images_in(m)]
        assert picturing.read(shown[0].data) == grid
        assert len(shown) == 2
        task = picturing.TASKS.task(each.task)
        assert each.messages[0] == user([image(picturing.draw(grid)), task.prompt])
        assert "[image: PNG, 32x8 pixels, " in (each.ledger[0].result or "")
        assert each.headline == 1.0


def test_replay_verify_and_merge_know_images(played: Path, tmp_path: Path) -> None:
    evaluate(["grid"], [f"replay/openai/m?db={played}"], tasks=3, db=played)
    with duckdb.connect(str(played)) as connection:
        rows = connection.execute("select distinct headline from episodes").fetchall()
    assert rows == [(1.0,)]
    found = verify(played)
    assert (found.findings, found.passed) == ([], True)
    other = tmp_path / "other.duckdb"
    merge(other, played)
    assert content_ids(other) == content_ids(played)


def test_an_edited_image_is_found(played: Path) -> None:
    with duckdb.connect(str(played)) as connection:
        one = "(select min(key) from episodes)"
        connection.execute(
            "update transcripts set messages = replace(messages::varchar, 'base64,iVBORw0', "
            f"'base64,iVBORw1')::json where key = {one}"
        )
    assert len({each.key for each in verify(played).findings}) == 1


def test_show_names_the_images(played: Path) -> None:
    key = next(iter(episodes(played))).key
    result = CliRunner().invoke(app, ["show", key, "--db", str(played)])
    assert result.exit_code == 0, result.output
    assert result.output.count("[image: PNG, 32x32 pixels, ") == 1
    assert "base64" not in result.output


def test_inspect_has_the_images_both_ways(played: Path, tmp_path: Path) -> None:
    (log,) = write_inspect(played, tmp_path / "logs", agents=["reader"])
    with zipfile.ZipFile(log) as archive:
        sample = json.loads(archive.read("samples/test/0_epoch_1.json"))
        summaries = json.loads(archive.read("summaries.json"))
    first, text = sample["messages"][0]["content"]
    assert (first["type"], first["detail"], text["type"]) == ("image", "auto", "text")
    assert first["image"].startswith("data:image/png;base64,")
    assert summaries[0]["input"].startswith("[image]\n")
    back = tmp_path / "back.duckdb"
    read_inspect(log, back)
    ours = {each.task: each for each in episodes(played, where="agent = 'reader'")}
    for each in episodes(back):
        said = [message["content"] for message in each.messages]
        assert said == [m["content"] for m in ours[each.task].messages]
        assert each.ledger[0].result == ours[each.task].ledger[0].result


def test_a_log_with_other_media_says_so_in_words() -> None:
    from palestra.leaderboard.exchange.inspect_parts import from_inspect

    url = image(picturing.draw([["red"]]))["image_url"]["url"]  # type: ignore[typeddict-item]
    assert from_inspect(
        [
            {"type": "image", "image": "https://example.org/a.png", "detail": "auto"},
            {"type": "audio", "audio": "data:audio/wav;base64,AAAA", "format": "wav"},
            {"type": "reasoning", "reasoning": "Hm."},
        ]
    ) == ("[image: https://example.org/a.png]\n[audio]", "Hm.")
    content, _ = from_inspect([{"type": "image", "image": url, "detail": "high"}])
    assert content == [{"type": "image_url", "image_url": {"url": url, "detail": "high"}}]


def test_eee_names_the_images_and_is_valid(played: Path, tmp_path: Path) -> None:
    _, line = schemas()
    for file in write_eee(played, tmp_path):
        for row in Path(str(file).replace(".json", "_samples.jsonl")).read_text().splitlines():
            sample = json.loads(row)
            jsonschema.validate(sample, line)
            assert sample["input"]["raw"].startswith("[image: PNG, 32x32 pixels")
            assert "base64" not in row


def test_jsonl_has_the_images_and_csv_says_nothing_false(played: Path, tmp_path: Path) -> None:
    lines, table = tmp_path / "e.jsonl", tmp_path / "e.csv"
    for format, out in (("jsonl", lines), ("csv", table)):
        result = CliRunner().invoke(
            app, ["export", "--format", format, "--out", str(out), "--db", str(played)]
        )
        assert result.exit_code == 0, result.output
    for line in lines.read_text().splitlines():
        part = json.loads(line)["messages"][0]["content"][0]
        assert image_facts(part).width == 32
    rows = list(csv.DictReader(table.open()))
    assert len(rows) == 6
    assert "base64" not in table.read_text()


def test_a_judge_is_shown_the_images_or_refused(played: Path) -> None:
    from palestra.agents import Agent, Reply
    from palestra.envs.core import Question, UsageError
    from palestra.evals.opinions import ask

    class Judge(Agent):
        """Says yes, and remembers what it saw."""

        uri = "judge"
        sees = True
        heard: list[Any] = []

        def sees_images(self) -> bool:
            return self.sees

        async def act(self, messages: Any, tools: Any, *, seed: int) -> Reply:
            self.heard.append(messages)
            return Reply(say('{"answer": true, "why": "so"}'))

    question = Question(metric="success", text="Is it right?")
    judge = Judge()
    asked = judge_all(ask, played, judge, question)
    assert asked.answered == 6
    content = judge.heard[0][-1]["content"]
    assert content[0]["text"].index("[image 1]") < content[0]["text"].index("[image 2]")
    assert [part["type"] for part in content[1:]] == ["image_url", "image_url"]
    judge.sees = False
    other = Question(metric="success", text="Is it wrong?")
    with pytest.raises(UsageError, match="reads text only"):
        judge_all(ask, played, judge, other)


def judge_all(ask: Any, db: Path, judge: Any, question: Any) -> Any:
    import asyncio

    return asyncio.run(ask(db, judge, question, "test/Grid-v0"))


def test_the_page_takes_images_from_messages_alone() -> None:
    assert "img-src 'self' data:;" in POLICY
