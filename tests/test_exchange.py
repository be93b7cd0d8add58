"""Results in and out: Inspect's logs both ways, digests in every export, the commands."""

from __future__ import annotations

import csv
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from palestra.cli import app
from palestra.envs.core import UsageError, text_in
from palestra.evals.verify import verify
from palestra.leaderboard import (
    ConfigChanged,
    content_ids,
    episodes,
    ranking,
    sessions,
    write_episodes,
)
from palestra.leaderboard.exchange import read_inspect, write_inspect

# What inspect_ai 0.3.285 requires (its pydantic models), beside what its viewer lists.
SPEC = {"created", "task", "dataset", "model", "config"}
SAMPLE = {"id", "epoch", "input", "target"}


def opened(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as log:
        return {name: json.loads(log.read(name)) for name in log.namelist()}


def log_of(agent: str, files: list[Path]) -> dict[str, Any]:
    return next(log for log in map(opened, files) if log["header.json"]["eval"]["model"] == agent)


def test_a_log_has_what_inspect_requires_and_every_message(board: Path, tmp_path: Path) -> None:
    files = write_inspect(board, tmp_path / "logs")
    assert len(files) == 3
    log = log_of("halving", files)
    header = log["header.json"]
    assert header["version"] == 2
    assert header["status"] == "success"
    assert header["eval"].keys() >= SPEC
    assert header["eval"]["config"]["epochs"] == 2
    assert header["eval"]["metadata"]["palestra"]["content_id"] in content_ids(board).values()
    score = header["results"]["scores"][0]
    assert (score["name"], score["metrics"]["mean"]["value"]) == ("success", 1.0)
    samples = {name: s for name, s in log.items() if name.startswith("samples/")}
    assert len(samples) == len(log["summaries.json"]) == 8
    for stored in episodes(board, where="agent = 'halving'"):
        sample = samples[f"samples/{stored.task}_epoch_{stored.trial + 1}.json"]
        assert sample.keys() >= SAMPLE
        assert [m["content"] for m in sample["messages"]] == [text_in(m) for m in stored.messages]
        call = next(m for m in sample["messages"] if m.get("tool_calls"))["tool_calls"][0]
        assert call.keys() == {"id", "function", "arguments", "type"}
        assert sample["scores"]["success"]["value"] == stored.headline


def test_what_failed_is_an_error_of_the_sample_and_has_no_score(
    board: Path, tmp_path: Path
) -> None:
    log = log_of("random", write_inspect(board, tmp_path))
    sample = log["samples/test/3_epoch_2.json"]
    assert sample["error"]["message"] == "error: time-out"
    assert sample["scores"] == {}
    assert log["header.json"]["results"]["scores"][0]["unscored_samples"] == 1


@pytest.mark.skipif(find_spec("inspect_ai") is None, reason="needs inspect-ai, which is no extra")
def test_inspects_own_reader_opens_the_log(board: Path, tmp_path: Path) -> None:
    from inspect_ai.log import read_eval_log  # pyright: ignore[reportMissingImports]

    for file in write_inspect(board, tmp_path):
        log = read_eval_log(str(file))
        assert log.samples
        assert log.results.scores[0].metrics["mean"].value is not None


def test_an_exported_log_comes_back_with_its_scores(board: Path, tmp_path: Path) -> None:
    back = tmp_path / "back.duckdb"
    for file in write_inspect(board, tmp_path / "logs"):
        read_inspect(file, back)
    there = {(f"inspect/{r.environment}", r.agent): (r.n, r.scored, r.mean) for r in ranking(board)}
    assert {(r.environment, r.agent): (r.n, r.scored, r.mean) for r in ranking(back)} == there


def sample(id: str, epoch: int, value: Any, **more: Any) -> dict[str, Any]:
    """A sample as inspect_ai 0.3.285 writes it."""
    return {
        "id": id,
        "epoch": epoch,
        "input": "1+1",
        "target": "2",
        "messages": [
            {"id": "a", "content": "1+1", "source": "input", "role": "user"},
            {
                "id": "b",
                "content": [
                    {"type": "reasoning", "reasoning": "It is easy."},
                    {"type": "text", "text": "Let me add."},
                ],
                "role": "assistant",
                "tool_calls": [
                    {"id": "c1", "function": "add", "arguments": {"x": 1}, "type": "function"}
                ],
            },
            {
                "id": "c",
                "content": "attachment://long",
                "role": "tool",
                "tool_call_id": "c1",
                "function": "add",
            },
            {"id": "d", "content": "2", "role": "assistant"},
        ],
        "scores": {} if value is None else {"match": {"value": value, "answer": "2"}},
        "model_usage": {
            "m/x": {"input_tokens": 20, "output_tokens": 3, "total_cost": 0.5},
            "judge": {"input_tokens": 5, "output_tokens": 1},
        },
        "started_at": "2026-01-02T03:04:05.5+00:00",
        "total_time": 1.5,
        "attachments": {"long": "two, at length"},
        **more,
    }


def inspect_log(samples: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": "E1",
            "created": "2026-01-02T03:04:05+00:00",
            "task": "sums",
            "task_version": 3,
            "task_args": {"hard": True},
            "dataset": {"samples": 3, "sample_ids": ["a", "b", 3]},
            "model": "m/x",
            "config": {"epochs": 2, "max_connections": 9, **config},
            "packages": {"inspect_ai": "0.3.285"},
            "scorers": [{"name": "match"}],
        },
        "plan": {"steps": [{"solver": "generate"}], "config": {"temperature": 0.5, "seed": None}},
        "results": {"scores": [{"name": "match", "scorer": "match"}]},
        "stats": {"started_at": "2026-01-02T03:04:05+00:00"},
        "samples": samples,
    }


def write(path: Path, log: dict[str, Any], how: str) -> Path:
    """The log as a file: `json`, or `.eval` by deflate or Zstandard (as Inspect packs it)."""
    if how == "json":
        path = path.with_suffix(".json")
        path.write_text(json.dumps(log))
        return path
    path = path.with_suffix(".eval")
    parts = {f"samples/{s['id']}_epoch_{s['epoch']}.json": s for s in log["samples"]}
    parts["header.json"] = {k: v for k, v in log.items() if k != "samples"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, json.dumps(part))
    return path if how == "deflate" else repacked(path)


def repacked(path: Path) -> Path:
    """The same zip with its members compressed by Zstandard, which zipfile cannot write."""
    import zstandard

    with zipfile.ZipFile(path) as file:
        parts = {info.filename: file.read(info) for info in file.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        sizes = {}
        for name, data in parts.items():
            sizes[name] = len(data)
            file.writestr(name, zstandard.compress(data))
        for info in file.infolist():
            info.compress_type, info.file_size = 93, sizes[info.filename]
    return path


SCORES = [("a", 1, "C"), ("a", 2, "I"), ("b", 1, 0.25), ("b", 2, "A+"), ("3", 1, None)]


@pytest.mark.parametrize("how", ["json", "deflate", "zstandard"])
def test_an_inspect_log_becomes_a_row_whose_denominator_is_what_was_planned(
    db: Path, tmp_path: Path, how: str
) -> None:
    log = write(tmp_path / "log", inspect_log([sample(*each) for each in SCORES]), how)
    merged = read_inspect(log, db)
    assert (merged.episodes, merged.planned) == (5, 6)
    (row,) = ranking(db)
    assert (row.environment, row.split, row.agent) == ("inspect/sums", "all", "m/x")
    assert (row.n, row.scored, row.invalid, row.mean) == (6, 3, 3, 1.25 / 6)
    assert row.config["options"] == {"hard": True}
    assert row.config["inspect"]["generate"] == {"temperature": 0.5}
    held = {(e.task, e.trial): e for e in episodes(db)}
    assert held["b", 1].error == "the score 'A+' of match is no number"
    assert held["3", 0].error == "the sample has no score"
    one = held["a", 0]
    assert [m["role"] for m in one.messages] == ["user", "assistant", "tool", "assistant"]
    assert one.messages[1]["content"] == "Let me add."
    assert one.messages[2]["content"] == "two, at length"
    (said,) = [m for m in one.messages if m["role"] == "assistant" and m.get("thoughts")]
    assert said.get("thoughts") == "It is easy."
    assert [(e.tool, e.arguments, e.result) for e in one.ledger] == [
        ("add", {"x": 1}, "two, at length")
    ]
    assert (one.usage.input_tokens, one.usage.output_tokens, one.usage.cost) == (25, 4, 0.5)
    (session,) = sessions(db)
    assert (session["id"], session["status"]) == ("inspect-E1", "finished")
    report = verify(db)
    assert report.passed
    assert list(report.unverified) == ["it was imported from a log, which holds no environment"]


def test_importing_twice_changes_nothing_and_other_content_or_settings_are_said(
    db: Path, tmp_path: Path
) -> None:
    log = inspect_log([sample(*each) for each in SCORES])
    read_inspect(write(tmp_path / "log", log, "json"), db)
    ids = content_ids(db)
    again = read_inspect(write(tmp_path / "log", log, "deflate"), db)
    assert (again.episodes, again.known, again.conflicts) == (0, 5, [])
    log["samples"][0]["scores"]["match"]["value"] = "I"
    other = read_inspect(write(tmp_path / "other", log, "json"), db)
    assert [(c.task, c.trial) for c in other.conflicts] == [("a", 0)]
    assert content_ids(db) == ids
    limited = write(tmp_path / "limited", inspect_log([], message_limit=5), "json")
    with pytest.raises(ConfigChanged, match=r"limits\.message_limit: null -> 5"):
        read_inspect(limited, db)
    assert read_inspect(limited, db, run="limited").planned == 6


def test_a_scorer_with_several_numbers_counts_by_their_mean(db: Path, tmp_path: Path) -> None:
    log = inspect_log([sample("a", 1, {"form": 1, "truth": 0.5})])
    read_inspect(write(tmp_path / "log", log, "json"), db)
    (one,) = episodes(db)
    assert one.score is not None
    assert one.headline == 0.75
    assert one.score.metrics == {"match": 0.75, "match.form": 1.0, "match.truth": 0.5}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.eval", b"no zip", "no Inspect log"),
        ("x.json", b"{}", "names no task"),
        ("x.json", b"{", "no Inspect log"),
        ("x.json", b'{"version": 9, "eval": {"task": "t", "model": "m"}}', "version 9"),
        ("x.json", b'{"eval": {"task": "", "model": ""}, "samples": [{}]}', "cannot be read"),
        ("x.json", b'{"eval": {"task": "t", "model": "m"}}', "holds no samples"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_log_is_refused_with_the_reason(
    db: Path, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_inspect(tmp_path / name, db)
    assert not db.exists()


# Facts of Every Eval Ever's schema 0.3.0: what it requires, and the types of what we write.
def test_every_export_carries_the_digests(board: Path, tmp_path: Path) -> None:
    write_episodes(board, tmp_path / "x.jsonl", "jsonl")
    write_episodes(board, tmp_path / "x.csv", "csv")
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    with open(tmp_path / "x.csv", newline="") as file:
        rows = {row["key"]: row["digest"] for row in csv.DictReader(file)}
    assert {line["key"]: line["digest"] for line in lines} == rows
    assert len(set(rows.values())) == 18


def test_the_commands_write_and_read_back(board: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    for format in ("inspect", "eee"):
        out = str(tmp_path / format)
        done = runner.invoke(
            app, ["export", "--format", format, "--env", "guess", "--out", out, "--db", str(board)]
        )
        assert done.exit_code == 0, done.output
    logs = sorted(map(str, (tmp_path / "inspect").glob("*.eval")))
    assert len(logs) == 2
    into = ["--db", str(tmp_path / "back.duckdb")]
    first = runner.invoke(app, ["import", *logs, *into])
    assert first.exit_code == 0, first.output
    assert "8 episodes are new, 0 were here, 0 conflict" in first.stdout
    assert "0 episodes are new, 8 were here" in runner.invoke(app, ["import", *logs, *into]).stdout
    refused = runner.invoke(app, ["export", "--format", "eee", "--db", str(board)])
    assert isinstance(refused.exception, UsageError)
