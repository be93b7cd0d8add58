"""What the trainers leave out changes no loss and no gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tiny import save_tiny_model

pytest.importorskip("trl", reason="training needs palestra[train]")
pytest.importorskip("torch", reason="training needs palestra[train]")

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from palestra.training.lean import LeanGRPOTrainer, lean_head

ROWS, PROMPT, COMPLETION = 4, 12, 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("lean") / "tiny", context=128)


def trainer(kind: type[GRPOTrainer], folder: Path, out: Path, **settings: Any) -> Any:
    made: Any = kind(
        model=AutoModelForCausalLM.from_pretrained(folder),
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=GRPOConfig(
            output_dir=str(out), report_to="none", use_cpu=True, bf16=False, num_generations=2,
            per_device_train_batch_size=ROWS, gradient_checkpointing=False, **settings,
        ),
        train_dataset=Dataset.from_list([{"prompt": "-"}] * 8),
        processing_class=AutoTokenizer.from_pretrained(folder),
    )  # fmt: skip
    made.current_gradient_accumulation_steps = 1
    made.model.train()
    return made


def batch(advantages: list[float]) -> dict[str, Any]:
    """Rows of different lengths, with stretches that were only read."""
    chance = torch.Generator().manual_seed(3)
    ids = torch.randint(2, 300, (ROWS, PROMPT + COMPLETION), generator=chance)
    prompt, completion = torch.ones(ROWS, PROMPT).long(), torch.ones(ROWS, COMPLETION).long()
    for row, (left, right) in enumerate([(3, 5), (6, 2), (4, 9), (5, 7)]):
        prompt[row, :left] = 0
        completion[row, COMPLETION - right :] = 0
    said = torch.ones_like(completion)
    said[:, 4:8] = 0
    return {
        "prompt_ids": ids[:, :PROMPT],
        "prompt_mask": prompt,
        "completion_ids": ids[:, PROMPT:],
        "completion_mask": completion,
        "tool_mask": said,
        "advantages": torch.tensor(advantages),
        "num_items_in_batch": (completion * said).sum(),
    }


def learned(kind: type[GRPOTrainer], folder: Path, out: Path, given: Any, **settings: Any) -> Any:
    made = trainer(kind, folder, out, **settings)
    with lean_head(made.model):
        loss = made._compute_loss(made.model, dict(given))
    loss.backward()
    return loss.item(), {name: p.grad for name, p in made.model.named_parameters()}


@pytest.mark.parametrize("loss", ["dapo", "grpo", "dr_grpo"])
@pytest.mark.parametrize("advantages", [[1.0, 0.0, -0.5, 0.0], [0.3, -0.3, 1.2, -1.2]])
def test_loss_and_gradients_are_trls(
    folder: Path, tmp_path: Path, loss: Any, advantages: list[float]
) -> None:
    given = batch(advantages)
    theirs, their_gradients = learned(GRPOTrainer, folder, tmp_path, given, loss_type=loss)
    ours, gradients = learned(LeanGRPOTrainer, folder, tmp_path, given, loss_type=loss)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert any(each.abs().max() > 0 for each in gradients.values())
    for name, gradient in gradients.items():
        torch.testing.assert_close(gradient, their_gradients[name], atol=1e-6, rtol=1e-4)


def group_of(prompt: int) -> tuple[dict[str, Any], int]:
    """A group, and how many different ids it has: one prompt; the first three rows begin alike,
    the second ends where the first goes on, the last two are the same."""
    chance = torch.Generator().manual_seed(5)
    first, third, last = torch.randint(2, 300, (3, 60), generator=chance)
    third[:30] = first[:30]
    rows = [first, first[:55], third[:50], last[:40], last[:40]]
    asked = torch.randint(2, 300, (1, prompt), generator=chance).expand(len(rows), prompt)
    ids, mask = torch.zeros(len(rows), 60).long(), torch.zeros(len(rows), 60).long()
    for row, said in enumerate(rows):
        ids[row, : len(said)], mask[row, : len(said)] = said, 1
    learned = torch.ones_like(mask)
    learned[:, 5:9] = 0
    return {
        "prompt_ids": asked,
        "prompt_mask": torch.ones_like(asked),
        "completion_ids": ids,
        "completion_mask": mask,
        "tool_mask": learned,
        "advantages": torch.tensor([1.0, -0.5, 0.25, -0.75, 0.5]),
        "num_items_in_batch": (mask * learned).sum(),
    }, prompt + 60 + 20 + 40


@pytest.mark.parametrize("prompt", [6, 60])
def test_what_rows_share_is_read_once_with_the_gradient_of_all(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prompt: int
) -> None:
    given, different = group_of(prompt)
    theirs, their_gradients = learned(GRPOTrainer, folder, tmp_path, given)
    seen: list[torch.Size] = []
    read = 0
    made = trainer(LeanGRPOTrainer, folder, tmp_path)
    forward = made.model.forward

    def watched(*args: Any, **kwargs: Any) -> Any:
        nonlocal read
        seen.append(kwargs["input_ids"].shape)
        new = kwargs["input_ids"].shape[1]
        mask = kwargs.get("attention_mask", torch.ones_like(kwargs["input_ids"]))
        read += int(mask[:, -new:].sum())
        return forward(*args, **kwargs)

    monkeypatch.setattr(made.model, "forward", watched)
    loss = made._compute_loss(made.model, given)
    loss.backward()
    if prompt > 16:  # each branch begins with the last id that is shared
        assert different <= read <= different + sum(rows for rows, _ in seen) - 1
        assert len(seen) < 5 < sum(rows for rows, _ in seen)  # branches share passes
    else:
        assert seen == [(5, prompt + 60)]
    assert loss.item() == pytest.approx(theirs, abs=1e-6)
    for name, parameter in made.model.named_parameters():
        torch.testing.assert_close(
            parameter.grad, their_gradients[name], atol=1e-6, rtol=1e-4, msg=name
        )


def test_rows_without_advantage_and_padding_are_not_computed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    made = trainer(LeanGRPOTrainer, folder, tmp_path)
    forward = made.model.forward

    def watched(*args: Any, **kwargs: Any) -> Any:
        seen.append(tuple(kwargs["input_ids"].shape))
        return forward(*args, **kwargs)

    monkeypatch.setattr(made.model, "forward", watched)
    made._compute_loss(made.model, batch([1.0, 0.0, -0.5, 0.0]))
    assert seen == [(2, (PROMPT - 3) + (COMPLETION - 5))]
    nothing = made._compute_loss(made.model, batch([0.0] * ROWS))
    nothing.backward()
    assert len(seen) == 1
    assert nothing.item() == 0.0
    assert all(p.grad is None or not p.grad.any() for p in made.model.parameters())


def test_all_rows_count_where_more_than_the_advantage_matters(folder: Path, tmp_path: Path) -> None:
    given = batch([1.0, 0.0, -0.5, 0.0])
    settings = {"entropy_coef": 0.1}
    theirs, _ = learned(GRPOTrainer, folder, tmp_path, given, **settings)
    ours, _ = learned(LeanGRPOTrainer, folder, tmp_path, given, **settings)
    without, _ = learned(LeanGRPOTrainer, folder, tmp_path, given)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert ours != pytest.approx(without, abs=1e-4)


def test_the_head_is_computed_where_there_is_a_label(folder: Path) -> None:
    from trl.trainer.utils import add_fused_lm_head

    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    add_fused_lm_head(model, outputs=("log_probs",))
    ids = torch.arange(2, 42)[None]
    labels = ids.clone()
    labels[:, :30] = -100
    plain = model(ids, labels=labels, fused_lm_head=True)
    with lean_head(model):
        lean = model(ids, labels=labels, fused_lm_head=True)
    torch.testing.assert_close(lean.log_probs, plain.log_probs)
    torch.testing.assert_close(lean.loss, plain.loss)
