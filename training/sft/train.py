"""`sft`: TRL's trainer on our rows."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...envs.core import UsageError, check_between
from ..select import Conversation
from ..trainer import adapters, arguments, base, carry_out, needed, on_cpu, quiet

if TYPE_CHECKING:
    from ..progress import Step

__all__ = ["sft"]


def sft(
    model: str,
    conversations: Iterable[Conversation],
    out: str | os.PathLike[str],
    *,
    general: Iterable[Conversation] | None = None,
    steps: int = 0,
    epochs: float = 1.0,
    batch: int = 16,
    micro_batch: int = 0,
    max_length: int = 0,
    packing: bool = False,
    learning_rate: float = 2e-5,
    lora: int = 0,
    protocol: str = "",
    max_tokens: int = 256,
    seed: int = 0,
    resume: bool = False,
    save_every: int = 0,
    report_to: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
    callbacks: Sequence[Any] = (),
    tell: Callable[[Step], None] | None = None,
    remark: Callable[[str], None] = lambda line: None,
) -> Path:
    """Fine-tune a model on conversations.

    Args:
        model: see `grpo`.
        conversations: what `training.select` chose.
        out: the run's folder: `model/`, `checkpoints/`, `curves.csv` and `.png`, `config.json`.
        general: conversations of a first stage, before `conversations`: AgentScaler's recipe
            (arXiv 2509.13311, section 4) learns tool use in general first, then one environment.
            The stage is a run of its own in `out/general`.
        steps: optimiser steps of each stage. Default: what `epochs` come to.
        epochs: how often each conversation is seen.
        batch: conversations in a step.
        micro_batch: conversations in one forward and backward pass. Default: up to 4;
            1 on a CPU.
        max_length: most tokens of a conversation; longer ones are left out whole. Default: what the
            model can hold.
        packing: several conversations in one row of `max_length`, which saves padding; none sees
            another. `batch` then counts rows.
        learning_rate: of AdamW, decaying to 0.
        lora: rank of adapters, which are merged in the end; 0 trains everything.
        protocol: a text protocol's name. Default: as `hf/...` chooses.
        max_tokens: of one reply, when `trained/<out>` plays.
        seed: of the order of rows.
        resume: go on from the last checkpoint in `out`.
        save_every: steps between checkpoints. Default: a tenth of the steps.
        report_to: where TRL reports to (`wandb`, `tensorboard`, ...).
        config: further fields of TRL's `SFTConfig`, which win.
        callbacks: further callbacks of Transformers' trainer.
        tell: hears of each step.
        remark: hears how many conversations and tokens there are, and what was left out.

    Returns:
        the folder of the trained model.

    Raises:
        UsageError: a package is missing, there is nothing to learn from, the chat template cannot
            be used, or the loss is not finite.
    """
    needed()
    from datasets import Dataset
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    from ...agents.dialogue import Template
    from ..folder import RunFolder
    from .rows import rows_of

    check_between("batch", batch, 1, 1_000_000)
    if micro_batch and batch % micro_batch:
        raise UsageError(f"micro_batch={micro_batch} does not divide the batch of {batch}")
    if general is not None:
        stage = Path(out) / "general"
        if not (stage / "model").is_dir():
            sft(
                model, general, stage, steps=steps, epochs=epochs, batch=batch,
                micro_batch=micro_batch, max_length=max_length, packing=packing,
                learning_rate=learning_rate, lora=lora, protocol=protocol, max_tokens=max_tokens,
                seed=seed, resume=(stage / "config.json").exists(), save_every=save_every,
                report_to=report_to, config=config, callbacks=callbacks, tell=tell, remark=remark,
            )  # fmt: skip
        resume = resume and (Path(out) / "config.json").exists()
        model = str(stage)
    folder = RunFolder(out, resume=resume)
    loaded = base(model)
    micro = micro_batch or (1 if on_cpu(loaded) else math.gcd(batch, 4))
    ends = {id: loaded.tokenizer.decode([id]) for id in loaded.ends}
    longest = min(max_length or loaded.context, loaded.context)
    found = rows_of(conversations, Template(loaded.tokenizer, protocol), ends, longest)
    for line in found.lines():
        remark(line)
    rows = [{"input_ids": row.input_ids, "labels": row.labels} for row in found.rows]
    args = arguments(
        SFTConfig,
        {
            "per_device_train_batch_size": micro,
            "gradient_accumulation_steps": batch // micro,
            "max_length": longest,
            "packing": packing,
            "lr_scheduler_type": "linear",
            "warmup_steps": 0,
        },
        config or {},
        folder=folder,
        loaded=loaded,
        steps=steps,
        epochs=epochs,
        learning_rate=learning_rate,
        seed=seed,
        save_every=save_every,
        report_to=report_to,
    )
    with quiet():
        trainer = SFTTrainer(
            model=loaded.model,
            args=args,
            train_dataset=Dataset.from_list(rows),
            processing_class=loaded.tokenizer,
            callbacks=list(callbacks),
            peft_config=adapters(lora),
        )
    about = {
        "command": "sft", "model": model, "conversations": len(rows),
        "left_out": dict(found.dropped), "max_tokens": max_tokens, "protocol": protocol,
        "lora": lora,
    }  # fmt: skip
    return carry_out(trainer, folder, about, tell=tell, resume=resume)
