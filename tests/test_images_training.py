"""SFT rows with images: TRL's own trainer takes them and trains a vision model, here a tiny one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import picturing
from palestra.cli import app
from palestra.envs.core import UsageError, call, image, images_in, user
from palestra.evals import evaluate
from palestra.training.select import select, write_sft
from palestra.training.select.conversations import Conversation
from palestra.training.select.vision import vision_form


@pytest.fixture
def rows(db: Path, tmp_path: Path) -> Path:
    """Rows of a script that looks, as `palestra export --format sft` writes them."""
    evaluate(["grid"], ["reader"], split="train", tasks=6, db=db)
    out = tmp_path / "rows.jsonl"
    result = CliRunner().invoke(
        app, ["export", "--format", "sft", "--db", str(db), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    return out


def test_rows_are_in_the_form_for_vision_models(rows: Path) -> None:
    read = [json.loads(line) for line in rows.read_text().splitlines()]
    assert len(read) == 6
    for row in read:
        assert all(isinstance(message["content"], list) for message in row["messages"])
        parts = [part for message in row["messages"] for part in message["content"]]
        assert sum(part == {"type": "image"} for part in parts) == len(row["images"]) == 2
        assert all(url.startswith("data:image/png;base64,") for url in row["images"])
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant", "tool", "user", "assistant", "tool"]
        assert row["messages"][2]["content"][0]["text"].endswith("\n[image 2]")


def test_conversations_that_differ_in_their_images_alone_are_two() -> None:
    def about(colour: str) -> Conversation:
        messages: list[Any] = [user(["?", image(picturing.draw([[colour]]))]), call("look", row=1)]
        return Conversation(messages, [], {"environment": "test/Grid-v0"})

    assert about("red").fingerprint == about("red").fingerprint != about("blue").fingerprint


def test_text_rows_beside_rows_with_images_have_an_empty_list(
    rows: Path, db: Path, tmp_path: Path
) -> None:
    pytest.importorskip("datasets", reason="needs palestra[train]")
    from palestra.training.select.write import as_dataset

    evaluate(["guess"], ["halving"], split="train", tasks=1, db=db)
    selection = select(db)
    assert write_sft(selection, tmp_path / "both.jsonl") == 7
    read = [json.loads(line) for line in (tmp_path / "both.jsonl").read_text().splitlines()]
    assert sorted(len(row["images"]) for row in read) == [0, 2, 2, 2, 2, 2, 2]
    dataset: Any = as_dataset(selection)
    assert [row["images"] for row in dataset] == [row["images"] for row in read]
    assert [row["messages"] for row in dataset] == [row["messages"] for row in read]


def test_our_own_trainers_refuse_images_and_say_what_to_do(db: Path) -> None:
    from palestra.training.rollout import EnvironmentFactory
    from palestra.training.sft.rows import rows_of
    from palestra.training.tasks import training_tasks

    with pytest.raises(UsageError, match="palestra export --format sft"):
        training_tasks("grid", {})
    with pytest.raises(UsageError, match="palestra export --format sft"):
        EnvironmentFactory("grid")
    evaluate(["grid"], ["reader"], split="train", tasks=2, db=db)
    with pytest.raises(UsageError, match="palestra export --format sft"):
        rows_of(select(db), None, {}, 100)  # type: ignore[arg-type] - refused before


def test_images_of_tools_stand_where_the_model_was_shown_them() -> None:
    part = image(picturing.draw([["red"]]))
    messages, images = vision_form(
        [
            user([part, "Go."]),
            call("look", row=1),
            {"role": "tool", "tool_call_id": "call_0", "name": "look", "content": [part]},
        ]
    )
    assert images == [part["image_url"]["url"]] * 2  # type: ignore[typeddict-item]
    assert messages[0]["content"] == [{"type": "image"}, {"type": "text", "text": "Go."}]
    assert messages[2]["content"] == [{"type": "text", "text": "[image 2]"}]
    assert messages[3]["content"][1] == {"type": "image"}
    assert not images_in(messages[3])


def small_model() -> tuple[Any, Any]:
    """A LLaVA of some 100,000 parameters and its processor, made from configurations alone."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|end|>", pad_token="<|pad|>"
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    template = (
        "{% for m in messages %}{{ m['role'] }}:"
        "{% if m['role'] == 'assistant' %}{% generation %}"
        "{% for c in m['content'] %}{{ c['text'] }}{% endfor %}"
        "{% for t in m['tool_calls'] or [] %}{{ t['function'] | tojson }}{% endfor %}"
        "<|end|>{% endgeneration %}{% else %}"
        "{% for c in m['content'] %}"
        "{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}"
        "{% endfor %}{% endif %}{% endfor %}"
    )
    tokenizer.chat_template = template
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}
    )
    processor = LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token="<image>",
        chat_template=template,
    )
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            image_size=28, patch_size=14, projection_dim=32,
        ),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=4096,
        ),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )  # fmt: skip
    return LlavaForConditionalGeneration(config), processor


@pytest.mark.slow
def test_trl_trains_a_vision_model_on_the_rows(rows: Path, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="needs palestra[train]")
    pytest.importorskip("PIL", reason="Transformers reads images with Pillow")
    from datasets import load_dataset
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    model, processor = small_model()
    dataset = load_dataset("json", data_files=str(rows), split="train", cache_dir=str(tmp_path))
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=str(tmp_path / "out"), max_steps=4, per_device_train_batch_size=3,
            max_length=None, assistant_only_loss=True, learning_rate=1e-2, report_to=[],
            save_strategy="no", logging_steps=1, use_cpu=True, bf16=False,
            gradient_checkpointing=False,
        ),
        train_dataset=dataset,
        processing_class=processor,
    )  # fmt: skip
    batch = trainer.data_collator([dataset[0], dataset[1]])
    assert batch["pixel_values"].shape == (4, 3, 28, 28), "two images of each row"
    ids, labels = batch["input_ids"][0], batch["labels"][0]
    picture = processor.tokenizer.convert_tokens_to_ids("<image>")
    assert int((ids == picture).sum()) == 2 * 4, "each image is its patches"
    learned = processor.tokenizer.decode(ids[labels != -100])
    assert learned.startswith('{"name": "look"')
    assert learned.count("<|end|>") == 2
    trainer.train()
    losses = [each["loss"] for each in trainer.state.log_history if "loss" in each]
    assert losses[-1] < losses[0]
