"""GRPO in our environments: learning really happens, and a run that is cut goes on as it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import largest
from palestra.agents.uri import resolve
from palestra.envs.core import UsageError
from palestra.evals import evaluate
from palestra.leaderboard import ConfigChanged, episodes, ranking
from palestra.training.measure import HeldOut
from palestra.training.select import filters_of, select
from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

import torch
from transformers import AutoModelForCausalLM, TrainerCallback

from palestra.training.grpo import grpo
from palestra.training.sft import sft
from tiny_grpo import learn

LARGEST = "test/Largest-v0"
SMALL: dict[str, Any] = {"max_tokens": 16, "max_completion": 32}
QUICK: dict[str, Any] = {**SMALL, "group": 4, "groups": 4, "learning_rate": 1e-3}


def fresh(folder: Path, seed: int = 0) -> Path:
    return save_tiny_model(folder, phrases=largest.phrases(), context=512, seed=seed, spread=0.02)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def flawed(folder: Path) -> Any:
    """Conversations of a teacher who mostly names the first digit, errors included."""
    evaluate(["largest"], ["hasty"], split="train", tasks=700, db=folder / "teacher.duckdb")
    return select(folder / "teacher.duckdb", agents=["hasty"], filters=filters_of(at_least=None))


@pytest.fixture(scope="module")
def begun(folder: Path, flawed: Any) -> str:
    """A model that knows the form and is right now and then."""
    made = sft(
        str(fresh(folder / "fresh")), flawed, folder / "begun",
        epochs=5, batch=32, learning_rate=3e-3, max_tokens=16,
    )  # fmt: skip
    return str(made)


def weights(folder: Path | str) -> dict[str, Any]:
    return AutoModelForCausalLM.from_pretrained(folder).state_dict()


def same(first: Path | str, second: Path | str) -> bool:
    one, other = weights(first), weights(second)
    return all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sft_beats_the_base_and_grpo_beats_sft(tmp_path: Path, seed: int) -> None:
    """From random weights; a hasty teacher shows the form, rewards teach the rest."""
    first, second = learn(tmp_path / "run", seed)
    print(f"seed {seed}: SFT over base {first}; GRPO over SFT {second}")
    assert first.tasks == second.tasks == 300
    assert first.low > 0, first
    assert second.low > 0, second


class Killed(TrainerCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == 5:
            raise KeyboardInterrupt


def played(folder: Path) -> list[tuple[int, str, str]]:
    found = episodes(folder / "episodes.duckdb")
    return sorted((episode.trial, episode.task, episode.key) for episode in found)


@pytest.mark.slow
def test_killed_and_resumed_is_as_never_killed(begun: str, tmp_path: Path) -> None:
    """The same steps, the same tasks in the same order, the same weights."""
    how = {**QUICK, "steps": 8, "save_every": 2, "keep": 1.0}
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = grpo(begun, {"largest": {}}, tmp_path / "whole/run", **how)
    with pytest.raises(KeyboardInterrupt):
        grpo(begun, {"largest": {}}, tmp_path / "cut/run", callbacks=[Killed()], **how)
    steps: list[int] = []
    again = grpo(
        begun, {"largest": {}}, tmp_path / "cut/run", resume=True,
        tell=lambda step: steps.append(step.number), **how,
    )  # fmt: skip
    assert steps == [4, 5, 6, 7, 8]
    assert same(whole, again)
    stored = played(tmp_path / "whole/run")
    assert len(stored) == 8 * 16
    assert stored == played(tmp_path / "cut/run")
    with pytest.raises(ConfigChanged):
        grpo(begun, {"largest": {}}, tmp_path / "cut/run", resume=True, **{**how, "seed": 5})


@pytest.mark.slow
def test_a_run_leaves_everything_that_tells_what_it_was(begun: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    grpo(begun, {"largest": {}}, out, steps=4, keep=0.5, **QUICK)
    with open(out / "curves.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "2", "3", "4"]
    for name in ("reward", "metric/success", "completions/mean_length", "grad_norm"):
        assert all(row[name] for row in rows), name
    assert 0 < float(rows[0]["metric/success"]) < 1
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    config = json.loads((out / "config.json").read_text())
    assert config["environments"] == {LARGEST: {}}
    assert config["arguments"]["num_generations"] == 4
    (row,) = ranking(out / "episodes.duckdb")
    assert (row.agent, row.split) == ("training/run", "train")
    assert 20 <= row.n <= 44  # about half of 64, drawn by chance
    stored = list(episodes(out / "episodes.duckdb"))
    assert {episode.trial for episode in stored} == {0, 1, 2, 3}
    assert all(episode.messages for episode in stored)


@pytest.mark.slow
def test_what_was_trained_is_an_agent(begun: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    grpo(begun, {"largest": {}}, out, steps=2, save_every=1, **QUICK)
    agent, early = resolve(f"trained/{out}"), resolve(f"trained/{out}?step=1")
    assert agent.uri == f"trained/{out}"
    assert agent.max_tokens == 16  # type: ignore[attr-defined]
    assert agent.identity != early.identity
    report = evaluate(["largest"], [f"trained/{out}?step=1"], tasks=3, db=tmp_path / "b.duckdb")
    assert report.rows[0].agent.endswith("?step=1")
    with pytest.raises(UsageError, match=r"has no step 7 \(checkpoints: 1, 2\)"):
        resolve(f"trained/{out}?step=7")
    with pytest.raises(UsageError, match="expected the folder of a training run"):
        resolve(f"trained/{tmp_path}/nothing")
    evaluate(["largest"], [f"trained/{out}"], tasks=3, db=tmp_path / "b.duckdb")
    # the weights change under the same name
    model = AutoModelForCausalLM.from_pretrained(out / "model")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.01)
    model.save_pretrained(out / "model")
    with pytest.raises(ConfigChanged, match="weights"):
        evaluate(["largest"], [f"trained/{out}"], tasks=3, db=tmp_path / "b.duckdb")


@pytest.mark.slow
def test_adapters_and_continuous_batching_train_too(begun: str, tmp_path: Path) -> None:
    made = grpo(begun, {"largest": {}}, tmp_path / "lora", steps=2, lora=4, **QUICK)
    assert not (made / "adapter_config.json").exists()
    assert not same(made, begun)
    config = {"use_transformers_continuous_batching": True}
    made = grpo(begun, {"largest": {}}, tmp_path / "batched", steps=2, config=config, **QUICK)
    assert not same(made, begun)


# -- what stops a run, and says why --------------------------------------------------------------


@pytest.mark.slow
def test_a_constant_reward_is_an_error_that_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    base = fresh(tmp_path / "base")  # says no well-formed word
    with pytest.raises(UsageError) as error:
        grpo(str(base), {"largest": {}}, tmp_path / "run", steps=9, patience=2, **QUICK)
    assert (
        "in 2 batches all members of each group got the same reward (0; outcomes: format_err"
        in (str(error.value))
    )
    assert "palestra train sft" in str(error.value)


class Poison(TrainerCallback):
    """Breaks the gradient of one parameter, or the parameter itself after the first step."""

    def __init__(self, gradient: bool) -> None:
        self._gradient = gradient

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._gradient:
            next(kwargs["model"].parameters()).register_hook(lambda grad: grad * float("nan"))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if not self._gradient:
            with torch.no_grad():
                next(kwargs["model"].parameters()).fill_(float("nan"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gradient", "says"),
    [(True, "grad_norm is nan at step 1"), (False, r"generation failed.*no numbers \(NaN\)")],
)
def test_numbers_that_break_stop_the_run(
    begun: str, tmp_path: Path, gradient: bool, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        grpo(
            begun, {"largest": {}}, tmp_path / "run", steps=4, callbacks=[Poison(gradient)], **QUICK
        )


@pytest.mark.slow
def test_settings_that_do_not_fit_are_refused_before_the_first_step(
    begun: str, tmp_path: Path
) -> None:
    def train(environments: Any = None, **how: Any) -> None:
        grpo(begun, environments or {"largest": {}}, tmp_path / "run", **how)

    with pytest.raises(UsageError, match="at least 2"):
        train(group=1)
    with pytest.raises(UsageError, match="micro_batch=5 does not divide the 32 rollouts"):
        train(micro_batch=5)
    with pytest.raises(UsageError, match=r"GRPOConfig field.*betta.*beta"):
        train(config={"betta": 1.0})
    with pytest.raises(UsageError, match="no environment"):
        train({"largets": {}})
    with pytest.raises(UsageError, match="trained on; measure on another"):
        HeldOut(["largest"], split="train")
    assert not (tmp_path / "run").exists()
