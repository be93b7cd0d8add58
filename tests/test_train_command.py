"""`palestra train`: options from the command line and from a file, and what it says at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import largest
from palestra.cli import app
from palestra.evals import evaluate
from palestra.leaderboard import ranking
from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")

SMALL = "max-tokens = 16\nheld_out = 6\nheld_out_temperature = 1.0\nseed = 3\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model, and a teacher's episodes."""
    made = tmp_path_factory.mktemp("command")
    save_tiny_model(made / "tiny", phrases=largest.phrases(), context=512, seed=0, spread=0.02)
    evaluate(["largest"], ["hasty"], split="train", tasks=200, db=made / "teacher.duckdb")
    return made


def train(folder: Path, *args: str) -> Any:
    return CliRunner().invoke(app, ["train", *args, "--db", str(folder / "board.duckdb")])


def settings(folder: Path, text: str) -> str:
    path = folder / "settings.toml"
    path.write_text(text)
    return str(path)


@pytest.mark.slow
def test_a_model_is_taught_and_then_practises_what_was_solved(folder: Path) -> None:
    source = folder / "teacher.duckdb"
    file = settings(
        folder,
        f'model = "{folder / "tiny"}"\nfrom = "{source}"\nagent = "hasty"\nsuccess = false\n'
        f"epochs = 4\nbatch = 32\nlearning-rate = 3e-3\n{SMALL}",
    )
    taught = train(folder, "sft", "largest", "--config", file, "--out", str(folder / "sft"))
    assert taught.exit_code == 0, taught.output
    assert "Before: " in taught.output
    assert "over 6 tasks" in taught.output

    file = settings(
        folder,
        f'from = "{source}"\ngroups = 2\nmax_completion = 32\nsteps = 9\n{SMALL}'
        "[trl]\nwarmup_steps = 1\n",
    )
    model, out = f"trained/{folder / 'sft'}", folder / "grpo"
    learned = train(
        folder, "grpo", "largest", "-m", model, "--config", file, "--steps", "2", "--out", str(out)
    )
    assert learned.exit_code == 0, learned.output
    assert "tasks to practise, solved in" in learned.output
    config = json.loads((out / "config.json").read_text())
    assert config["arguments"]["max_steps"] == 2  # the command line wins
    assert config["arguments"]["warmup_steps"] == 1
    assert 0 < config["tasks"] < 200
    agents = {row.agent for row in ranking(folder / "board.duckdb")}
    assert len(agents) == 3  # what came of SFT is what GRPO begins with, and is played once
    assert all("temperature=1.0" in agent for agent in agents)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stepps = 3\n", "'stepps'; expected one of"),
        ("steps = \n", "settings.toml"),
        ("trl = 3\n", "[trl] is to be a table"),
        ('agent = ["oracle"]\n', "add --from FILE"),
    ],
)
def test_a_file_that_does_not_fit_says_why(folder: Path, text: str, says: str) -> None:
    file = settings(folder, text)
    refused = train(folder, "grpo", "largest", "-m", str(folder / "tiny"), "--config", file)
    assert refused.exit_code != 0
    assert says in " ".join(str(refused.exception or refused.output).split())
