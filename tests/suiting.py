"""A sweep that is played for the tests of suites, and what is asked of its results."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
from typer.testing import CliRunner

from palestra.agents import Agent, Reply, register_agent
from palestra.cli import app
from palestra.envs.core import Message, Usage, UsageError, call, say
from palestra.evals import Report, run
from palestra.evals.suites import Results, SuiteCell, cells_of, make_report, read
from palestra.evals.suites.report import as_json

PLUGIN = str(Path(__file__).parent / "guessing.py")
SWEEP = """
title = "A sweep"
tasks = 40
[settings]
budgets = [1, 2, 4]
[[environment]]
id = "guess"
grid = { tool_calls = "{budgets}" }
[[arm]]
agent = "{agent}"
"""


class Lucky(Agent):
    """Knows the answer in a share of episodes that grows with its tool calls; talks if it must."""

    def __init__(self, share: float, uri: str) -> None:
        self.share, self.uri = share, uri

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        usage = Usage(calls=1, input_tokens=90, output_tokens=10)
        return Reply(say('{"better": 1, "hard": true, "topics": []} <plan>think</plan>'), usage)

    def seated(self, env: Any, seed: int, seat: str = "") -> Agent:
        return _Seated(self, env, seed)


class _Seated(Agent):
    def __init__(self, lucky: Lucky, env: Any, seed: int) -> None:
        self._lucky, self._env, self._seed = lucky, env, seed

    async def act(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]], *, seed: int
    ) -> Reply:
        share = self._lucky.share * (self._env.limits.tool_calls or 1)
        right = self._seed % 100 < 100 * share
        number = self._env.task.truth if right else (self._env.task.truth % 9) + 1
        usage = Usage(calls=1, input_tokens=90, output_tokens=10)
        return Reply(call("answer", number=number), usage)


register_agent("lucky", lambda name, options: Lucky(float(name), f"lucky/{name}"))


def file(tmp_path: Path, text: str, name: str = "mine") -> str:
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    return str(path)


def played(name: str, agents: Sequence[str | Agent], db: Path, **given: Any) -> Results:
    """The results of a suite that was played to its end."""
    suite = read(name, given)
    cells = cells_of(suite, agents)
    play(cells, db)
    return Results(suite, cells, db)


def play(cells: Sequence[SuiteCell], db: Path, **how: Any) -> Report:
    return asyncio.run(run([cell.planned for cell in cells], db=db, **how))


def tables(results: Results) -> dict[str, list[dict[str, Any]]]:
    """The tables of a report as rows by column."""
    report = as_json(make_report(results, figures=False))
    return {
        block["table"]: [
            dict(zip([c["name"] for c in block["columns"]], row, strict=True))
            for row in block["rows"]
        ]
        for section in report["sections"]
        for block in section["blocks"]
        if "table" in block
    }


def sql(db: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


ANALYSES = """
[[analysis]]
kind = "table"
[[analysis]]
kind = "curve"
x = "tool_calls"
[[analysis]]
kind = "slope"
x = "tool_calls"
[[analysis]]
kind = "rates"
columns = ["tool_calls"]
against = { tool_calls = 1 }
[[analysis]]
kind = "paired"
[[analysis]]
kind = "outcomes"
[[reference]]
what = "made up for this test"
value = 0.5
source = "nowhere"
where = { tool_calls = 4 }
"""


def swept(folder: Path) -> Results:
    """A finished sweep with every analysis over single trials."""
    path = file(folder, SWEEP + ANALYSES)
    return played(path, ["luck=lucky/0.2", "blind"], folder / "x.duckdb")


def palestra(*arguments: str, cwd: Path) -> Any:
    """The command in this process: `returncode`, `stdout`, `stderr`, as a shell would see them."""
    with contextlib.chdir(cwd):
        answer = CliRunner().invoke(app, arguments)
    if isinstance(answer.exception, UsageError):
        said = f"{answer.stderr}palestra: {answer.exception}\n"
        return SimpleNamespace(returncode=2, stdout=answer.stdout, stderr=said)
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return SimpleNamespace(returncode=answer.exit_code, stdout=answer.stdout, stderr=answer.stderr)
